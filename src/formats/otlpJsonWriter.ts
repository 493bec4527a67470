import { writeAnyValue, writeKeyValue } from '../model/anyValue.ts';
import { canonicalId, isHex } from '../model/ids.ts';
import { textIdFields } from '../model/spanContent.ts';
import { nanosOfDecimal, nanosOfIso, splitDigits, highOf, isUint64, lowOf } from '../model/time.ts';
import type { Halves } from '../model/time.ts';
import { wireTypes } from '../model/wire.ts';
import type { WireWriter } from '../model/wireWriter.ts';
import { bytesOfBase64 } from './base64.ts';
import { WrongTypeError } from './jsonReader.ts';
import type { JsonReader } from './jsonReader.ts';
import { keyValue } from './otlpJsonFields.ts';
import type { Field, Fields } from './otlpJsonFields.ts';
import { writePlainAttribute } from './otlpJsonPlain.ts';
import { RepeatedKeyError } from './repeatedKeys.ts';

const specialDoubles = new Map([['NaN', Number.NaN], ['Infinity', Number.POSITIVE_INFINITY], ['-Infinity', Number.NEGATIVE_INFINITY]]);
const quote = 0x22, openBrace = 0x7b;

/**
 * Writes the messages of OTLP/JSON as protobuf messages, text by text, without building objects in between. A value of a
 * wrong type inside an attribute value is kept as text; elsewhere strict readers throw WrongTypeError and lenient ones
 * leave the field out. Both note it in `isRepaired`. Throws RepeatedKeyError, after which the output is of no use.
 */
export class OtlpJsonWriter {
  readonly reader: JsonReader;
  readonly writer: WireWriter;
  /** Whether something had to be bent since this was last set to false. */
  isRepaired = false;
  /** The field that was written last, for messages; always a name of the specification. */
  field = '';
  private readonly halves: Halves = { high: 0, low: 0 };

  constructor(reader: JsonReader, writer: WireWriter) {
    this.reader = reader;
    this.writer = writer;
  }

