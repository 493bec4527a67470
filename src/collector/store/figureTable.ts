import type { RowFigures } from '../../model/traceRows.ts';

/** Figures by row. */
export interface FiguresByRow {
  readonly size: number;
  get(row: number): RowFigures | undefined;
  keys(): Iterable<number>;
  values(): Iterable<RowFigures>;
}

const perRow = 4, bytesPerEntry = perRow * 8 + 4, gone = 0xffff_ffff;
const fewestEntries = 8, fewEntries = 16;

/** The figures of a trace's rows as numbers in one buffer: an object a row would take three times the memory. */
export class FigureTable implements FiguresByRow {
  size = 0;
  private used = 0;
  private figures = new Float64Array(0);
  /** The row of each entry; `gone` when it has none any more. */
  private rows = new Uint32Array(0);
  /** By row: its entry + 1, or 0. */
  private entries = new Uint32Array(0);
  private expectedRows = 0;

  /** So many rows are expected: the table of a small trace grows once or twice. */
  expect(rows: number): void { this.expectedRows = rows; }

  get byteLength(): number { return this.figures.buffer.byteLength; }

  get(row: number): RowFigures | undefined {
    const entry = this.entryOf(row);
    return entry < 0 ? undefined : this.at(entry);
  }

  set(row: number, { inputTokens, outputTokens, cacheReadTokens, costUsd }: RowFigures): void {
    let entry = this.entryOf(row);
    if (entry < 0) entry = this.add(row);
    const { figures } = this, at = entry * perRow;
    figures[at] = inputTokens;
    figures[at + 1] = outputTokens;
    figures[at + 2] = cacheReadTokens;
    figures[at + 3] = costUsd;
  }

  delete(row: number): void {
    const entry = this.entryOf(row);
    if (entry < 0) return;
    this.entries[row] = 0;
    this.rows[entry] = gone;
    this.size--;
  }

  *keys(): Generator<number> {
    for (let entry = 0; entry < this.used; entry++) if (this.rows[entry] !== gone) yield this.rows[entry] as number;
  }

  *values(): Generator<RowFigures> {
    for (let entry = 0; entry < this.used; entry++) if (this.rows[entry] !== gone) yield this.at(entry);
  }

  private entryOf(row: number): number { return row < this.entries.length ? (this.entries[row] as number) - 1 : -1; }

  private at(entry: number): RowFigures {
    const { figures } = this, at = entry * perRow;
    return { inputTokens: figures[at] as number, outputTokens: figures[at + 1] as number, cacheReadTokens: figures[at + 2] as number, costUsd: figures[at + 3] as number };
  }

  private add(row: number): number {
    const isFull = this.used === this.rows.length;
    if (isFull || row >= this.entries.length) {
      this.resize(isFull ? this.grownEntries : this.rows.length, row < this.entries.length ? this.entries.length : Math.max(this.expectedRows, grown(row + 1)));
    }
    const entry = this.used++;
    this.rows[entry] = row;
    this.entries[row] = entry + 1;
    this.size++;
    return entry;
  }

  private get grownEntries(): number {
    const entries = grown(this.used + 1), expected = Math.min(this.expectedRows, fewEntries);
    return entries < expected ? expected : entries;
  }

  private resize(entries: number, rows: number): void {
    const buffer = new ArrayBuffer(entries * bytesPerEntry + rows * 4), before = this.entries;
    const figures = new Float64Array(buffer, 0, entries * perRow), rowsOf = new Uint32Array(buffer, entries * perRow * 8, entries);
    figures.set(this.figures);
    rowsOf.set(this.rows);
    this.figures = figures;
    this.rows = rowsOf;
    this.entries = new Uint32Array(buffer, entries * bytesPerEntry, rows);
    this.entries.set(before);
  }
}

const grown = (needed: number): number => Math.max(fewestEntries, Math.ceil(needed * (needed < 4096 ? 1.5 : 1.125)));
