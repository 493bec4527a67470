import { metaRole, metaStatus } from '../model/traceRows.ts';
import type { TraceRows } from '../model/traceRows.ts';
import type { SpanTree } from './tree.ts';

/** A run of equal siblings drawn as one bar in the place of the first of them. */
export interface Group {
  readonly leader: number;
  /** The folded siblings by start time, the leader first. */
  readonly members: Uint32Array;
  /** When the last of them ends; NaN while one is open. */
  readonly end: number;
  /** Whether one of them, or a span below, failed. */
  readonly failed: boolean;
}

/** The text that names a span for people: what it is about, else its recorded name. */
export const labelOf = (rows: TraceRows, row: number): number => (rows.subject[row] as number) || (rows.name[row] as number);

const statusError = 2;
export const isFailed = (rows: TraceRows, row: number): boolean => metaStatus(rows.meta[row] as number) === statusError;

/** Whether two siblings may stand in one folded bar. */
const areAlike = (rows: TraceRows, a: number, b: number): boolean =>
  labelOf(rows, a) === labelOf(rows, b) && metaRole(rows.meta[a] as number) === metaRole(rows.meta[b] as number);

/** The runs of at least `least` neighbouring siblings with the same label and role, for labels that `wanted` takes. */
export function equalRuns(tree: SpanTree, rows: TraceRows, least: number, wanted: (label: number) => boolean): Uint32Array[] {
  const runs: Uint32Array[] = [];
  for (let parent = -1; parent < tree.count; parent++) {
    const siblings = tree.children(parent);
    for (let from = 0, to = 1; from < siblings.length; from = to, to++) {
      const first = siblings[from] as number;
      while (to < siblings.length && areAlike(rows, first, siblings[to] as number)) to++;
      if (to - from >= least && wanted(labelOf(rows, first))) runs.push(siblings.slice(from, to));
    }
  }
  return runs;
}

/** The groups that folding `labels` makes, by leader. */
export function foldRuns(tree: SpanTree, rows: TraceRows, labels: ReadonlySet<number>): Map<number, Group> {
  const groups = new Map<number, Group>();
  if (labels.size === 0) return groups;
  for (const members of equalRuns(tree, rows, 2, (label) => labels.has(label))) {
    const leader = members[0] as number;
    let end = -Infinity;
    for (const row of members) end = Math.max(end, (rows.start[row] as number) + (rows.duration[row] as number));
    const failed = members.some((member) => tree.preorder(member).some((row) => isFailed(rows, row)));
    groups.set(leader, { leader, members, end, failed });
  }
  return groups;
}
