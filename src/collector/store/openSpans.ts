import { markBit } from '../../model/span.ts';
import type { TraceColumns } from './traceColumns.ts';

const open = markBit('open'), lost = markBit('lost'), placeholder = markBit('placeholder');

export interface SpanName { readonly traceId: string; readonly spanId: string }

/** Spans of a trace without an end: those that go on, or those that are marked as lost. */
export function spansWithoutEnd(trace: TraceColumns, areLost: boolean): SpanName[] {
  const wanted = areLost ? open | lost : open, spans: SpanName[] = [];
  for (let row = 0; row < trace.count; row++) {
    if (((trace.marks[row] as number) & (open | lost | placeholder)) === wanted) spans.push({ traceId: trace.traceId, spanId: trace.spanIdOf(row) });
  }
  return spans;
}
