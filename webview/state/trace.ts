import { markBit } from '../../src/model/span.ts';
import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import type { RowFigures, TraceRows } from '../../src/model/traceRows.ts';
import { readFigures, unpackRows } from '../../src/protocol/rows.ts';
import type { RowsMessage } from '../../src/protocol/rows.ts';
import { labelOf as labelIndexOf } from '../../src/analysis/folds.ts';
import { PausedTime } from '../../src/analysis/pausedTime.ts';
import { shownLabel as labelInWords } from '../../src/analysis/shownLabel.ts';
import { SpanTree } from '../../src/analysis/tree.ts';
import { TraceColumns } from './traceColumns.ts';

const placeholderBit = markBit('placeholder');

/**
 * The shown trace at one revision. Every change makes a new object, so that views notice it. The arrays, texts and figures
 * behind it are shared: an earlier object keeps its number of rows, but shows what was changed in place since.
 */
export interface Trace {
  readonly traceId: string;
  readonly epoch: number;
  readonly revision: number;
  readonly baseUnixNano: bigint;
  /** Where the run begins, in nanoseconds after the base; what people read as a position counts from here. */
  readonly origin: number;
  /** Their times are without paused time when that is folded. */
  readonly rows: TraceRows;
  /** Rows and origin with times as they were recorded. */
  readonly recorded: { readonly rows: TraceRows; readonly origin: number };
  /** When the program stood in a debugger, in recorded time. */
  readonly paused: PausedTime;
  readonly isFolded: boolean;
  readonly tree: SpanTree;
  readonly texts: readonly string[];
  readonly figures: ReadonlyMap<number, RowFigures>;
  /** What the ids of rows begin with that have not been received themselves. */
  readonly awaited: ReadonlyMap<number, string>;
  /** What differs from the trace before. */
  readonly step: TraceStep;
}

/** What one message did: rows were numbered anew, rows were added from one on, and some were changed in place. */
export interface TraceStep {
  readonly isReset: boolean;
  readonly appendedFrom: number;
  readonly changed: Uint32Array;
  /** All times are other ones, since paused time was folded or unfolded. */
  readonly isRetimed: boolean;
}

/** Puts the messages of the host together. */
export class TraceBuilder {
  #trace: Trace | undefined;
  #columns = new TraceColumns();
  #tree = new SpanTree(this.#columns);
  #texts: string[] = [];
  #figures = new Map<number, RowFigures>();
  #awaited = new Map<number, string>();

  clear(): void {
    this.#trace = undefined;
  }

  /** Undefined when rows or texts are missing in between: then everything must be asked for again. */
  apply(message: RowsMessage): Trace | undefined {
    const isReset = message.firstRow === 0 && message.firstText === 0;
    const known = this.#trace !== undefined && this.#trace.traceId === message.traceId && this.#trace.epoch === message.epoch;
    if (isReset) this.#begin();
    else if (!known || message.firstRow > this.#columns.count || message.firstText > this.#texts.length) return undefined;
    const appendedFrom = this.#columns.count;
    const changed = this.#write(message);
    const rows = this.#columns.view();
    // Putting many rows in their places one by one costs more than building the tree anew.
    if (message.count * 4 > rows.count) this.#tree = new SpanTree(rows);
    else this.#tree.update(rows, changed);
    this.#trace = {
      traceId: message.traceId,
      epoch: message.epoch,
      revision: message.revision,
      baseUnixNano: BigInt(message.baseUnixNano),
      origin: this.#columns.origin,
      rows,
      recorded: { rows, origin: this.#columns.origin },
      paused: PausedTime.none,
      isFolded: false,
      tree: this.#tree,
      texts: this.#texts,
      figures: this.#figures,
      awaited: this.#awaited,
      step: { isReset, appendedFrom, changed, isRetimed: false },
    };
    return this.#trace;
  }

  #begin(): void {
    this.#columns = new TraceColumns();
    this.#tree = new SpanTree(this.#columns);
    this.#texts = [];
    this.#figures = new Map();
    this.#awaited = new Map();
  }

  #write(message: RowsMessage): Uint32Array {
    message.texts.forEach((text, i) => {
      this.#texts[message.firstText + i] = text;
    });
    const unpacked = unpackRows(message);
    if (message.firstRow < 0) this.#columns.patch(unpacked, unpacked.rowNumbers);
    else this.#columns.write(unpacked, message.firstRow);
    for (const [row, figures] of message.figures) this.#figures.set(row, readFigures(figures));
    for (const [row, idPart] of message.awaited ?? []) this.#awaited.set(row, idPart);
    return unpacked.rowNumbers;
  }
}

/** What of a trace decides where a time is shown. */
export type Times = Pick<Trace, 'baseUnixNano' | 'origin' | 'paused' | 'isFolded'>;

/** A recorded time, in nanoseconds after the base, as it is shown. */
export const shownTime = ({ paused, isFolded }: Pick<Times, 'paused' | 'isFolded'>, time: number): number => (isFolded ? paused.folded(time) : time);

/** Where a point of recorded time, in nanoseconds since 1970, is shown: nanoseconds after the beginning of the run. */
export const positionOf = (times: Times, unixNano: bigint): number => shownTime(times, Number(unixNano - times.baseUnixNano)) - times.origin;

/** What people read for a row: what the span is about, else its recorded name. */
export function labelOf(trace: Trace, row: number): string {
  return trace.texts[labelIndexOf(trace.rows, row)] ?? '';
}

/** The same as it is shown: with nothing hidden in it, and words for a span that has no name or has not come yet. */
export const shownLabel = (trace: Trace, row: number): string => labelInWords(labelOf(trace, row), isPlaceholder(trace, row), trace.awaited.get(row) ?? '');

/** Whether the row stands for a span that has not been received, and is known from others. */
export const isPlaceholder = ({ rows }: Pick<Trace, 'rows'>, row: number): boolean => ((rows.marks[row] as number) & placeholderBit) !== 0;

/** The part that a row plays. */
export const roleOf = ({ rows }: Pick<Trace, 'rows'>, row: number): Role => roles[metaRole(rows.meta[row] as number)] ?? 'other';

/** A span's name in folds that outlive a renumbering of rows: its exact start and recorded name. */
export function stableKey(trace: Trace, row: number): string {
  const start = trace.recorded.rows.start[row] as number;
  const unixNano = Number.isFinite(start) ? trace.baseUnixNano + BigInt(Math.round(start)) : 0n;
  return `${unixNano} ${trace.texts[trace.rows.name[row] as number] ?? ''}`;
}
