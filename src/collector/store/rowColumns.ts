import type { TraceRows } from '../../model/traceRows.ts';
import { noContent } from './contentArena.ts';

const initialRows = 8;
const narrowTexts = 0x1_0000;
const bytesPerRow = 8 + 8 + 4 + 8 + 4 + 2 + 2 + 2;

type TextColumn = Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

const noDoubles = new Float64Array(0), noWords = new Uint32Array(0), noShorts = new Uint16Array(0), noLinks = new Int32Array(0);

/**
 * The rows of one trace as growing typed arrays, which are longer than `count`. Beside what everybody may see of a row
 * there are its id and where its content lies. All columns share one buffer, because most traces are small and a buffer
 * costs more than such a trace's rows.
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

  get byteLength(): number { return this.start.buffer.byteLength; }

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
    if (text >= narrowTexts && this.name.BYTES_PER_ELEMENT === 2) this.resize(this.start.length, 4, this.subject.BYTES_PER_ELEMENT);
    this.name[row] = text;
  }

  setSubject(row: number, text: number): void {
    if (text >= narrowTexts && this.subject.BYTES_PER_ELEMENT === 2) this.resize(this.start.length, this.name.BYTES_PER_ELEMENT, 4);
    this.subject[row] = text;
  }

  /** Makes room for so many rows in all. */
  reserve(rows: number): void {
    if (rows > this.start.length) this.resize(Math.max(rows, this.grownLength));
  }

  /** Gives back the room that is not used. */
  trim(): void {
    if (this.start.length > this.count) this.resize(this.count);
  }

  /** Room that is not used is memory for nothing, but columns that are copied again and again cost more than all else about a span of a file. */
  private get grownLength(): number {
    const rows = this.start.length;
    return Math.max(initialRows, Math.ceil(rows * (rows < 4096 ? 2 : 1.25)));
  }

  private resize(rows: number, nameBytes = this.name.BYTES_PER_ELEMENT, subjectBytes = this.subject.BYTES_PER_ELEMENT): void {
    const buffer = new ArrayBuffer(rows * (bytesPerRow + nameBytes + subjectBytes));
    let used = 0;
    const next = (bytes: number): number => {
      const offset = used;
      used += bytes * rows;
      return offset;
    };
    const texts = (bytes: number): TextColumn => (bytes === 2 ? new Uint16Array(buffer, next(2), rows) : new Uint32Array(buffer, next(4), rows));
    this.start = resized(this.start, new Float64Array(buffer, next(8), rows));
    this.duration = resized(this.duration, new Float64Array(buffer, next(8), rows));
    this.parent = resized(this.parent, new Int32Array(buffer, next(4), rows));
    this.ids = resized(this.ids, new Uint32Array(buffer, next(8), rows * 2));
    this.content = resized(this.content, new Uint32Array(buffer, next(4), rows));
    // Columns of four bytes stand before those of two, for their alignment.
    if (subjectBytes > nameBytes) this.subject = resized(this.subject, texts(subjectBytes));
    this.name = resized(this.name, texts(nameBytes));
    if (subjectBytes <= nameBytes) this.subject = resized(this.subject, texts(subjectBytes));
    this.service = resized(this.service, new Uint16Array(buffer, next(2), rows));
    this.meta = resized(this.meta, new Uint16Array(buffer, next(2), rows));
    this.marks = resized(this.marks, new Uint16Array(buffer, next(2), rows));
  }
}

type Column = Float64Array | Int32Array | Uint32Array | Uint16Array;

function resized<T extends Column>(from: Column, to: T): T {
  to.set(from.length > to.length ? from.subarray(0, to.length) : from);
  return to;
}
