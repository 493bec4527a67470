import { isDeepStrictEqual } from 'node:util';
import { noAttributes } from '../../model/attributes.ts';
import type { Attributes, AttributeValue } from '../../model/attributes.ts';
import { pendingName } from '../../model/pendingResource.ts';
import type { SpanContent } from '../../model/span.ts';
import { decodeContent } from '../../model/spanContent.ts';
import type { AttributeLookup } from './attributeLookup.ts';
import { ContentArena, noContent } from './contentArena.ts';
import type { ByteRange } from './contentArena.ts';
import type { KeyScan } from './keyScan.ts';
import type { Origin } from './origins.ts';
import type { RowColumns } from './rowColumns.ts';
import type { RowInput } from './rowInput.ts';
import { isSameContent } from './sameContent.ts';
import { reservedAttributes, reservedOfResource, withAttributes } from './witness.ts';

/** Of the updates of a span, so many are looked through for the same one sent again. */
const rememberedUpdates = 32;
/** So many are looked through faster than looked up. */
const fewOrigins = 8;
const noBytes = new Uint8Array(0);
const nothing: ByteRange = { bytes: noBytes, start: 0, end: 0 };
const rangeOf = (input: RowInput): ByteRange => ({ bytes: input.contentBytes, start: input.contentStart, end: input.contentEnd });
const nowhere: Origin = {
  resource: { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 },
  scope: { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 },
  service: '', key: '',
};

/** A debug session of the editor: `spanscope.session.*` of the resource. */
export interface TraceSession { readonly id: string; readonly name: string }

function sessionOf({ resource }: Origin): TraceSession | undefined {
  const id = resource.attributes.get('spanscope.session.id'), name = resource.attributes.get('spanscope.session.name');
  return typeof id === 'string' && id !== '' ? { id, name: typeof name === 'string' ? name : '' } : undefined;
}

