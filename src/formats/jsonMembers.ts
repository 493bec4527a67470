import { DecodeError } from './format.ts';
import { WrongTypeError } from './jsonReader.ts';
import type { JsonObject, JsonReader, JsonValue } from './jsonReader.ts';

const openBrace = 0x7b, openBracket = 0x5b;

/**
 * The members of the object that comes next, for containers whose order of members nobody promises: one pass notes where
 * the values begin, and each can then be read when it is needed. Of an object that breaks off, the members up to there
 * are known, and of the list that it breaks off in the items; `leave` then throws what was wrong.
 */
export class JsonMembers {
  private readonly reader: JsonReader;
  private readonly starts = new Map<string, number>();
  private readonly depth: number;
  private readonly end: number;
  private readonly failure: unknown;

  constructor(reader: JsonReader) {
    const { depth, elements } = reader;
    this.reader = reader;
    this.depth = depth + 1;
    try {
      for (let more = reader.beginObject(); more; more = reader.nextMember()) {
        reader.peek();
        this.starts.set(reader.key, reader.position);
        reader.skip();
      }
    } catch (error) {
      if (!isBreak(error)) throw error;
      this.failure = error;
    }
    this.end = reader.position;
    // What is read is counted then.
    reader.elements = elements;
  }

  /** Whether the object breaks off. */
  get isBroken(): boolean { return this.failure !== undefined; }

  has(key: string): boolean { return this.starts.has(key); }

  keys(): Iterable<string> { return this.starts.keys(); }

  /** Stands in front of a member's value; false when there is none. */
  goTo(key: string): boolean {
    const start = this.starts.get(key);
    if (start === undefined) return false;
    this.reader.position = start;
    this.reader.depth = this.depth;
    return true;
  }

  /** The value of a member. */
  take(key: string): JsonValue | undefined { return this.tolerating(() => (this.goTo(key) ? this.reader.takeValue() : undefined)); }

  /** The members but for some, as an object. */
  takeAllBut(left: ReadonlySet<string>): JsonObject {
    const taken: JsonObject = new Map();
    for (const key of this.starts.keys()) if (!left.has(key)) taken.set(key, this.take(key) ?? null);
    return taken;
  }

  /** Hands the objects of a list, or of a member that is one object, to `read`, which has to pass over them. */
  each(key: string, read: (reader: JsonReader) => void): void {
    this.tolerating(() => { if (this.goTo(key)) eachObject(this.reader, read); });
  }

  /** Whether a member is an object; or an array. */
  isObject(key: string): boolean { return this.goTo(key) && this.reader.peek() === openBrace; }
  isList(key: string): boolean { return this.goTo(key) && this.reader.peek() === openBracket; }

  /** Stands behind the object. */
  leave(): void {
    this.reader.position = this.end;
    if (this.failure !== undefined) throw this.failure;
    this.reader.depth = this.depth - 1;
  }

  /** Reads up to where the object breaks off. */
  private tolerating<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (this.failure === undefined || !isBreak(error)) throw error;
      return undefined;
    }
  }
}

const isBreak = (error: unknown): boolean => error instanceof WrongTypeError || (error instanceof DecodeError && error.reason !== 'tooManyElements');

/** Containers inside of containers are looked into so far; each is passed over once for every one around it. */
export const deepestContainer = 4;

/** Hands the object that comes next, or the objects of the array, to `read`; other values are passed over. */
export function eachObject(reader: JsonReader, read: (reader: JsonReader) => void): void {
  const next = reader.peek();
  if (next === openBrace) read(reader);
  else if (next !== openBracket) reader.skip();
  else for (let more = reader.beginArray(); more; more = reader.nextItem()) if (reader.peek() === openBrace) read(reader); else reader.skip();
}
