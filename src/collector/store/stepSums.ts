import { countedBits, coveredOf, ownBits, ownOf, upwards } from '../../analysis/countedFigures.ts';
import type { RowFigures } from '../../model/traceRows.ts';
import { FigureTable } from './figureTable.ts';
import type { FiguresByRow } from './figureTable.ts';

/** What the sums need to know of the rows. */
export interface StepRows {
  readonly count: number;
  readonly parent: Int32Array;
  roleOf(row: number): number;
  /** Whether another row counts for it. */
  isRepeated(row: number): boolean;
}

/** Sums of a trace's agent steps (analysis/countedFigures.ts), kept while rows come in any order. */
export class StepSums {
  llmCalls = 0;
  toolCalls = 0;
  inputTokens = 0;
  outputTokens = 0;
  /** Number of costs that count; without any, the trace's cost is not known. */
  costCount = 0;
  costUsd = 0;
  private ownFigures: FigureTable | undefined;
  private bits = noBits;
  private isStale = false;
  private expectedRows = 0;

  /** So many rows are expected in all. */
  reserve(rows: number): void {
    this.expectedRows = rows;
    this.ownFigures?.expect(rows);
  }

  /** Token and cost figures by row. */
  get figures(): FiguresByRow { return this.ownFigures ?? noFigures; }

  get byteLength(): number { return this.bits.byteLength + (this.ownFigures?.byteLength ?? 0); }

  /**
   * Sets what a row says itself; its new role must be in the rows already. The parent of a row that had none follows by
   * `attached`.
   */
  set(rows: StepRows, row: number, roleBefore: number, figures: RowFigures | undefined): void {
    const role = rows.roleOf(row), parent = rows.parent[row] as number, own = rows.isRepeated(row) ? 0 : ownBits(role, figures);
    const before = this.bitsOf(row), ownBefore = ownOf(before), below = before & ~ownBefore;
    if (own === 0 && before === 0 && figures === undefined) return;
    const isTakenBack = (ownBefore & ~own) !== 0 || ((ownBefore & figureBits) !== 0 && !isSame(this.figures.get(row), figures));
    const isSeenOtherwise = below !== 0 && role !== roleBefore
      && ((parent >= 0 && upwards(below, role) !== upwards(below, roleBefore)) || coveredOf(below, role) !== coveredOf(below, roleBefore));
    if (figures === undefined) this.ownFigures?.delete(row); else (this.ownFigures ??= this.newFigures()).set(row, figures);
    if (row >= this.bits.length) this.makeRoom(rows.count);
    this.bits[row] = below | own;
    // What was counted already would have to be taken back all the way up. That is rare, and starting over is simple.
    if (isTakenBack || isSeenOtherwise) { this.isStale = true; return; }
    const news = own & ~ownBefore;
    this.count(row, news & ~coveredOf(below, role), 1);
    this.raise(rows, parent, upwards(news, role));
  }

  /** A row that had no parent was given one. */
  attached(rows: StepRows, row: number): void {
    const bits = this.bitsOf(row);
    if (bits !== 0 && !this.isStale) this.raise(rows, rows.parent[row] as number, upwards(bits, rows.roleOf(row)));
  }

  /** A row lost its parent. */
  detached(row: number): void {
    if (this.bitsOf(row) !== 0) this.isStale = true;
  }

  /** Brings the sums up to date. */
  settle(rows: StepRows): void {
    if (!this.isStale) return;
    this.isStale = false;
    this.llmCalls = this.toolCalls = this.inputTokens = this.outputTokens = this.costCount = this.costUsd = 0;
    for (let row = 0; row < this.bits.length; row++) this.bits[row] = ownOf(this.bits[row] as number);
    for (let row = 0; row < this.bits.length; row++) if (this.bits[row] !== 0) this.count(row, this.bits[row] as number, 1);
    for (let row = 0; row < this.bits.length; row++) {
      const own = ownOf(this.bits[row] as number);
      if (own !== 0) this.raise(rows, rows.parent[row] as number, upwards(own, rows.roleOf(row)));
    }
  }

  /** Gives bits to a row, and what follows from them to all above it; stops where they are known. */
  private raise(rows: StepRows, firstRow: number, firstBits: number): void {
    let given = firstBits;
    for (let row = firstRow; row >= 0 && given !== 0; row = rows.parent[row] as number) {
      if (row >= this.bits.length) this.makeRoom(rows.count);
      const before = this.bits[row] as number, news = given & ~before, role = rows.roleOf(row);
      if (news === 0) return;
      this.bits[row] = before | news;
      this.count(row, ownOf(before) & coveredOf(news, role) & ~coveredOf(before, role), -1);
      given = upwards(news, role);
    }
  }

  private count(row: number, bits: number, sign: 1 | -1): void {
    if ((bits & countedBits.llm) !== 0) this.llmCalls += sign;
    if ((bits & countedBits.tool) !== 0) this.toolCalls += sign;
    if ((bits & figureBits) === 0) return;
    const figures = this.figures.get(row);
    if (figures === undefined) return;
    if ((bits & countedBits.inputTokens) !== 0) this.inputTokens += sign * figures.inputTokens;
    if ((bits & countedBits.outputTokens) !== 0) this.outputTokens += sign * figures.outputTokens;
    if ((bits & countedBits.cost) !== 0) {
      this.costUsd += sign * figures.costUsd;
      this.costCount += sign;
    }
  }

  private bitsOf(row: number): number { return row < this.bits.length ? this.bits[row] as number : 0; }

  private newFigures(): FigureTable {
    const table = new FigureTable();
    table.expect(this.expectedRows);
    return table;
  }

  private makeRoom(rows: number): void {
    const next = new Uint16Array(Math.max(this.expectedRows, 32, Math.ceil(rows * 1.5)));
    next.set(this.bits);
    this.bits = next;
  }
}

const figureBits = countedBits.inputTokens | countedBits.outputTokens | countedBits.cost;
const noBits = new Uint16Array(0);
const noFigures: FiguresByRow = new Map<number, RowFigures>();

function isSame(left: RowFigures | undefined, right: RowFigures | undefined): boolean {
  return left !== undefined && right !== undefined
    && Object.is(left.inputTokens, right.inputTokens) && Object.is(left.outputTokens, right.outputTokens) && Object.is(left.costUsd, right.costUsd);
}
