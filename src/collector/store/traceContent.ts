import type { SpanContent } from '../../model/span.ts';
import { decodeContent } from '../../model/spanContent.ts';
import { ContentArena, noContent } from './contentArena.ts';
import type { ByteRange } from './contentArena.ts';
import type { Origin } from './origins.ts';
import type { RowColumns } from './rowColumns.ts';
import type { RowInput } from './rowInput.ts';
import { isSameContent } from './sameContent.ts';

/** Of the updates of a span, so many are looked through for the same one sent again. */
const rememberedUpdates = 32;
/** So many are looked through faster than looked up. */
const fewOrigins = 8;
const noBytes = new Uint8Array(0);
const nowhere: Origin = {
  resource: { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 },
  scope: { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 },
  service: '', key: '',
};

/** What the spans of a trace came with: content, resource and scope, status messages. Decoded only when asked for. */
export class TraceContent {
  readonly arena = new ContentArena();
  private readonly origins: Origin[] = [];
  private lastOrigin: Origin | undefined;
  private lastIndex = 0;
  /** Rows with updates: the offsets of what was added to their first record. */
  private updates: Map<number, number[]> | undefined;
  private statusMessages: Map<number, string> | undefined;
  private originIndexes: Map<Origin, number> | undefined;
  private looseBytes = 0;

  get byteLength(): number { return this.arena.byteLength + this.origins.length * 200 + this.looseBytes; }

  /** Makes room for so many records with so many bytes in all. */
  reserve(records: number, bytes: number): void { this.arena.reserve(records, bytes); }

  /** Writes the content of a row, in place of what it had. */
  set(rows: RowColumns, row: number, input: RowInput): void {
    rows.content[row] = this.store(input);
    this.updates?.delete(row);
  }

  /** Writes the content of a row before what updates have said already. */
  setBefore(rows: RowColumns, row: number, input: RowInput): void {
    const first = rows.content[row] as number;
    if (first !== noContent) (this.updates ??= new Map()).set(row, [first, ...(this.updates.get(row) ?? [])]);
    rows.content[row] = this.store(input);
  }

  /** Adds the content of an update; false when the same update is there already, or says nothing. */
  add(rows: RowColumns, row: number, input: RowInput): boolean {
    if (input.contentStart === input.contentEnd) return false;
    if (this.holds(rows, row, input)) return false;
    if (rows.content[row] === noContent) rows.content[row] = this.store(input);
    else {
      this.updates ??= new Map();
      const updates = this.updates.get(row) ?? [];
      if (updates.length === 0) this.updates.set(row, updates);
      updates.push(this.store(input));
      this.looseBytes += 60;
    }
    return true;
  }

  setStatusMessage(row: number, message: string): void {
    if (message === '') this.statusMessages?.delete(row);
    else if (this.statusMessages?.get(row) !== message) {
      this.statusMessages ??= new Map();
      this.statusMessages.set(row, message);
      this.looseBytes += 80 + message.length;
    }
  }

  statusMessageOf(row: number): string { return this.statusMessages?.get(row) ?? ''; }

  originOf(rows: RowColumns, row: number): Origin {
    const offset = rows.content[row] as number;
    return offset === noContent ? nowhere : this.origins[this.arena.read(offset).origin] ?? nowhere;
  }

  /** The content of a row as bytes; what updates added comes after what was there before. */
  bytesOf(rows: RowColumns, row: number): ByteRange {
    const offset = rows.content[row] as number;
    if (offset === noContent) return { bytes: noBytes, start: 0, end: 0 };
    const updates = this.updates?.get(row);
    if (updates === undefined) return this.arena.read(offset);
    const parts = this.partsOf(rows, row);
    const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      joined.set(part, at);
      at += part.length;
    }
    return { bytes: joined, start: 0, end: joined.length };
  }

  /** The content of a row as it came: first its record, then what each update added; empty when it has none. */
  partsOf(rows: RowColumns, row: number): Uint8Array[] {
    const offset = rows.content[row] as number;
    if (offset === noContent) return [];
    return [offset, ...(this.updates?.get(row) ?? [])].map((each) => this.arena.read(each)).map(({ bytes, start, end }) => bytes.subarray(start, end));
  }

  /** Where the content of a row lies in the arena; `noContent` when it has none, undefined when updates added to it. */
  offsetOf(rows: RowColumns, row: number): number | undefined { return this.updates?.has(row) === true ? undefined : rows.content[row]; }

  contentOf(rows: RowColumns, row: number): SpanContent {
    const { bytes, start, end } = this.bytesOf(rows, row);
    const content = decodeContent(bytes, start, end);
    if (content.hasRepeatedKeys === undefined || this.updates?.has(row) !== true) return content;
    // An update says a key again on purpose.
    const { hasRepeatedKeys: _, ...updated } = content;
    return updated;
  }

  /** Whether a row holds exactly what the input says beside its columns: content and origin. */
  isSame(rows: RowColumns, row: number, input: RowInput): boolean {
    return this.originOf(rows, row).key === input.origin.key
      && isSameContent(this.bytesOf(rows, row), { bytes: input.contentBytes, start: input.contentStart, end: input.contentEnd });
  }

  /** Whether one of a row's last records is, byte by byte, what the input says. */
  holds(rows: RowColumns, row: number, input: RowInput): boolean {
    const offset = rows.content[row] as number;
    if (offset === noContent) return false;
    return [offset, ...(this.updates?.get(row) ?? []).slice(-rememberedUpdates)].some((each) => {
      const { bytes, start, end } = this.arena.read(each);
      return Buffer.compare(bytes.subarray(start, end), input.contentBytes.subarray(input.contentStart, input.contentEnd)) === 0;
    });
  }

  /** The number of an origin in this trace. */
  indexOf(origin: Origin): number {
    if (origin === this.lastOrigin) return this.lastIndex;
    let index = this.origins.length > fewOrigins ? this.originIndexes?.get(origin) ?? -1 : this.origins.indexOf(origin);
    if (index < 0) index = this.addOrigin(origin);
    this.lastOrigin = origin;
    return this.lastIndex = index;
  }

  originAt(index: number): Origin { return this.origins[index] ?? nowhere; }

  private addOrigin(origin: Origin): number {
    const index = this.origins.push(origin) - 1;
    if (this.origins.length > fewOrigins) this.originIndexes ??= new Map(this.origins.map((each, at) => [each, at]));
    this.originIndexes?.set(origin, index);
    return index;
  }

  private store(input: RowInput): number {
    return this.arena.append(this.indexOf(input.origin), input.contentBytes, input.contentStart, input.contentEnd);
  }
}
