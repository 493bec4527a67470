import { isOnAxis } from '../../src/analysis/extents.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';

const smallestCapacity = 1024;

/** The rows of one trace in columns that grow. The arrays are longer than `count`; what lies behind it means nothing. */
export class TraceColumns implements TraceRows {
  count = 0;
  start = new Float64Array(smallestCapacity);
  duration = new Float64Array(smallestCapacity);
  parent = new Int32Array(smallestCapacity);
  name = new Uint32Array(smallestCapacity);
  subject = new Uint32Array(smallestCapacity);
  service = new Uint16Array(smallestCapacity);
  meta = new Uint16Array(smallestCapacity);
  marks = new Uint16Array(smallestCapacity);
  #first = Infinity;

  /** The first start, in nanoseconds after the base: children often come before the span that they are part of. */
  get origin(): number { return Number.isFinite(this.#first) ? this.#first : 0; }

  /** The columns as they are now: `count` stays, values that are changed in place show through. */
  view(): TraceRows {
    const { count, start, duration, parent, name, subject, service, meta, marks } = this;
    return { count, start, duration, parent, name, subject, service, meta, marks };
  }

  /** Puts `rows` at `firstRow`, which is at most `count`. */
  write(rows: TraceRows, firstRow: number): void {
    this.#reserve(firstRow + rows.count);
    this.start.set(rows.start.subarray(0, rows.count), firstRow);
    this.duration.set(rows.duration.subarray(0, rows.count), firstRow);
    this.parent.set(rows.parent.subarray(0, rows.count), firstRow);
    this.name.set(rows.name.subarray(0, rows.count), firstRow);
    this.subject.set(rows.subject.subarray(0, rows.count), firstRow);
    this.service.set(rows.service.subarray(0, rows.count), firstRow);
    this.meta.set(rows.meta.subarray(0, rows.count), firstRow);
    this.marks.set(rows.marks.subarray(0, rows.count), firstRow);
    this.count = Math.max(this.count, firstRow + rows.count);
    for (let row = 0; row < rows.count; row++) this.#noteStart(rows, row);
  }

  /** Replaces single rows: row `i` of `rows` becomes row `rowNumbers[i]`. */
  patch(rows: TraceRows, rowNumbers: Uint32Array): void {
    for (let i = 0; i < rows.count; i++) {
      const row = rowNumbers[i] as number;
      if (row >= this.count) continue;
      this.#noteStart(rows, i);
      this.start[row] = rows.start[i] as number;
      this.duration[row] = rows.duration[i] as number;
      this.parent[row] = rows.parent[i] as number;
      this.name[row] = rows.name[i] as number;
      this.subject[row] = rows.subject[i] as number;
      this.service[row] = rows.service[i] as number;
      this.meta[row] = rows.meta[i] as number;
      this.marks[row] = rows.marks[i] as number;
    }
  }

  #noteStart(rows: TraceRows, row: number): void {
    const start = rows.start[row] as number;
    if (start < this.#first && isOnAxis(rows, row)) this.#first = start;
  }

  #reserve(wanted: number): void {
    if (wanted <= this.start.length) return;
    const capacity = Math.max(wanted, this.start.length * 2);
    this.start = grown(this.start, new Float64Array(capacity));
    this.duration = grown(this.duration, new Float64Array(capacity));
    this.parent = grown(this.parent, new Int32Array(capacity));
    this.name = grown(this.name, new Uint32Array(capacity));
    this.subject = grown(this.subject, new Uint32Array(capacity));
    this.service = grown(this.service, new Uint16Array(capacity));
    this.meta = grown(this.meta, new Uint16Array(capacity));
    this.marks = grown(this.marks, new Uint16Array(capacity));
  }
}

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
