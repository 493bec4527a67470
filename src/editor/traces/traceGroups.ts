import type { TraceOverview } from '../../model/records.ts';
import { visibleName } from '../../model/visibleText.ts';

export const groupings = ['time', 'service'] as const;
export type Grouping = (typeof groupings)[number];

export interface TraceGroup {
  readonly id: string;
  readonly label: string;
  readonly traces: readonly TraceOverview[];
}

/** Whether something of the trace still runs. */
export const isRunning = (summary: TraceOverview): boolean => summary.openCount > 0;

/** Traces (newest first) in groups, none of them empty. A trace of several services stands under its first. */
export function groupTraces(traces: readonly TraceOverview[], grouping: Grouping, nowUnixMilli: number): TraceGroup[] {
  const groups = new Map<string, { label: string; traces: TraceOverview[] }>();
  const labelOf = grouping === 'time' ? ageOf(nowUnixMilli) : serviceOf;
  for (const trace of traces) {
    const label = labelOf(trace);
    const group = groups.get(label) ?? { label, traces: [] };
    group.traces.push(trace);
    groups.set(label, group);
  }
  const sorted = [...groups.values()];
  if (grouping === 'time') sorted.sort((a, b) => ages.indexOf(a.label) - ages.indexOf(b.label));
  else sorted.sort((a, b) => a.label.localeCompare(b.label));
  return sorted.map((group) => ({ id: `${grouping}:${group.label}`, ...group }));
}

const ages = ['Running', 'Today', 'Yesterday', 'Older'];

/** Nanoseconds since 1970 as decimal text, in whole milliseconds. */
export const unixMilliOf = (unixNano: string): number => Number(BigInt(unixNano) / 1_000_000n);

function ageOf(nowUnixMilli: number): (trace: TraceOverview) => string {
  const today = new Date(nowUnixMilli).setHours(0, 0, 0, 0);
  const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
  return (trace) => {
    if (isRunning(trace)) return 'Running';
    const start = unixMilliOf(trace.startUnixNano);
    if (start >= today) return 'Today';
    return start >= yesterday ? 'Yesterday' : 'Older';
  };
}

const serviceOf = ({ services: [first] }: TraceOverview): string => (first === undefined || first === '' ? 'No service' : visibleName(first));
