import { Buffer } from 'node:buffer';
import { joinHalves } from '../../model/time.ts';
import { WireReader } from '../../model/wire.ts';
import type { WantedText } from '../../query/query.ts';
import type { ContentArena } from './contentArena.ts';
import { PackedParts } from './packedContent.ts';
import { repeatedAttributes } from './repeatedAttributes.ts';
import { someTextIn } from './valueTexts.ts';

const content = { attributes: 0x4a, events: 0x5a } as const, event = { name: 0x12, attributes: 0x1a } as const, keyValue = { value: 0x12 } as const;
const anyValue = { text: 0x0a, integer: 0x18, double: 0x21, list: 0x2a, map: 0x32, member: 0x0a } as const;
/** The UTF-8 of what becomes ASCII in lower case without being it, a character a byte: the Kelvin sign, and the dotted I, after whose i a dot follows. */
const kelvin = '\u00e2\u0084\u00aa', dottedI = '\u00c4\u00b0';

/** So many texts are kept: rows that follow one another have contents that lie not far apart, but not in order. */
const mostKept = 8;
/** So many contents are decoded for what making one text costs. */
const rowsWorthText = 16;

/** A piece of a trace's memory that holds the contents of many rows, as one text, a character a byte. */
class ChunkText {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** How far each search has come: the first place at or after `from`. */
  readonly progress = new Map<ContentSearch, { from: number; place: number; end: number }>();

  constructor(bytes: Uint8Array, written: number) {
    this.bytes = bytes;
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, written).toString('latin1');
  }
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

/** What finds a text of ASCII in lower case where every character is a byte of UTF-8. It never goes back, because nothing in it repeats. */
function patternOf(part: string): RegExp {
  const letters = Array.from(part, (letter, i) => {
    const upper = letter.toUpperCase();
    if (letter === 'k') return `(?:[kK]|${kelvin})`;
    if (letter === 'i' && i === part.length - 1) return `(?:[iI]|${dottedI})`;
    return letter === upper ? letter.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&') : `[${letter}${upper}]`;
  });
  return new RegExp(letters.join(''), 'g');
}

/** Integers below this are looked at once. */
const smallIntegers = 1 << 16;
const known = { no: 1, yes: 2 } as const;

/**
 * Looks for a text in the contents of rows (model/spanContent.ts) without decoding them: in the values of attributes and in
 * the names and attribute values of events. What attributes say again and again is looked at once. For the rest the engine
 * finds the next place in a long text faster than anything finds one in many short ones; only contents around such places
 * are walked, to see whether it is a value that has it or a key.
 */
export class ContentSearch {
  private readonly arena: ContentArena;
  private readonly chunks: ChunkTexts;
  private readonly wanted: WantedText;
  private readonly pattern: RegExp;
  private readonly isInNumbers: boolean;
  private readonly parts = new PackedParts();
  /** Whether repeated attributes have the text, by their numbers; so many have been looked at. */
  private readonly repeated: boolean[] = [];
  private isRepeated = false;
  private integers: Uint8Array | undefined;
  private chunk: ChunkText | undefined;
  private reader = new WireReader(new Uint8Array(0), 0, 0);
  private text = '';
  private progress = { from: 0, place: -1, end: -1 };

  constructor(arena: ContentArena, chunks: ChunkTexts, wanted: WantedText) {
    this.arena = arena;
    this.chunks = chunks;
    this.wanted = wanted;
    this.pattern = patternOf(wanted.part);
    this.isInNumbers = /^[-+.0-9e]+$/.test(wanted.part) || '-infinity'.includes(wanted.part) || 'nan'.includes(wanted.part);
  }

  /** Whether the record at an offset holds the text; undefined where only decoding tells. */
  holds(offset: number): boolean | undefined {
    if (this.wanted.part === '') return undefined;
    const { bytes, start, end } = this.arena.readPacked(offset), chunk = this.chunks.of(bytes, end);
    if (this.repeated.length < repeatedAttributes.count) this.lookAtRepeated();
    if (chunk !== undefined && chunk !== this.chunk) this.enter(chunk);
    const isNear = chunk !== undefined && (this.isInNumbers || this.isBetween(start, end));
    if (!isNear && !this.isRepeated) return chunk === undefined ? undefined : false;
    const { parts } = this;
    let isFound = false;
    for (parts.of(bytes, start, end); parts.next();) {
      if (parts.repeated >= 0) {
        if (this.repeated[parts.repeated] === true) return true;
      } else if (isNear && !isFound) isFound = this.isInPart(parts);
    }
    return chunk === undefined || (isFound && !this.wanted.isWhole) ? undefined : isFound;
  }

  private lookAtRepeated(): void {
    for (let number = this.repeated.length; number < repeatedAttributes.count; number++) {
      const isIn = someTextIn(repeatedAttributes.valueOf(number), this.wanted.test);
      this.repeated.push(isIn);
      this.isRepeated ||= isIn;
    }
  }

  private enter(chunk: ChunkText): void {
    let progress = chunk.progress.get(this);
    if (progress === undefined) chunk.progress.set(this, progress = { from: 0, place: -1, end: -1 });
    this.chunk = chunk;
    this.text = chunk.text;
    this.progress = progress;
    this.reader = new WireReader(chunk.bytes, 0, 0);
  }

  /** Whether the text stands between two bytes of the chunk. */
  private isBetween(start: number, end: number): boolean {
    const { progress, pattern } = this;
    if (start < progress.from) {
      pattern.lastIndex = 0;
      return pattern.test(this.text.slice(start, end));
    }
    if (progress.place < start) this.seek(start);
    return progress.end <= end;
  }

  private seek(start: number): void {
    const { progress, pattern } = this;
    pattern.lastIndex = start;
    const found = pattern.exec(this.text);
    progress.from = start;
    progress.place = found?.index ?? Infinity;
    progress.end = found === null ? Infinity : pattern.lastIndex;
  }

  private isInPart({ isRun, start, end }: PackedParts): boolean {
    const { reader } = this;
    reader.position = start;
    reader.end = end;
    return isRun ? this.isInContent(reader) : this.isInAnyValue(reader);
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
    if (!isInteger || high !== 0 || low >= smallIntegers) return textOfNumber(isInteger, high, low).includes(this.wanted.part);
    const integers = this.integers ??= new Uint8Array(smallIntegers);
    const answer = integers[low] || (integers[low] = String(low).includes(this.wanted.part) ? known.yes : known.no);
    return answer === known.yes;
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
