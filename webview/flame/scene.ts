import { isLost } from '../../src/analysis/ending.ts';
import { isFailed } from '../../src/analysis/folds.ts';
import { TraceLayout } from '../../src/analysis/layout.ts';
import type { LayoutOptions } from '../../src/analysis/layout.ts';
import { LaneMips, rowFlags } from '../../src/analysis/mip.ts';
import type { MipColumns } from '../../src/analysis/mip.ts';
import type { SpanTree } from '../../src/analysis/tree.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import type { ColourBy } from '../../src/protocol/panel.ts';
import type { Figures, Pauses, TimeRange, TraceChange } from './chartTypes.ts';
import { Colouring } from './colouring.ts';

/** Clocks that differ by more are those of other machines. */
const clockSlackNs = 1e9;
const none = new Uint32Array(0), noIds: ReadonlyMap<number, string> = new Map();
/** Beside the `rowFlags`: the row itself is open and counted as such, whatever its group is. */
const countedOpen = 8;
const emptyRows: TraceRows = {
  count: 0,
  start: new Float64Array(0),
  duration: new Float64Array(0),
  parent: new Int32Array(0),
  name: none,
  subject: none,
  service: new Uint16Array(0),
  meta: new Uint16Array(0),
  marks: new Uint16Array(0),
};

/** What the chart shows: the trace, where its spans stand, what is marked on them and how they are coloured. */
export class Scene {
  rows: TraceRows = emptyRows;
  texts: readonly string[] = [];
  figures: Figures = new Map();
  layout = new TraceLayout(emptyRows);
  /** Durations as drawn: those of the rows, with a group's in the place of its leader. */
  duration = emptyRows.duration;
  /** `rowFlags` by row. */
  flags: Uint8Array = new Uint8Array(0);
  colouring: Colouring;
  mips: LaneMips;
  /** Rows that the filter found; undefined = no filter. */
  matches: Uint32Array | undefined;
  /** Which try of the same tool a span is after the first; 0 or less for the first or only one. */
  retryOf: (row: number) => number = () => 0;
  /** Where the run begins, in nanoseconds after the base. */
  origin = 0;
  /** When the program stood in a debugger; undefined when it never did. */
  pauses: Pauses | undefined;
  #awaited: ReadonlyMap<number, string> = noIds;
  #first = Infinity;
  #last = -Infinity;
  #openCount = 0;
  /** Rows whose flags are those of their group. */
  /** Rows at which the program stands in the debugger. */
  standsAt: ReadonlySet<number> = new Set();
  /** The present in recorded time, which goes on while it is folded away. */
  recordedNow = 0;
  #leaders: number[] = [];
  #now: number | undefined;

