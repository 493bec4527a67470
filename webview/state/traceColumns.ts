import { isOnAxis } from '../../src/analysis/extents.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';

const smallestCapacity = 1024;
/** So many texts can be told apart by columns of 16 bits. */
const narrowTexts = 0x1_0000;
/** Numbers that are looked through at once for one that is not zero: a page of memory or a few. */
const blockLength = 2048;

/** The rows of one trace in columns that grow. The arrays are longer than `count`; behind it stand zeros, which take no memory. */
export class TraceColumns implements TraceRows {
  count = 0;
  start = new Float64Array(smallestCapacity);
  duration = new Float64Array(smallestCapacity);
  parent = new Int32Array(smallestCapacity);
  name: TextColumn = new Uint16Array(smallestCapacity);
  subject: TextColumn = new Uint16Array(smallestCapacity);
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
    this.#widen(rows);
    for (const column of ['start', 'duration', 'parent', 'name', 'subject', 'service', 'meta', 'marks'] as const) {
      this[column].fill(0, firstRow, this.count);
      copyOntoZeros(rows[column].subarray(0, rows.count), this[column], firstRow);
    }
    this.count = Math.max(this.count, firstRow + rows.count);
    for (let row = 0; row < rows.count; row++) this.#noteStart(rows, row);
  }

  /** Replaces single rows: row `i` of `rows` becomes row `rowNumbers[i]`. */
  patch(rows: TraceRows, rowNumbers: Uint32Array): void {
    this.#widen(rows);
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
    this.name = grown(this.name, textColumn(this.name.BYTES_PER_ELEMENT, capacity));
    this.subject = grown(this.subject, textColumn(this.subject.BYTES_PER_ELEMENT, capacity));
    this.service = grown(this.service, new Uint16Array(capacity));
    this.meta = grown(this.meta, new Uint16Array(capacity));
    this.marks = grown(this.marks, new Uint16Array(capacity));
  }

  #widen({ name, subject, count }: TraceRows): void {
    if (this.name.BYTES_PER_ELEMENT === 2 && hasWide(name, count)) this.name = grown(this.name, textColumn(4, this.name.length));
    if (this.subject.BYTES_PER_ELEMENT === 2 && hasWide(subject, count)) this.subject = grown(this.subject, textColumn(4, this.subject.length));
  }
}

type TextColumn = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
type Column = Float64Array | Int32Array | Uint32Array | Uint16Array;

const textColumn = (bytes: number, length: number): TextColumn => (bytes === 2 ? new Uint16Array(length) : new Uint32Array(length));

function hasWide(texts: TraceRows['name'], count: number): boolean {
  for (let i = 0; i < count; i++) if ((texts[i] as number) >= narrowTexts) return true;
  return false;
}

function grown<T extends Column>(from: Column, into: T): T {
  copyOntoZeros(from, into, 0);
  return into;
}

/** Copies numbers to where zeros stand. Zeros are not written: memory that nobody has written to takes none, and many columns hold little else. */
function copyOntoZeros(from: Column, into: Column, at: number): void {
  for (let block = 0; block < from.length; block += blockLength) {
    const part = from.subarray(block, block + blockLength);
    if (!isZero(part)) into.set(part, at + block);
  }
}

function isZero(values: Column): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) return false;
  return true;
}
