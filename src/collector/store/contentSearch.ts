import { Buffer } from 'node:buffer';
import { joinHalves } from '../../model/time.ts';
import { WireReader } from '../../model/wire.ts';
import type { WantedText } from '../../query/query.ts';
import type { ContentArena } from './contentArena.ts';
import { somePart } from './packedContent.ts';

const content = { attributes: 0x4a, events: 0x5a } as const, event = { name: 0x12, attributes: 0x1a } as const, keyValue = { value: 0x12 } as const;
const anyValue = { text: 0x0a, integer: 0x18, double: 0x21, list: 0x2a, map: 0x32, member: 0x0a } as const;
/** What becomes ASCII in lower case without being it: the Kelvin sign and the dotted I. */
const foldsToAscii = ['\u212a', '\u0130'].map((letter) => Buffer.from(letter));

/** So many texts are kept: rows that follow one another have contents that lie not far apart, but not in order. */
const mostKept = 8;
/** So many contents are decoded for what making one text costs. */
const rowsWorthText = 16;

/** A piece of a trace's memory that holds the contents of many rows, as one text in lower case, a character a byte. */
class ChunkText {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** How far each search has come: the first place at or after `from`. */
  readonly progress = new Map<ContentSearch, { from: number; place: number }>();
  private readonly chunk: Buffer;
  private folds: boolean | undefined;

  constructor(bytes: Uint8Array, written: number) {
    this.bytes = bytes;
    this.chunk = Buffer.from(bytes.buffer, bytes.byteOffset, written);
    this.text = this.chunk.toString('latin1').toLowerCase();
  }

  /** Whether something in the chunk may become ASCII that is not. */
  get hasFolds(): boolean { return this.folds ??= foldsToAscii.some((letter) => this.chunk.includes(letter)); }
}

/** The texts of a trace's memory, made when several rows have asked for them. */
export class ChunkTexts {
  private readonly arena: ContentArena;
  private readonly kept = new Map<Uint8Array, ChunkText>();
  private readonly asked = new Map<Uint8Array, number>();
  private last: ChunkText | undefined;

  constructor(arena: ContentArena) { this.arena = arena; }

  /** The text of a chunk with a record that ends at `end`; undefined when it is not worth making. */
  of(bytes: Uint8Array, end: number): ChunkText | undefined {
    const known = this.last?.bytes === bytes ? this.last : this.kept.get(bytes);
    // More may have been written since, while others had their turn.
    const found = known !== undefined && end <= known.text.length ? known : this.make(bytes);
    return this.last = found;
  }

  private make(bytes: Uint8Array): ChunkText | undefined {
    const asked = (this.asked.get(bytes) ?? 0) + 1;
    this.asked.set(bytes, asked);
    if (asked < rowsWorthText) return undefined;
    this.asked.delete(bytes);
    const made = new ChunkText(bytes, this.arena.writtenIn(bytes));
    this.kept.delete(bytes);
    this.kept.set(bytes, made);
    for (const oldest of this.kept.keys()) if (this.kept.size > mostKept) this.kept.delete(oldest);
    return made;
  }
}

/**
 * Looks for a text in the contents of rows (model/spanContent.ts) without decoding them: in the values of attributes and in
 * the names and attribute values of events. The engine finds the next place in a long text faster than anything finds one
 * in many short ones; only contents around such places are walked, to see whether it is a value that has it or a key.
 */
export class ContentSearch {
  private readonly arena: ContentArena;
  private readonly chunks: ChunkTexts;
  private readonly wanted: WantedText;
  private readonly isInNumbers: boolean;
  private readonly mayBeFolded: boolean;
  private chunk: ChunkText | undefined;
  private text = '';
  private progress = { from: 0, place: -1 };

  constructor(arena: ContentArena, chunks: ChunkTexts, wanted: WantedText) {
    this.arena = arena;
    this.chunks = chunks;
    this.wanted = wanted;
    this.isInNumbers = /^[-+.0-9e]+$/.test(wanted.part) || '-infinity'.includes(wanted.part) || 'nan'.includes(wanted.part);
    this.mayBeFolded = /[ik]/.test(wanted.part);
  }

