import { Buffer } from 'node:buffer';
import type { AttributeValue } from '../../model/attributes.ts';
import { takeKeyValue } from '../../model/anyValue.ts';
import { WireReader } from '../../model/wire.ts';
import { recordedPlace, workingDirectories } from '../../source/candidates.ts';
import type { ByteRange } from '../store/contentArena.ts';
import { noContent } from '../store/contentArena.ts';
import { keyScanOf } from '../store/keyScan.ts';
import type { Origin } from '../store/origins.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { Turns } from '../traceSearch.ts';
import { noPlace } from './placeTable.ts';
import type { PlaceTable } from './placeTable.ts';
import { idOfFunctions } from './spanNames.ts';

const prefixes = ['spanscope.source.', 'code.'];
const mayTellPlace = keyScanOf(prefixes);
const attributesTag = 0x4a;
/** Longer values are stack traces or no paths at all. */
const longestValue = 4096, longestFunction = 256;
const rowsBetweenLooks = 1024;
const mostKnown = 10_000;

/** The place of each row of a trace, as far as it was read. What changes in a row has another content, or updates. */
export class PlaceScan {
  place = new Int32Array(0);
  private seen = new Uint32Array(0);
  private readonly folders = new Map<Origin, readonly string[]>();
  /** Rows that were read so far. */
  readCount = 0;
  private readonly known = new Map<Origin, Map<string, number>>();
  private lastBytes: Uint8Array | undefined;
  private lastBuffer: Buffer = Buffer.alloc(0);

  /** Reads rows that came or changed, until the time is over; false when there are more. */
  async run(trace: TraceColumns, table: PlaceTable, turns: Turns, end: number): Promise<boolean> {
    for (let row = 0; row < trace.count; row++) {
      if (row >= this.place.length) this.grow(trace.count);
      if (row < this.readCount && this.isRead(trace, row)) continue;
      this.seen[row] = trace.content[row] as number;
      this.place[row] = this.placeOf(trace, row, table);
      this.readCount = Math.max(this.readCount, row + 1);
      if (row % rowsBetweenLooks !== 0) continue;
      await turns.next();
      if (performance.now() > end) return row + 1 >= trace.count;
    }
    return true;
  }

  placeAt(row: number): number { return row < this.readCount ? this.place[row] as number : noPlace; }

  /** What updates say may add a place to a row that had none. */
  private isRead(trace: TraceColumns, row: number): boolean {
    return this.seen[row] === trace.content[row] && (this.place[row] !== noPlace || trace.contents.offsetOf(trace, row) !== undefined);
  }

  private placeOf(trace: TraceColumns, row: number, table: PlaceTable): number {
    if (trace.content[row] === noContent) return noPlace;
    const range = trace.contents.bytesOf(trace, row);
    if (!mayTellPlace(range.bytes, range.start, range.end)) return noPlace;
    const fields = placeFields(range), origin = trace.contents.originOf(trace, row), known = this.knownOf(origin), key = this.keyOf(range.bytes, fields);
    let place = known.get(key);
    if (place === undefined) known.set(key, place = this.read(range.bytes, fields, origin, table));
    return place;
  }

  private read(bytes: Uint8Array, fields: readonly number[], origin: Origin, table: PlaceTable): number {
    const attributes = placeAttributes(bytes, fields), place = recordedPlace({ attributes });
    if (place === undefined) return idOfFunctions(attributes, table);
    const { origin: _, functionName, ...recorded } = place;
    return table.idOf({ ...recorded, ...(functionName === undefined || functionName.length > longestFunction ? {} : { functionName }), folders: this.foldersOf(origin) });
  }

  /** Most spans say the same as some before; their bytes tell so sooner than their texts. */
  private knownOf(origin: Origin): Map<string, number> {
    let known = this.known.get(origin);
    if (known === undefined || known.size > mostKnown) this.known.set(origin, known = new Map());
    return known;
  }

  private keyOf(bytes: Uint8Array, fields: readonly number[]): string {
    if (bytes !== this.lastBytes) {
      this.lastBytes = bytes;
      this.lastBuffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    let key = '';
    for (let i = 0; i < fields.length; i += 2) key += this.lastBuffer.toString('latin1', fields[i], fields[i + 1]);
    return key;
  }

  private foldersOf(origin: Origin): readonly string[] {
    let folders = this.folders.get(origin);
    if (folders === undefined) {
      const { attributes } = origin.resource;
      const resource = { 'process.working_directory': attributes.get('process.working_directory'), 'process.cwd': attributes.get('process.cwd') };
      this.folders.set(origin, folders = workingDirectories({ attributes: {}, resource }).filter(({ length }) => length <= longestValue));
    }
    return folders;
  }

  private grow(rows: number): void {
    const length = Math.max(rows, Math.ceil(this.place.length * 1.25)), { place, seen } = this;
    this.place = new Int32Array(length);
    this.place.set(place);
    this.seen = new Uint32Array(length);
    this.seen.set(seen);
  }
}

/** The attribute fields of a content that tell of its place: where each begins and ends. */
function placeFields({ bytes, start, end }: ByteRange): number[] {
  const fields: number[] = [], reader = new WireReader(bytes, start, end);
  for (let field = start; reader.next(); field = reader.position) {
    if (reader.tag !== attributesTag) { reader.skip(); continue; }
    const after = reader.valueEnd(), length = after - reader.position;
    reader.position = after;
    if (length <= longestValue && mayTellPlace(bytes, field, after)) fields.push(field, after);
  }
  return fields;
}

function placeAttributes(bytes: Uint8Array, fields: readonly number[]): Record<string, unknown> {
  const found = new Map<string, AttributeValue>();
  for (let i = 0; i < fields.length; i += 2) {
    const reader = new WireReader(bytes, fields[i] as number, fields[i + 1] as number);
    if (reader.next()) takeKeyValue(reader, 0, found);
  }
  const attributes = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of found) if (prefixes.some((prefix) => key.startsWith(prefix))) attributes[key] = value;
  return attributes;
}
