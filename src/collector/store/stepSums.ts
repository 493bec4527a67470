import { roles } from '../../model/role.ts';
import type { Role } from '../../model/role.ts';
import type { RowFigures } from '../../model/traceRows.ts';
import { FigureTable } from './figureTable.ts';
import type { FiguresByRow } from './figureTable.ts';

/** What a row says itself (low four bits) and what is said below it (high four bits). */
const tokens = 1, cost = 2, llm = 4, tool = 8;
const all = 15, below = 4;

const roleNumber = (role: Role): number => roles.indexOf(role);
const llmRole = roleNumber('llm'), toolRole = roleNumber('tool'), agentRole = roleNumber('agent');

/** What the sums need to know of the rows. */
export interface StepRows {
  readonly count: number;
  readonly parent: Int32Array;
  roleOf(row: number): number;
}

/**
 * Sums of a trace's agent steps, kept while rows come in any order. A figure of a span counts only when no descendant
 * has the same figure, because agents and wrappers repeat the sums of what is below them. Model calls nested in one
 * another with no tool or agent between them are one call, and so are tool calls with no model or agent between them.
 */
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
    const role = rows.roleOf(row), parent = rows.parent[row] as number;
    const own = (figures === undefined ? 0 : ownBits(figures)) | (role === llmRole ? llm : 0) | (role === toolRole ? tool : 0);
    const before = this.bitsOf(row), ownBefore = before & all, belowBefore = before & ~all;
    if (own === 0 && before === 0) return;
    const isTakenBack = (ownBefore & ~own) !== 0 || ((ownBefore & (tokens | cost)) !== 0 && !isSame(this.figures.get(row), figures));
    const isPassedOn = parent >= 0 && upwards(belowBefore, role) !== upwards(belowBefore, roleBefore);
    if (figures === undefined) this.ownFigures?.delete(row); else (this.ownFigures ??= this.newFigures()).set(row, figures);
    if (row >= this.bits.length) this.makeRoom(rows.count);
    this.bits[row] = belowBefore | own;
    // What was counted already would have to be taken back all the way up. That is rare, and starting over is simple.
    if (isTakenBack || isPassedOn) { this.isStale = true; return; }
    const news = own & ~ownBefore;
    this.count(row, news & ~(before >> below), 1);
    this.raise(rows, parent, news);
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
    for (let row = 0; row < this.bits.length; row++) this.bits[row] = (this.bits[row] as number) & all;
    for (let row = 0; row < this.bits.length; row++) if (this.bits[row] !== 0) this.count(row, this.bits[row] as number, 1);
    for (let row = 0; row < this.bits.length; row++) {
      const own = (this.bits[row] as number) & all;
      if (own !== 0) this.raise(rows, rows.parent[row] as number, own);
    }
  }

  /** Tells every ancestor that it has descendants with these bits; stops where that is known. */
  private raise(rows: StepRows, firstRow: number, firstBits: number): void {
    let bits = firstBits;
    for (let row = firstRow; row >= 0 && bits !== 0; row = rows.parent[row] as number) {
      if (row >= this.bits.length) this.makeRoom(rows.count);
      const before = this.bits[row] as number;
      const news = bits & ~(before >> below);
      if (news === 0) return;
      this.bits[row] = before | (news << below);
      this.count(row, before & news, -1);
      bits = upwards(news << below, rows.roleOf(row));
    }
  }

  private count(row: number, bits: number, sign: 1 | -1): void {
    if ((bits & llm) !== 0) this.llmCalls += sign;
    if ((bits & tool) !== 0) this.toolCalls += sign;
    if ((bits & (tokens | cost)) === 0) return;
    const figures = this.figures.get(row);
    if (figures === undefined) return;
    if ((bits & tokens) !== 0) {
      this.inputTokens += sign * known(figures.inputTokens);
      this.outputTokens += sign * known(figures.outputTokens);
    }
    if ((bits & cost) !== 0) {
      this.costUsd += sign * known(figures.costUsd);
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
    const next = new Uint8Array(Math.max(this.expectedRows, 32, Math.ceil(rows * 1.5)));
    next.set(this.bits);
    this.bits = next;
  }
}

const noBits = new Uint8Array(0);
const noFigures: FiguresByRow = new Map<number, RowFigures>();

const known = (figure: number): number => (Number.isNaN(figure) ? 0 : figure);

function isSame(left: RowFigures | undefined, right: RowFigures | undefined): boolean {
  return left !== undefined && right !== undefined
    && Object.is(left.inputTokens, right.inputTokens) && Object.is(left.outputTokens, right.outputTokens) && Object.is(left.costUsd, right.costUsd);
}

const ownBits = (figures: RowFigures): number =>
  (Number.isNaN(figures.inputTokens) && Number.isNaN(figures.outputTokens) ? 0 : tokens) | (Number.isNaN(figures.costUsd) ? 0 : cost);

/** What the parent of a row with these bits has below it: the row's own bits, and those below it that pass its role. */
function upwards(bits: number, role: number): number {
  let passing = bits >> below;
  if (role === agentRole || role === toolRole) passing &= ~llm;
  if (role === agentRole || role === llmRole) passing &= ~tool;
  return (bits & all) | passing;
}
