import { spanIdOf } from './spans.ts';
import type { TestSpan } from './spans.ts';

/** A run in which about everything is wrong that can be wrong about spans, and something that is right. */
export const brokenRun: readonly TestSpan[] = [
  { id: 'root', name: 'broken run', ms: 5000 },
  { id: 'fine', parent: 'root', name: 'a child that is fine', at: 200, ms: 1500 },
  { id: 'orphan', parent: 'never seen', name: 'orphan', at: 2000, ms: 800 },
  { id: 'orphan-child', parent: 'orphan', name: 'child of the orphan', at: 2200, ms: 300 },
  { id: 'round-a', parent: 'round-b', name: 'circle a', at: 3000, ms: 400 },
  { id: 'round-b', parent: 'round-a', name: 'circle b', at: 3100, ms: 200 },
  { id: 'self', parent: 'self', name: 'its own parent', at: 3400, ms: 200 },
  { id: 'backwards', parent: 'root', name: 'ends before it begins', at: 3800, ms: -600 },
  { id: 'outside', parent: 'fine', name: 'longer than its parent', at: 1500, ms: 2500 },
  { id: 'early', parent: 'root', name: 'before its parent', at: -700, ms: 300 },
  { id: 'instant', parent: 'root', name: 'no length', at: 4200, ms: 0 },
  { id: 'twice', parent: 'root', name: 'sent twice', at: 4300, ms: 100 },
  { id: 'twice', parent: 'root', name: 'sent twice, otherwise', at: 4300, ms: 300, error: 'the second one failed' },
  { id: 'nameless', parent: 'root', name: '', at: 4600, ms: 100 },
];

/** Messages of the live protocol: spans of the same run that never end, and one whose parent has not been heard of. */
export function openSpans(traceId: string): readonly object[] {
  const start = (id: string, parent: string, name: string): object => ({
    type: 'start', span: { traceId, spanId: spanIdOf(id), parentSpanId: spanIdOf(parent), name, startTimeUnixNano: `${Date.now() - 57_000}000000`, service: 'broken' },
  });
  return [start('open', 'root', 'still open'), start('open-child', 'open', 'open below it'), start('waiting', 'not yet', 'its parent is still to come')];
}
