import type { TraceRows } from '../../model/traceRows.ts';
import { noContent } from './contentArena.ts';

const initialRows = 8;
const narrowTexts = 0x1_0000;

type Words = Uint32Array<ArrayBuffer>;
const noDoubles = new Float64Array(0), noWords = new Uint32Array(0), noShorts = new Uint16Array(0), noLinks = new Int32Array(0);
type TextColumn = Uint16Array<ArrayBuffer> | Words;

/**
 * The rows of one trace as growing typed arrays, which are longer than `count`. Beside what everybody may see of a row
 * there are its id and where its content lies.
 */
export class RowColumns implements TraceRows {
  count = 0;
  start = noDoubles;
  duration = noDoubles;
  parent = noLinks;
  name: TextColumn = noShorts;
  subject: TextColumn = noShorts;
  service = noShorts;
  meta = noShorts;
  marks = noShorts;
  /** The halves of a row's span id at 2 · row and 2 · row + 1; zeroes when the id is no 16 hex digits. */
  ids = noWords;
  /** Offset of a row's content in the arena. */
  content = noWords;

  get byteLength(): number {
    return this.start.length * (8 + 8 + 4 + this.name.BYTES_PER_ELEMENT + this.subject.BYTES_PER_ELEMENT + 2 + 2 + 2 + 8 + 4);
  }

  /** Adds a row without parent, times or content. */
  addRow(): number {
    if (this.count === this.start.length) this.resize(this.grownLength);
    const row = this.count++;
    this.parent[row] = -1;
    this.duration[row] = 0;
    this.content[row] = noContent;
    return row;
  }

  setName(row: number, text: number): void {
    if (text >= narrowTexts && this.name instanceof Uint16Array) this.name = widened(this.name);
    this.name[row] = text;
  }

  setSubject(row: number, text: number): void {
    if (text >= narrowTexts && this.subject instanceof Uint16Array) this.subject = widened(this.subject);
    this.subject[row] = text;
  }

  /** Makes room for so many rows in all. */
  reserve(rows: number): void {
    if (rows > this.start.length) this.resize(Math.max(rows, this.grownLength));
  }

  /** Gives back the room that is not used. */
  trim(): void {
    if (this.start.length > this.count && this.count > initialRows) this.resize(this.count);
  }

  /** Copying is cheap beside what a span costs otherwise; room that is not used is memory for nothing. */
  private get grownLength(): number {
    const rows = this.start.length;
    return Math.max(initialRows, Math.ceil(rows * (rows < 4096 ? 2 : rows < 65_536 ? 1.125 : 1.0625)));
  }

  private resize(rows: number): void {
    this.start = resized(this.start, new Float64Array(rows));
    this.duration = resized(this.duration, new Float64Array(rows));
    this.parent = resized(this.parent, new Int32Array(rows));
    this.name = this.name instanceof Uint16Array ? resized(this.name, new Uint16Array(rows)) : resized(this.name, new Uint32Array(rows));
    this.subject = this.subject instanceof Uint16Array ? resized(this.subject, new Uint16Array(rows)) : resized(this.subject, new Uint32Array(rows));
    this.service = resized(this.service, new Uint16Array(rows));
    this.meta = resized(this.meta, new Uint16Array(rows));
    this.marks = resized(this.marks, new Uint16Array(rows));
    this.ids = resized(this.ids, new Uint32Array(rows * 2));
    this.content = resized(this.content, new Uint32Array(rows));
  }
}

interface Column { readonly length: number; set(from: this): void; subarray(start: number, end: number): this }

function resized<T extends Column>(from: T, to: T): T {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
  return to;
}

function widened(column: Uint16Array): Words {
  const wide = new Uint32Array(column.length);
  wide.set(column);
  return wide;
}