  constructor(colourBy: ColourBy) {
    this.colouring = new Colouring(colourBy, this);
    this.mips = new LaneMips(this.#mipColumns());
  }

  get tree(): TraceLayout['tree'] { return this.layout.tree; }

  get openCount(): number { return this.#openCount; }

  /**
   * Where open spans end: the present, or where the trace ends when there is none. Nothing has ended after the present:
   * where it seems so, the clock that says when is not as exact as the one of the program.
   */
  get now(): number {
    if (this.#now === undefined) return this.#last;
    return this.#last - this.#now < clockSlackNs ? Math.max(this.#now, this.#last) : this.#now;
  }

  set present(ns: number | undefined) { this.#now = ns; }

  /** Whether the run goes on. */
  get isRunning(): boolean { return this.#now !== undefined && this.#openCount > 0; }

  /** From the first start to the last end of all that is laid out. */
  get extent(): TimeRange {
    const from = Number.isFinite(this.#first) ? this.#first : 0;
    const to = this.#openCount > 0 ? Math.max(this.#last, this.#now ?? this.#last) : this.#last;
    return { from, to: to > from ? to : from + 1 };
  }

  setTrace(rows: TraceRows, texts: readonly string[], figures: Figures, change: TraceChange): void {
    const known = this.rows.count;
    this.texts = texts;
    this.figures = figures;
    this.origin = change.origin ?? 0;
    this.rows = rows;
    this.pauses = change.pauses;
    this.#awaited = change.awaited ?? noIds;
    if (change.reset || known === 0 || rows.count < known) this.#readAnew(change.tree);
    else if (change.retimed) this.#retime();
    else this.#readChange(known, change.changed ?? none, change.tree);
  }

  /** What the id of a row begins with that has not been received itself; else empty. */
  awaitedId(row: number): string { return this.#awaited.get(row) ?? ''; }

  /** A recorded time as it is shown. */
  shown(time: number): number { return this.pauses?.isFolded === true ? this.pauses.paused.folded(time) : time; }

  setLayout(options: LayoutOptions): void {
    this.layout.setOptions(options);
    this.#afterPacking();
  }

  /** Packs loose lanes anew, and the tree with them. */
  pack(): void {
    this.tree.trim();
    this.layout.pack();
    this.#afterPacking();
  }

  setMatches(matches: Uint32Array | undefined): void {
    this.matches = matches;
    this.#markMatches();
    this.#makeMips();
  }

  setColourBy(colourBy: ColourBy): void {
    this.colouring = new Colouring(colourBy, this);
    this.#makeMips();
  }

  #readAnew(tree: SpanTree | undefined): void {
    const { options } = this.layout;
    this.flags = new Uint8Array(this.rows.count);
    this.matches = undefined;
    this.#openCount = 0;
    this.#leaders = [];
    for (let row = 0; row < this.rows.count; row++) this.#readFlags(row);
    this.layout = new TraceLayout(this.#recorded, { ...options, root: -1 }, tree);
    this.colouring = new Colouring(this.colouring.colourBy, this);
    this.#afterPacking();
  }

  /**
   * Spans keep their lanes: what did not overlap before does not with time left out. What lies within a pause
   * comes to lie at one moment, and would take a lane each.
   */
  get #recorded(): TraceRows { return this.pauses?.recorded ?? this.rows; }

  #retime(): void {
    this.colouring = new Colouring(this.colouring.colourBy, this);
    this.#afterPacking();
  }

  #readChange(known: number, changed: Uint32Array, tree: SpanTree | undefined): void {
    if (this.flags.length < this.rows.count) {
      const larger = new Uint8Array(Math.ceil(this.rows.count * 1.5));
      larger.set(this.flags);
      this.flags = larger;
    }
    for (const row of changed) if (row < known) this.#readFlags(row);
    for (let row = known; row < this.rows.count; row++) this.#readFlags(row);
    const done = this.layout.update(this.#recorded, changed, tree);
    const recoloured = this.colouring.add(this, known);
    for (const row of changed) this.colouring.change(this, row);
    if (done.kind === 'packed') {
      this.#afterPacking();
      return;
    }
    if (this.layout.groups.size === 0) this.duration = this.rows.duration;
    const columns = this.#mipColumns();
    for (const [lane, [from, to]] of done.lanes) this.mips.update(columns, lane, from, Math.min(to, this.layout.lists.length(lane)));
    for (const row of recoloured) {
      const lane = this.layout.lane[row] as number, place = lane < 0 ? -1 : this.layout.placeOf(row);
      if (place >= 0) this.mips.update(columns, lane, place, place + 1);
    }
    for (const row of changed) this.#widen(row);
    for (let row = known; row < this.rows.count; row++) this.#widen(row);
  }

  #readFlags(row: number): void {
    const before = this.flags[row] as number;
    const isOpen = Number.isNaN(this.rows.duration[row] as number);
    const failed = isFailed(this.rows, row) ? rowFlags.error : 0;
    this.flags[row] = (before & rowFlags.match) | failed | (isOpen || isLost(this.rows, row) ? rowFlags.open : 0) | (isOpen ? countedOpen : 0);
    this.#openCount += (isOpen ? 1 : 0) - ((before & countedOpen) !== 0 ? 1 : 0);
  }

  #markMatches(): void {
    for (let row = 0; row < this.flags.length; row++) this.flags[row]! &= ~rowFlags.match;
    for (const row of this.matches ?? none) this.flags[row]! |= rowFlags.match;
    for (const { leader, members } of this.layout.groups.values()) {
      if (members.some((row) => ((this.flags[row] as number) & rowFlags.match) !== 0)) this.flags[leader]! |= rowFlags.match;
    }
  }

  #afterPacking(): void {
    for (const row of this.#leaders) this.#readFlags(row);
    const { groups } = this.layout;
    this.#leaders = [...groups.keys()];
    this.duration = groups.size === 0 ? this.rows.duration : this.rows.duration.slice(0, this.rows.count);
    for (const { leader, end, failed } of groups.values()) {
      this.duration[leader] = this.shown(end) - (this.rows.start[leader] as number);
      this.flags[leader]! |= (failed ? rowFlags.error : 0) | (Number.isNaN(end) ? rowFlags.open : 0);
    }
    this.#markMatches();
    this.#makeMips();
    this.#first = Infinity;
    this.#last = -Infinity;
    for (let row = 0; row < this.rows.count; row++) this.#widen(row);
  }

  #makeMips(): void {
    this.mips = new LaneMips(this.#mipColumns());
  }

  #mipColumns(): MipColumns {
    return { lists: this.layout.lists, start: this.rows.start, duration: this.duration, flags: this.flags, paint: this.colouring.paint };
  }

  #widen(row: number): void {
    if ((this.layout.lane[row] as number) < 0) return;
    const start = this.rows.start[row] as number, duration = this.duration[row] as number;
    if (start < this.#first) this.#first = start;
    const end = Number.isNaN(duration) ? start : start + duration;
    if (end > this.#last) this.#last = end;
  }
}
