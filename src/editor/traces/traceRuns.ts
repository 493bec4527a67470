import type { Run } from '../../debug/runs.ts';
import type { TraceOverview } from '../../model/records.ts';
import type { TraceEntry, TraceRun } from './traceEntry.ts';
import { unixMilliOf } from './traceGroups.ts';

/** What is known of runs beside their traces. */
export interface KnownRuns {
  readonly live: readonly Run[];
  find(id: string): Run | undefined;
  isLive(id: string): boolean;
}

/** Puts the traces of each run (newest first) together, where its newest stands. Runs that go on are there before their first trace. */
export function gatherRuns(traces: readonly TraceOverview[], runs: KnownRuns): TraceEntry[] {
  const ofRun = new Map<string, TraceOverview[]>();
  for (const trace of traces) {
    const id = trace.session?.id;
    if (id !== undefined) ofRun.set(id, [...(ofRun.get(id) ?? []), trace]);
  }
  const waiting = runs.live.filter(({ id }) => !ofRun.has(id)).toReversed();
  const entries: TraceEntry[] = waiting.map((run) => runOf(run.id, run, [], runs));
  const placed = new Set<string>();
  for (const trace of traces) {
    const id = trace.session?.id;
    if (id === undefined) entries.push(trace);
    else if (!placed.has(id)) {
      placed.add(id);
      entries.push(runOf(id, runs.find(id), ofRun.get(id) ?? [], runs));
    }
  }
  return entries;
}

/** What was not seen of a run is taken from its traces: another window may have begun it. */
function runOf(id: string, run: Run | undefined, traces: readonly TraceOverview[], runs: KnownRuns): TraceRun {
  const isLive = runs.isLive(id);
  const starts = traces.map(({ startUnixNano }) => unixMilliOf(startUnixNano));
  const ends = traces.flatMap(({ endUnixNano }) => (endUnixNano === undefined ? [] : [unixMilliOf(endUnixNano)]));
  return {
    id, traces, isLive,
    name: run?.name ?? (traces.find(({ session }) => session?.name !== '')?.session?.name ?? ''),
    startUnixMilli: run?.startUnixMilli ?? Math.min(...starts),
    endUnixMilli: isLive ? undefined : run?.endUnixMilli ?? (ends.length === 0 ? undefined : Math.max(...ends)),
  };
}
