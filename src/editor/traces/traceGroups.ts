import { visibleName } from '../../model/visibleText.ts';
import { isRun } from './traceEntry.ts';
import type { TraceEntry } from './traceEntry.ts';

export const groupings = ['time', 'service', 'test'] as const;
export type Grouping = (typeof groupings)[number];

export interface TraceGroup {
  readonly id: string;
  readonly label: string;
  readonly entries: readonly TraceEntry[];
}


/** Whether something of it still runs. */
export const isRunning = (entry: TraceEntry): boolean => (isRun(entry) ? entry.isLive || entry.traces.some(isRunning) : entry.openCount > 0);

/** Entries (newest first) in groups, none of them empty. A trace of several services stands under its first. */
export function groupTraces(entries: readonly TraceEntry[], grouping: Grouping, nowUnixMilli: number): TraceGroup[] {
  const groups = new Map<string, { label: string; entries: TraceEntry[] }>();
  const labelOf = { time: ageOf(nowUnixMilli), service: serviceOf, test: testOf }[grouping];
  for (const entry of entries) {
    const label = labelOf(entry);
    const group = groups.get(label) ?? { label, entries: [] };
    group.entries.push(entry);
    groups.set(label, group);
  }
  const sorted = [...groups.values()];
  if (grouping === 'time') sorted.sort((a, b) => ages.indexOf(a.label) - ages.indexOf(b.label));
  else sorted.sort((a, b) => Number(a.label === noTest) - Number(b.label === noTest) || a.label.localeCompare(b.label));
  return sorted.map((group) => ({ id: `${grouping}:${group.label}`, ...group }));
}

const noTest = 'No test';
const ages = ['Running', 'Today', 'Yesterday', 'Older'];

/** Nanoseconds since 1970 as decimal text, in whole milliseconds. */
export const unixMilliOf = (unixNano: string): number => Number(BigInt(unixNano) / 1_000_000n);

function ageOf(nowUnixMilli: number): (entry: TraceEntry) => string {
  const today = new Date(nowUnixMilli).setHours(0, 0, 0, 0);
  const yesterday = new Date(today).setDate(new Date(today).getDate() - 1);
  return (entry) => {
    if (isRunning(entry)) return 'Running';
    const start = isRun(entry) ? entry.startUnixMilli : unixMilliOf(entry.startUnixNano);
    if (start >= today) return 'Today';
    return start >= yesterday ? 'Yesterday' : 'Older';
  };
}

function testOf(entry: TraceEntry): string {
  return isRun(entry) || entry.test === undefined ? noTest : visibleName(entry.test.name);
}

function serviceOf(entry: TraceEntry): string {
  const first = isRun(entry) ? entry.name : entry.services[0];
  return first === undefined || first === '' ? 'No service' : visibleName(first);
}
