import type { Trace } from './trace.ts';

/** What the editor's context menu is told about all of a trace; what parts of it say comes on top. */
export const traceContext = ({ paused }: Pick<Trace, 'paused'>): string => JSON.stringify({ hasPausedTime: !paused.isEmpty });

/** What the editor's context menu is told about a span: numbers of ours, no text of the trace. */
export function spanContext({ epoch }: Trace, row: number): string {
  return JSON.stringify({ webviewSection: 'span', epoch, row, preventDefaultContextMenuItems: true });
}