function withMore(attributes: Attributes, more: Attributes): Attributes {
  return new Map([...attributes, ...[...more].filter(([key]) => !attributes.has(key))]);
}

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
  /** By their numbers, origins with what was told later: what a witness knows of the process beside its exporter, a resource that was pending. */
  private told: Map<number, Origin> | undefined;
  private lastWitness: { readonly of: Origin; readonly told: Origin } | undefined;
  private looseBytes = 0;
  /** The earliest of the debug sessions that the spans belong to, as their resources say. */
  session: TraceSession | undefined;

  get byteLength(): number { return this.arena.byteLength + this.origins.length * 200 + this.looseBytes; }

  /** Makes room for so many records with so many bytes in all. */
  reserve(records: number, bytes: number): void { this.arena.reserve(records, bytes); }

  /** Writes the content of a row, in place of what it had. Attributes that it does not have itself are taken from `more`. */
  set(rows: RowColumns, row: number, input: RowInput, more: Attributes = noAttributes): void {
    rows.content[row] = more.size === 0 ? this.store(input) : this.storeBytes(input.origin, withAttributes(rangeOf(input), more));
    this.updates?.delete(row);
  }

  /** What a witness told of a row beyond what exporters know. */
  reservedOf(rows: RowColumns, row: number): Attributes { return reservedAttributes(this.bytesOf(rows, row)); }

  /** Adds what a witness knows beyond an exporter to that exporter's record; false when all of it is there. */
  addReserved(rows: RowColumns, row: number, input: RowInput): boolean {
    const known = this.reservedOf(rows, row), told = reservedAttributes(rangeOf(input));
    const news = new Map([...told].filter(([key, value]) => !isDeepStrictEqual(known.get(key), value)));
    if (news.size === 0) return false;
    this.addBytes(rows, row, () => this.storeBytes(this.originOf(rows, row), withAttributes(nothing, news)));
    return true;
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
    this.addBytes(rows, row, () => this.store(input));
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
    return offset === noContent ? nowhere : this.originAt(this.arena.readPacked(offset).origin);
  }

  /** The content of a row as bytes; what updates added comes after what was there before. */
  bytesOf(rows: RowColumns, row: number): ByteRange {
    const offset = rows.content[row] as number;
    if (offset === noContent) return nothing;
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

  /** The last value of one attribute of a row, found without decoding the others. */
  attributeOf(rows: RowColumns, row: number, lookup: AttributeLookup): AttributeValue | undefined {
    return this.lookAt(rows, row, lookup, undefined);
  }

  /** Whether a row has an attribute key that a scan looks for; `inPacked` does the same with contents as they lie in memory. */
  someKey(rows: RowColumns, row: number, scans: Readonly<Record<'inContent' | 'inPacked', KeyScan>>): boolean {
    return this.lookAt(rows, row, scans, false);
  }

  private lookAt<T>(rows: RowColumns, row: number, reader: Readonly<Record<'inContent' | 'inPacked', (bytes: Uint8Array, start: number, end: number) => T>>, none: T): T {
    const offset = this.offsetOf(rows, row);
    if (offset === noContent) return none;
    const { bytes, start, end } = offset === undefined ? this.bytesOf(rows, row) : this.arena.readPacked(offset);
    return offset === undefined ? reader.inContent(bytes, start, end) : reader.inPacked(bytes, start, end);
  }

  contentOf(rows: RowColumns, row: number): SpanContent {
    const { bytes, start, end } = this.bytesOf(rows, row);
    const content = decodeContent(bytes, start, end);
    if (content.hasRepeatedKeys === undefined || this.updates?.has(row) !== true) return content;
    // An update says a key again on purpose.
    const { hasRepeatedKeys: _, ...updated } = content;
    return updated;
  }

  /** Whether a row holds exactly what the input says beside its columns: content and origin; `withReserved` as in `isSameContent`. */
  isSame(rows: RowColumns, row: number, input: RowInput, withReserved: boolean): boolean {
    return this.originOf(rows, row).key === input.origin.key && isSameContent(this.bytesOf(rows, row), rangeOf(input), withReserved);
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

  originAt(index: number): Origin { return this.told?.get(index) ?? this.origins[index] ?? nowhere; }

  /** Adds what a witness's resource says beyond exporters, such as the debug session, to the origin of a row; false when all of it is there. */
  addWitnessed(rows: RowColumns, row: number, witness: Origin): boolean {
    const offset = rows.content[row] as number;
    if (offset === noContent) return false;
    const index = this.arena.readPacked(offset).origin, origin = this.originAt(index);
    if (origin === witness || (this.lastWitness?.of === origin && this.lastWitness.told === witness)) return false;
    const resource = { ...origin.resource, attributes: withMore(origin.resource.attributes, reservedOfResource(witness.resource)) };
    const isNews = resource.attributes.size > origin.resource.attributes.size, of = isNews ? { ...origin, resource } : origin;
    this.lastWitness = { of, told: witness };
    if (!isNews) return false;
    (this.told ??= new Map()).set(index, of);
    this.noteSession(of);
    return true;
  }

  /** Makes a resource known that is pending under a name; false when this is none, either. */
  completeOrigins(name: AttributeValue, { resource, service }: Origin): boolean {
    if (pendingName(resource) !== undefined) return false;
    for (const index of this.origins.keys()) {
      const known = this.originAt(index);
      if (pendingName(known.resource) === name) (this.told ??= new Map()).set(index, { ...known, resource, service });
    }
    return true;
  }

  private noteSession(origin: Origin): void {
    const session = sessionOf(origin);
    // Ids of sessions sort by time.
    if (session !== undefined && (this.session === undefined || session.id < this.session.id || (session.id === this.session.id && this.session.name === ''))) this.session = session;
  }

  private addOrigin(origin: Origin): number {
    this.noteSession(origin);
    const index = this.origins.push(origin) - 1;
    if (this.origins.length > fewOrigins) this.originIndexes ??= new Map(this.origins.map((each, at) => [each, at]));
    this.originIndexes?.set(origin, index);
    return index;
  }

  private addBytes(rows: RowColumns, row: number, store: () => number): void {
    if (rows.content[row] === noContent) rows.content[row] = store();
    else {
      this.updates ??= new Map();
      const updates = this.updates.get(row) ?? [];
      if (updates.length === 0) this.updates.set(row, updates);
      updates.push(store());
      this.looseBytes += 60;
    }
  }

  private store(input: RowInput): number {
    return this.arena.append(this.indexOf(input.origin), input.contentBytes, input.contentStart, input.contentEnd);
  }

  private storeBytes(origin: Origin, bytes: Uint8Array): number { return this.arena.append(this.indexOf(origin), bytes, 0, bytes.length); }
}
