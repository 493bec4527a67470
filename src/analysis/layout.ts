import type { SpanTree } from './tree.ts';

/** Where every span of a trace stands: parents above their children, no two spans of a lane at the same time. */
export interface TraceLayout {
  readonly tree: SpanTree;
  readonly laneCount: number;
  /** Lane by row; -1 for spans that are not drawn. */
  readonly lane: Int32Array;
}
