import { WireError, WireReader, wireTypes } from '../model/wire.ts';
import { WireWriter } from '../model/wireWriter.ts';
import type { OpenMessage, OpenMessagePart } from './format.ts';

const groupTag = 0x0a, ownTag = 0x0a, childTag = 0x12, schemaTag = 0x1a;
/** The levels of a request: itself, resource groups, and scope groups, in which the records lie. */
const deepest = 3;
/** No tag with its length is longer. */
const longestHead = 20;
/** What a group says of itself stands in front of the records in each part, unless it is longer. */
const mostRepeatedBytes = 1024 * 1024;

/** A level that is open: how much of it has not been taken, and what it said of itself. */
interface Level { left: number; readonly own: Uint8Array[]; ownBytes: number }
interface Field { readonly tag: number; readonly value: number; readonly end: number }
/** Where a part is put together, and what of it was closed. */
interface Part { readonly writer: WireWriter; readonly begun: number[]; at: number; records: number }

const newLevel = (left: number): Level => ({ left, own: [], ownBytes: 0 });
const fieldOf = (level: number): number => (level === 1 ? groupTag : childTag) >>> 3;
const noFrame = (): Uint8Array => new Uint8Array();

/**
 * Takes an OTLP request apart: the records that are whole are given as a request of their own, in resource and scope groups like those
 * around them. What a group says of itself behind its records, as it does of its schema, is known to the last of them only.
 */
export class OpenedRequest implements OpenMessage {
  private readonly levels: Level[];
  private readonly writeFrame: ((length: number) => Uint8Array) | undefined;
  /** What stands in front of the request and is still to be passed over. */
  private skipped: number;
  private isBroken = false;

  /** `writeFrame` gives what stands in front of a request. Without it `frame` is that of a resource group in a request that has none. */
  constructor(frame: { readonly start: number; readonly end: number }, writeFrame: ((length: number) => Uint8Array) | undefined) {
    this.writeFrame = writeFrame;
    this.skipped = writeFrame === undefined ? 0 : frame.start;
    this.levels = [newLevel(frame.end - this.skipped)];
  }

  take(bytes: Uint8Array, isEnd: boolean): OpenMessagePart {
    const writer = new WireWriter(bytes.length + 1024), begun = this.levels.slice(1).map((level, i) => reopen(writer, level, i + 1));
    const front = writer.length, part: Part = { writer, begun, at: this.skipped, records: 0 };
    this.skipped = 0;
    while (this.step(bytes, part));
    const isWhole = this.levels.length === 1 && this.levels[0]?.left === 0, isLost = this.isBroken || (isEnd && !isWhole);
    if (isLost) takeRest(bytes, part);
    while (begun.length > 0) writer.end(begun.pop() as number);
    const frame = (this.writeFrame ?? noFrame)(writer.length);
    return { bytes: part.records > 0 || isLost ? framed(frame, writer) : undefined, front: front + frame.length, taken: part.at, isOver: isWhole || isLost };
  }

  /** Takes a field, goes into it, or leaves a level; false where there is no more to take. */
  private step(bytes: Uint8Array, part: Part): boolean {
    const { levels } = this, level = levels.at(-1) as Level, depth = levels.length;
    if (level.left === 0) {
      if (depth === 1) return false;
      levels.pop();
      part.writer.end(part.begun.pop() as number);
      return true;
    }
    const field = this.fieldAt(bytes, part.at, level.left);
    if (field === undefined) return false;
    const { tag, value, end } = field, isWhole = end <= bytes.length;
    if (!isWhole && (depth === deepest || tag !== (depth === 1 ? groupTag : childTag))) return false;
    level.left -= end - part.at;
    if (isWhole) {
      part.writer.raw(bytes, part.at, end);
      if (depth > 1 && (tag === ownTag || tag === schemaTag)) remember(level, bytes, part.at, end); else part.records++;
      part.at = end;
    } else {
      levels.push(newLevel(end - value));
      part.begun.push(part.writer.begin(fieldOf(depth)));
      part.at = value;
    }
    return true;
  }

  /** The field that begins somewhere; undefined when too little of it is there, or it is none. */
  private fieldAt(bytes: Uint8Array, at: number, left: number): Field | undefined {
    const reader = new WireReader(bytes, at, bytes.length);
    try {
      if (!reader.next()) return undefined;
      const { tag } = reader;
      if ((tag & 7) === wireTypes.bytes) reader.varint(); else reader.skip();
      const value = reader.position, end = (tag & 7) === wireTypes.bytes ? value + reader.high * 0x1_0000_0000 + reader.low : value;
      if (end - at <= left) return { tag, value, end };
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      if (bytes.length - at < Math.min(left, longestHead)) return undefined;
    }
    this.isBroken = true;
    return undefined;
  }
}

function reopen(writer: WireWriter, { own }: Level, depth: number): number {
  const start = writer.begin(fieldOf(depth));
  for (const each of own) writer.raw(each, 0, each.length);
  return start;
}

function remember(level: Level, bytes: Uint8Array, at: number, end: number): void {
  level.ownBytes += end - at;
  if (level.ownBytes <= mostRepeatedBytes) level.own.push(bytes.slice(at, end));
}

/** What cannot be read any further, because it ends or is none: who reads it says so. */
function takeRest(bytes: Uint8Array, part: Part): void {
  part.writer.raw(bytes, part.at, bytes.length);
  // Where it ends between two fields, the head of another one tells that something is missing.
  if (part.at === bytes.length) for (const byte of [childTag, 1]) part.writer.varint(byte);
  part.at = bytes.length;
}

function framed(frame: Uint8Array, writer: WireWriter): Uint8Array {
  const bytes = new Uint8Array(frame.length + writer.length);
  bytes.set(frame);
  bytes.set(writer.bytes.subarray(0, writer.length), frame.length);
  return bytes;
}
