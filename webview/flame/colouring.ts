import { isRunning } from '../../src/analysis/ending.ts';
import { endOf, selfTime } from '../../src/analysis/selfTime.ts';
import { isFailed, labelOf } from '../../src/analysis/folds.ts';
import type { SpanTree } from '../../src/analysis/tree.ts';
import { roles } from '../../src/model/role.ts';
import { metaRole, metaStatus } from '../../src/model/traceRows.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import type { ColourBy } from '../../src/protocol/panel.ts';
import { cycle, noColour, paintIndex, selfTimeSteps, statusColours, tints } from './palette.ts';

const agentRole = roles.indexOf('agent'), stepRole = roles.indexOf('chain'), handoffRole = roles.indexOf('handoff');
const modelRoles = new Set(['llm', 'embedding', 'reranker'].map((role) => roles.indexOf(role as (typeof roles)[number])));
const statusOk = 1;

/** What a way of colouring knows of a trace beyond single rows. */
export interface ColourSource {
  readonly rows: TraceRows;
  readonly tree: SpanTree;
  readonly now: number;
}

/** The paint of every row, for one way of colouring. */
export class Colouring {
  readonly colourBy: ColourBy;
  /** Index into the palette's paints by row. */
  paint: Uint8Array = new Uint8Array(0);
  /** Texts that are coloured in turn, in the order of their first appearance: text to position. */
  readonly keys = new Map<number, number>();
  /** The longest self time when the trace was last coloured as a whole, nanoseconds. */
  longestSelf = 0;

  constructor(colourBy: ColourBy, source: ColourSource) {
    this.colourBy = colourBy;
    const { rows, tree, now } = source;
    if (colourBy === 'selfTime') {
      for (let row = 0; row < rows.count; row++) this.longestSelf = Math.max(this.longestSelf, selfTime(tree, rows, row, now));
    }
    this.add(source, 0);
  }

  /** Colours rows added since. Gives rows before them that look different now, since they have become parents. */
  add(source: ColourSource, from: number): ReadonlySet<number> {
    const { rows } = source;
    if (this.paint.length < rows.count) {
      const larger = new Uint8Array(from === 0 ? rows.count : Math.ceil(rows.count * 1.5));
      larger.set(this.paint);
      this.paint = larger;
    }
    for (let row = from; row < rows.count; row++) this.update(source, row);
    const changed = new Set<number>();
    for (let row = from; row < rows.count; row++) {
      const parent = rows.parent[row] as number, before = this.paint[parent];
      if (parent < 0 || parent >= from) continue;
      this.update(source, parent);
      if (this.paint[parent] !== before) changed.add(parent);
    }
    return changed;
  }

  /** Colours a row that was changed in place; the end of a span changes the self time of its parent. */
  change(source: ColourSource, row: number): void {
    const parent = source.tree.parent(row);
    this.update(source, row);
    if (this.colourBy === 'selfTime' && parent >= 0) this.update(source, parent);
  }

  update(source: ColourSource, row: number): void {
    // A tint would look like another step of the scale.
    const tint = this.colourBy === 'selfTime' ? tints.full : tintOf(source, row);
    this.paint[row] = paintIndex(this.#colourOf(source, row), tint);
  }

  /** The text by which a row is coloured, when it is coloured by one. */
  keyOf({ rows, tree }: ColourSource, row: number): number | undefined {
    switch (this.colourBy) {
      case 'service': return rows.service[row];
      case 'name': return labelOf(rows, row);
      case 'model': return modelRoles.has(metaRole(rows.meta[row] as number)) ? rows.subject[row] || undefined : undefined;
      case 'agent': {
        let up = row;
        while (up >= 0 && metaRole(rows.meta[up] as number) !== agentRole) up = tree.parent(up);
        return up < 0 ? undefined : labelOf(rows, up);
      }
      case 'role': case 'status': case 'selfTime': return undefined;
    }
  }

  #colourOf(source: ColourSource, row: number): number {
    const { rows, tree, now } = source;
    if (this.colourBy === 'role') return metaRole(rows.meta[row] as number);
    if (this.colourBy === 'status') return statusOf(rows, row);
    if (this.colourBy === 'selfTime') return selfTimeStep(selfTime(tree, rows, row, now), this.longestSelf);
    const key = this.keyOf(source, row);
    if (key === undefined) return noColour;
    let position = this.keys.get(key);
    if (position === undefined) this.keys.set(key, (position = this.keys.size));
    return position % cycle.length;
  }
}

/** Square roots keep short times apart that a straight scale would give one colour. */
const selfTimeStep = (ns: number, longest: number): number =>
  longest <= 0 ? 0 : Math.round(Math.sqrt(Math.min(1, ns / longest)) * (selfTimeSteps - 1));

function tintOf({ rows, tree }: ColourSource, row: number): number {
  const role = metaRole(rows.meta[row] as number);
  if (role !== agentRole && role !== stepRole && role !== handoffRole) return tints.full;
  if (tree.childCount(row) === 0) return tints.full;
  return role === stepRole ? tints.step : tints.agent;
}

export function statusOf(rows: TraceRows, row: number): number {
  if (isFailed(rows, row)) return statusColours.failed;
  if (isRunning(rows, row)) return statusColours.open;
  return metaStatus(rows.meta[row] as number) === statusOk ? statusColours.ok : statusColours.unset;
}

/** Duration of a row with what has passed of an open one. */
export const durationUntil = (rows: TraceRows, row: number, now: number): number => endOf(rows, row, now) - (rows.start[row] as number);