  /** Whether the record at an offset holds the text; undefined where only decoding tells. */
  holds(offset: number): boolean | undefined {
    if (this.wanted.part === '') return undefined;
    const { bytes, start, end } = this.arena.readPacked(offset), chunk = this.chunks.of(bytes, end);
    if (chunk === undefined || (this.mayBeFolded && chunk.hasFolds)) return undefined;
    if (chunk !== this.chunk) this.enter(chunk);
    if (!this.isInNumbers && !this.isBetween(start, end)) return false;
    const isFound = somePart(bytes, start, end, (from, to) => this.isInContent(new WireReader(bytes, from, to)), (from, to) => this.isInAnyValue(new WireReader(bytes, from, to)));
    if (!isFound) return false;
    return this.wanted.isWhole ? true : undefined;
  }

  private enter(chunk: ChunkText): void {
    let progress = chunk.progress.get(this);
    if (progress === undefined) chunk.progress.set(this, progress = { from: 0, place: -1 });
    this.chunk = chunk;
    this.text = chunk.text;
    this.progress = progress;
  }

  /** Whether the text stands between two bytes of the chunk. */
  private isBetween(start: number, end: number): boolean {
    const { text, progress, wanted: { part } } = this;
    if (start < progress.from) return text.slice(start, end).includes(part);
    if (progress.place < start) {
      const found = text.indexOf(part, start);
      progress.place = found < 0 ? Infinity : found;
      progress.from = start;
    }
    return progress.place + part.length <= end;
  }

  private isInContent(reader: WireReader): boolean {
    return some(reader, (tag) => (tag === content.attributes ? this.isInKeyValue(reader) : tag === content.events && this.isInEvent(reader)));
  }

  private isInEvent(reader: WireReader): boolean {
    return someInside(reader, (tag) => (tag === event.attributes ? this.isInKeyValue(reader) : tag === event.name && this.isInText(reader)));
  }

  private isInKeyValue(reader: WireReader): boolean {
    return someInside(reader, (tag) => tag === keyValue.value && this.isInValue(reader));
  }

  private isInValue(reader: WireReader): boolean { return someInside(reader, (tag) => this.isInField(reader, tag)); }

  /** The same for the fields that follow. */
  private isInAnyValue(reader: WireReader): boolean { return some(reader, (tag) => this.isInField(reader, tag)); }

  private isInField(reader: WireReader, tag: number): boolean {
    switch (tag) {
      case anyValue.text: return this.isInText(reader);
      case anyValue.list: return someInside(reader, (inner) => inner === anyValue.member && this.isInValue(reader));
      case anyValue.map: return someInside(reader, (inner) => inner === anyValue.member && this.isInKeyValue(reader));
      case anyValue.integer: case anyValue.double: return this.isInNumbers && this.isInNumber(reader);
      default: return false;
    }
  }

  private isInText(reader: WireReader): boolean {
    const end = reader.valueEnd(), start = reader.position;
    reader.position = end;
    return this.isBetween(start, end);
  }

  private isInNumber(reader: WireReader): boolean {
    const isInteger = reader.tag === anyValue.integer;
    if (isInteger) reader.varint(); else reader.fixed64();
    const { high, low } = reader;
    return textOfNumber(isInteger, high, low).includes(this.wanted.part);
  }
}

const doubleView = new DataView(new ArrayBuffer(8));

function textOfNumber(isInteger: boolean, high: number, low: number): string {
  if (isInteger) return high < 0x20_0000 ? String(high * 0x1_0000_0000 + low) : String(BigInt.asIntN(64, joinHalves(high, low)));
  doubleView.setUint32(0, high);
  doubleView.setUint32(4, low);
  return String(doubleView.getFloat64(0)).toLowerCase();
}

/** Whether one of the fields that follow is wanted. `isWanted` reads the field or leaves it. */
function some(reader: WireReader, isWanted: (tag: number) => boolean): boolean {
  while (reader.next()) {
    const { position } = reader;
    if (isWanted(reader.tag)) return true;
    if (reader.position === position) reader.skip();
  }
  return false;
}

/** The same for the fields of the message field whose tag was read. */
function someInside(reader: WireReader, isWanted: (tag: number) => boolean): boolean {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  const found = some(reader, isWanted);
  reader.end = outer;
  reader.position = end;
  return found;
}