  /** Writes the fields of the object that comes next. */
  message(fields: Fields): void {
    const { reader } = this;
    let seen = 0;
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const field = reader.knownKey(fields.known) ?? this.otherSpelling(fields);
      if (field === undefined || reader.peek() === 0x6e) { reader.skip(); continue; }
      const bit = 1 << field.number;
      if ((seen & bit) !== 0) throw new RepeatedKeyError();
      seen |= bit;
      this.field = field.key;
      if (reader.isLenient) this.tolerantly(field, field.isList);
      else if (field.isList) this.list(field);
      else this.typedValue(field);
    }
  }

  /** Files may spell the keys in snake_case. */
  private otherSpelling(fields: Fields): Field | undefined {
    if (!this.reader.isLenient) return undefined;
    const { key } = this.reader;
    return key.includes('_') ? fields.get(camelCase(key)) : undefined;
  }

  /** Writes a field, or one value of it, and leaves out the value at hand where that turns out to be of a wrong type. */
  private tolerantly(field: Field, isList: boolean): void {
    const { reader, writer } = this;
    const { position, depth } = reader, { length } = writer;
    try {
      if (isList) this.list(field); else this.typedValue(field);
    } catch (error) {
      if (!(error instanceof WrongTypeError)) throw error;
      writer.length = length;
      reader.position = position;
      reader.depth = depth;
      reader.skip();
      this.isRepaired = true;
    }
  }

  private list(field: Field): void {
    const { reader } = this, areAttributes = field.kind === keyValue;
    if (areAttributes && reader.isLenient && reader.peek() === openBrace) {
      // Home-made exporters write the attributes as an object.
      for (const [key, value] of reader.takeObject()) writeKeyValue(this.writer, field.number, key, value);
      this.isRepaired = true;
      return;
    }
    for (let more = reader.beginArray(); more; more = reader.nextItem()) {
      if (areAttributes && writePlainAttribute(reader, this.writer, field.number)) continue;
      if (reader.isLenient) this.tolerantly(field, false); else this.typedValue(field);
    }
  }

  private typedValue({ number, kind, names }: Field): void {
    if (typeof kind !== 'string') this.nested(number, kind);
    else switch (kind) {
      case 'text': this.text(number); break;
      case 'anyValue': this.anyValue(number); break;
      case 'fixed64': this.fixed64(number); break;
      case 'traceId': this.id(number, textIdFields.trace, 16); break;
      case 'spanId': this.id(number, textIdFields.span, 8); break;
      case 'parentId': this.id(number, textIdFields.parent, 8); break;
      case 'enum': this.enumeration(number, names ?? []); break;
      case 'uint32': this.writer.tag(number, wireTypes.varint); this.writer.varint(this.uint32()); break;
      case 'fixed32': this.writer.tag(number, wireTypes.fixed32); this.writer.fixed32(this.uint32()); break;
      case 'boolean': this.writer.tag(number, wireTypes.varint); this.writer.varint(this.reader.takeBoolean() ? 1 : 0); break;
      case 'double': this.writer.tag(number, wireTypes.fixed64); this.writer.double(this.double() ?? this.wrong('a number')); break;
      case 'sfixed64': {
        const value = this.int64() ?? this.wrong('an integer');
        this.writer.tag(number, wireTypes.fixed64);
        this.writer.fixed64(highOf(value), lowOf(value));
      }
    }
  }

  private wrong(expected: string): never { throw new WrongTypeError(expected); }

  private nested(number: number, fields: Fields): void {
    const start = this.writer.begin(number);
    this.message(fields);
    this.writer.end(start);
  }

  private text(number: number): void {
    const { reader, writer } = this;
    reader.scanString();
    if (reader.hasEscapes) writer.textField(number, reader.stringText());
    else writer.bytesField(number, reader.bytes, reader.tokenStart, reader.tokenEnd);
  }

  /** Passes over a string or a number, and gives its text. */
  private scalarText(): string {
    const { reader } = this;
    if (reader.peek() === quote) return reader.takeString();
    reader.scanNumber();
    return reader.numberText();
  }

  private fixed64(number: number): void {
    const { reader, writer, halves } = this;
    if (reader.peek() === quote) reader.scanString(); else reader.scanNumber();
    if (!splitDigits(reader.bytes, reader.tokenStart, reader.tokenEnd, halves)) {
      const text = reader.isLenient ? reader.numberText() : '', value = nanosOfDecimal(text) ?? nanosOfIso(text);
      if (value === undefined || !isUint64(value)) throw new WrongTypeError('an unsigned 64-bit integer');
      halves.high = highOf(value);
      halves.low = lowOf(value);
    }
    writer.tag(number, wireTypes.fixed64);
    writer.fixed64(halves.high, halves.low);
  }

  private uint32(): number {
    const { reader } = this;
    if (reader.peek() === quote) reader.scanString(); else reader.scanNumber();
    const value = reader.tokenStart === reader.tokenEnd ? -1 : reader.shortInteger();
    return value >= 0 && value <= 0xffff_ffff ? value : this.wrong('an unsigned 32-bit integer');
  }

  /** An integer of 64 bits as a number's or a string's text has it; undefined when it is none. */
  private int64(): bigint | undefined {
    const text = this.scalarText();
    if (!/^-?[0-9]{1,20}$/.test(text)) return undefined;
    const value = BigInt(text);
    return BigInt.asIntN(64, value) === value ? value : undefined;
  }

  private double(): number | undefined {
    const { reader } = this;
    if (reader.peek() !== quote) {
      reader.scanNumber();
      const text = reader.numberText(), value = Number(text);
      return Number.isFinite(value) ? value : specialDoubles.get(text);
    }
    const text = reader.takeString(), value = Number(text);
    return specialDoubles.get(text) ?? (/^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/.test(text) && Number.isFinite(value) ? value : undefined);
  }

  /**
   * An enum is an integer; files may write its name. Anything else is left out, which means "unspecified". Numbers that nobody
   * knows are kept: those who read the message decide.
   */
  private enumeration(number: number, names: readonly string[]): void {
    const { reader, writer } = this;
    const start = reader.position;
    const isString = reader.peek() === quote;
    let value = -1;
    if (isString && reader.isLenient) {
      const text = reader.takeString();
      value = /^[0-9]{1,3}$/.test(text) ? Number(text) : names.findIndex((name) => text.toUpperCase() === name || text.endsWith(`_${name}`));
    } else if (!isString && isNumberStart(reader.peek())) {
      reader.scanNumber();
      value = reader.shortInteger();
    } else {
      reader.position = start;
      reader.skip();
    }
    if (value < 0 || value > 0xffff_ffff) {
      this.isRepaired = true;
      return;
    }
    writer.tag(number, wireTypes.varint);
    writer.varint(value);
  }

  /** Hex of the right size becomes bytes; so does base64 in files. Other ids are written as text. */
  private id(number: number, textNumber: number, size: number): void {
    const { reader, writer } = this;
    reader.scanString();
    const { bytes: source, tokenStart, tokenEnd } = reader;
    if (tokenStart === tokenEnd || (tokenEnd - tokenStart === size * 2 && writer.hexField(number, source, tokenStart, tokenEnd))) return;
    const id = reader.stringText(), isPython = reader.isLenient && id.startsWith('0x') && isHex(id.slice(2), size * 2);
    if (isPython && writer.hexField(number, source, tokenStart + 2, tokenEnd)) return;
    const bytes = reader.isLenient && id.endsWith('=') ? bytesOfBase64(id) : undefined;
    if (bytes?.length === size) writer.bytesField(number, bytes); else writer.textField(textNumber, canonicalId(id));
  }

  private anyValue(number: number): void {
    const { reader, writer } = this;
    const start = writer.begin(number);
    if (reader.peek() === openBrace) this.anyValueMembers();
    else if (reader.isLenient) {
      writeAnyValue(writer, reader.takeValue());
      this.isRepaired = true;
    } else this.asText(reader.position);
    writer.end(start);
  }

  private anyValueMembers(): void {
    const { reader, writer } = this;
    let seen = '';
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const key = reader.isLenient && reader.key.includes('_') ? camelCase(reader.key) : reader.key;
      if (reader.peek() === 0x6e || !key.endsWith('Value')) { reader.skip(); continue; }
      if (seen === key) throw new RepeatedKeyError();
      seen = key;
      const { position, depth } = reader, { length } = writer;
      if (this.member(key)) continue;
      writer.length = length;
      reader.position = position;
      reader.depth = depth;
      this.asText(position);
    }
  }

  /** Writes a member of a value; false when it has not the type that its key says. */
  private member(key: string): boolean {
    try {
      return this.typedMember(key);
    } catch (error) {
      if (error instanceof WrongTypeError) return false;
      throw error;
    }
  }

  private typedMember(key: string): boolean {
    const { reader, writer } = this;
    switch (key) {
      case 'stringValue': this.text(1); return true;
      case 'boolValue': { const value = reader.takeBoolean(); writer.tag(2, wireTypes.varint); writer.varint(value ? 1 : 0); return true; }
      case 'intValue': {
        const value = this.int64();
        if (value === undefined) return false;
        writer.tag(3, wireTypes.varint);
        writer.varint64(value);
        return true;
      }
      case 'doubleValue': {
        const value = this.double();
        if (value === undefined) return false;
        writer.tag(4, wireTypes.fixed64);
        writer.double(value);
        return true;
      }
      case 'arrayValue': this.valueList(5, () => { this.anyValue(1); }); return true;
      case 'kvlistValue': this.valueList(6, () => { this.nested(1, keyValue); }); return true;
      case 'bytesValue': {
        const bytes = bytesOfBase64(reader.takeString());
        if (bytes !== undefined) writer.bytesField(7, bytes);
        return bytes !== undefined;
      }
      default: reader.skip(); return true;
    }
  }

  /** `{"values": […]}` */
  private valueList(number: number, item: () => void): void {
    const { reader, writer } = this;
    const start = writer.begin(number);
    let isSeen = false;
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      if (reader.key !== 'values' || reader.peek() === 0x6e) { reader.skip(); continue; }
      if (isSeen) throw new RepeatedKeyError();
      isSeen = true;
      for (let moreItems = reader.beginArray(); moreItems; moreItems = reader.nextItem()) item();
    }
    writer.end(start);
  }

  /** Keeps the value at `position` as text, because it is not what stands here by the specification. */
  private asText(position: number): void {
    const { reader, writer } = this;
    this.isRepaired = true;
    if (reader.peek() === quote) {
      this.text(1);
      return;
    }
    reader.skip();
    writer.bytesField(1, reader.bytes, position, reader.position);
  }
}

const isNumberStart = (byte: number): boolean => byte === 0x2d || (byte >= 48 && byte <= 57);

const camelCase = (key: string): string => key.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
