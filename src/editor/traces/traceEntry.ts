import type { TraceOverview } from '../../model/records.ts';

/** One debug session, or one run of a file, with the traces of its programs. */
export interface TraceRun {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. The end is undefined while it goes on. */
  readonly startUnixMilli: number;
  readonly endUnixMilli: number | undefined;
  /** Its debug session goes on. */
  readonly isLive: boolean;
  /** Newest first. */
  readonly traces: readonly TraceOverview[];
}

/** What stands in a group of the Traces view: a trace, or a run with its traces. */
export type TraceEntry = TraceOverview | TraceRun;

export const isRun = (entry: TraceEntry): entry is TraceRun => 'traces' in entry;
