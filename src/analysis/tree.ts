/** Children by start time (equal starts: by row), for the parents of a trace's rows. Row -1 stands for the run: its children are the roots. */
export interface SpanTree {
  /** Number of rows. */
  readonly count: number;
  childCount(row: number): number;
  /** The `i`-th child by start time. */
  child(row: number, i: number): number;
  /** Spans below and including `row`. */
  subtreeSize(row: number): number;
}
