import { plainTextEnd, textOf } from '../model/wireText.ts';
import { concatenated } from './concatenated.ts';
import { breaksString } from './jsonEscapes.ts';
import type { ItemKeys, Opens } from './format.ts';

const quote = 0x22, backslash = 0x5c, openBrace = 0x7b, closeBrace = 0x7d, openBracket = 0x5b, closeBracket = 0x5d;
const comma = 0x2c, colon = 0x3a;
/** Larger members, and more of one object, stand in the first piece only. */
const mostRepeatedBytes = 256 * 1024, mostOfLevelBytes = 1024 * 1024, mostMembers = 1000;

interface Place { start: number; end: number }

/** An object or a list that is open where the reading is. */
interface Level {
  readonly isArray: boolean;
  /** What may be opened in it, or in its items. */
  readonly opens: Opens | undefined;
  /** Of a list: how its items are known. */
  readonly items: ItemKeys | undefined;
  /** Something that should stand in front of it is missing. */
  readonly isEarly: boolean;
  /** Of an object: the members that are whole and are repeated, and the names of all of them. */
  readonly members: Place[];
  readonly names: Set<string>;
  repeatedBytes: number;
  /** The key of the member at hand, with its quotes; no length while none is. */
  readonly key: Place;
  isKeyDone: boolean;
  /** The member at hand was opened: its items are gone. */
  isOpened: boolean;
  /** Of a list: the comma behind the last item that is whole; 0 when there is none. */
  cut: number;
  /** Lists of lists are rows of a table, whose places count. */
  isTable: boolean;
}

/** What is cut off: bytes up to `end` and the closing brackets, and what goes in front of the rest, which begins at `rest`. */
export interface OpenedPiece { readonly end: number; readonly closers: Uint8Array; readonly frame: Uint8Array; readonly rest: number }

/** Bytes that stand for a part of an object, and of how many levels they are the part. */
export interface BrokenPart { readonly bytes: Uint8Array; readonly levels: number }

/** What is around the items of the lists that are open where an object breaks off, so that it can go on with one of them. */
export interface BrokenLists {
  /** Outermost first. */
  readonly lists: readonly { readonly frame: BrokenPart; readonly items: ItemKeys }[];
  /** The object up to the last of its items that is whole; undefined where there is none. */
  readonly front: BrokenPart | undefined;
  /** Behind what is whole. */
  readonly from: number;
}

/**
 * Follows one JSON object that is too long to be held as a whole, while more of it comes, and cuts it between the items of the
 * lists that its format opens: a piece is an object with the items so far, and what goes on is the same object with the ones
 * that come, both with the members that stood in front of the list.
 */
export class OpenedValue {
  /** Everything before was looked at. */
  position: number;
  private readonly levels: Level[] = [];
  /** Objects and lists around the position that are not opened. */
  private passing = 0;
  private isInString = false;
  /** The last byte that is no white space and in no string. */
  private previous = 0;
  private readonly opens: Opens;
  private readonly start: number;

  /** `start` is where the object begins. */
  constructor(opens: Opens, start: number) {
    this.opens = opens;
    this.position = this.start = start;
  }

  /** Looks at what was added. 'broken': it is not the JSON that it seemed to be. */
  scan(bytes: Uint8Array): 'goes on' | 'ended' | 'broken' {
    while (this.position < bytes.length) {
      if (this.isInString) {
        if (!this.passString(bytes)) return this.position < bytes.length && breaksString(bytes[this.position] as number) ? 'broken' : 'goes on';
        continue;
      }
      if (this.passing > 0) {
        if (!this.pass(bytes)) return 'broken';
        continue;
      }
      const byte = bytes[this.position] as number;
      if (byte <= 0x20) { this.position++; continue; }
      if ((byte === openBrace || byte === openBracket) && this.levels.length > 0 && !mayBegin(this.previous)) return 'broken';
      if (byte === quote) this.beginString();
      else if (!this.follow(byte, bytes)) return 'broken';
      this.previous = byte;
      this.position++;
      if (this.levels.length === 0) return 'ended';
    }
    return 'goes on';
  }

  /** What can be cut off; undefined when there is nothing. `isPatient`: not where something is missing in front of a list. */
  cut(bytes: Uint8Array, isPatient: boolean): OpenedPiece | undefined {
    const early = isPatient ? this.levels.findIndex(({ isEarly }) => isEarly) : -1, mayCut = early < 0 ? this.levels : this.levels.slice(0, early);
    const deepest = mayCut.findLastIndex(({ cut }) => cut > 0), end = this.levels[deepest]?.cut;
    if (end === undefined) return undefined;
    const around = this.levels.slice(0, deepest + 1), frame = frameOf(around, bytes), closers = closersOf(around);
    const shift = frame.length - (end + 1);
    for (const level of this.levels.slice(deepest + 1)) moveBy(level, shift);
    this.position += shift;
    return { end, closers, frame, rest: end + 1 };
  }

  /** The brackets that are missing where what was looked at ends between two items or members; undefined where it ends elsewhere. */
  get closers(): Uint8Array | undefined { return this.passing === 0 && !this.isInString ? closersOf(this.levels) : undefined; }

  /** What of the value is whole, and the lists that are open where it cannot be read on; `bytes` end there. */
  broken(bytes: Uint8Array): BrokenLists | undefined {
    const { levels } = this, start = this.start, deepest = levels.findLastIndex(({ cut }) => cut > 0), end = levels[deepest]?.cut;
    const front = end === undefined ? undefined : { bytes: concatenated(bytes.subarray(start, end), closersOf(levels.slice(0, deepest + 1))), levels: deepest + 1 };
    const from = end === undefined ? Math.max(start, ...levels.map(({ key }) => key.end)) : end + 1;
    const lists = levels.flatMap(({ isArray, isTable, items }, depth) => {
      if (!isArray || isTable || items === undefined) return [];
      const around = levels.slice(0, depth + 1).map((level) => ({ ...level, members: level.members.map((place) => ({ ...place })), key: { ...level.key } }));
      return [{ items, frame: { bytes: frameOf(around, bytes), levels: depth + 1 } }];
    });
    return lists.length === 0 && front === undefined ? undefined : { lists, front, from };
  }

  private beginString(): void {
    this.isInString = true;
    const level = this.levels.at(-1);
    if (level?.isArray === false && !level.isKeyDone) level.key.start = this.position;
  }

  /** False when the string goes on behind these bytes, or has a control character. */
  private passString(bytes: Uint8Array): boolean {
    const { length } = bytes;
    for (let at = this.position; at < length;) {
      at = plainTextEnd(bytes, at, length);
      const byte = at < length ? bytes[at] as number : -1;
      this.position = at;
      if (byte === backslash) {
        if (at + 2 > length) return false;
        this.position = at += 2;
      } else if (byte === quote) {
        this.position = at + 1;
        this.isInString = false;
        const level = this.levels.at(-1);
        if (this.passing === 0 && level?.isArray === false && !level.isKeyDone) level.key.end = at + 1;
        return true;
      } else if (breaksString(byte)) return false;
      else if (byte >= 0) at++;
    }
    return false;
  }

  /** Goes to the end of what is not opened, or into a string of it that is not plain or goes on behind these bytes; false where it is broken. Most bytes are passed here. */
  private pass(bytes: Uint8Array): boolean {
    const { length } = bytes;
    let { position: at, passing, previous } = this;
    for (; at < length && passing > 0; at++) {
      const byte = bytes[at] as number;
      if (byte <= 0x20) continue;
      if (byte === quote) {
        at = plainTextEnd(bytes, at + 1, length);
        this.isInString = at === length || bytes[at] !== quote;
        previous = quote;
        if (this.isInString) break;
      } else {
        if (byte === openBrace || byte === openBracket) {
          if (!mayBegin(previous)) return false;
          passing++;
        } else if (byte === closeBrace || byte === closeBracket) passing--;
        previous = byte;
      }
    }
    this.position = at;
    this.passing = passing;
    this.previous = previous;
    return true;
  }

  /** Follows the structure of what is opened; false where it is broken. */
  private follow(byte: number, bytes: Uint8Array): boolean {
    const level = this.levels.at(-1);
    if (byte === openBrace || byte === openBracket) this.begin(byte === openBracket, level, bytes);
    else if (level === undefined) return false;
    else if (byte === closeBrace || byte === closeBracket) {
      if (level.isArray !== (byte === closeBracket)) return false;
      this.levels.pop();
    } else if (byte === comma) {
      if (!level.isArray) this.endMember(level); else if (!level.isTable) level.cut = this.position;
    } else if (byte === colon && !level.isArray) {
      level.isKeyDone = true;
      level.isOpened = false;
      if (level.names.size < mostMembers) level.names.add(nameOf(level.key, bytes));
    }
    return true;
  }

  private begin(isArray: boolean, level: Level | undefined, bytes: Uint8Array): void {
    if (level === undefined) {
      this.levels.push(newLevel(isArray, this.opens, false));
      return;
    }
    if (level.isArray) {
      level.isTable ||= isArray;
      if (isArray || level.opens === undefined) this.passing = 1; else this.levels.push(newLevel(false, level.opens, false));
      return;
    }
    const name = nameOf(level.key, bytes), opened = level.opens?.get(name);
    if (opened === undefined) {
      this.passing = 1;
      return;
    }
    level.isOpened = true;
    this.levels.push(newLevel(isArray, opened.inner, opened.after?.every((each) => !level.names.has(each)) === true, opened.items));
  }

  private endMember(level: Level): void {
    const { key, members } = level, bytes = this.position - key.start;
    if (level.isKeyDone && !level.isOpened && bytes <= mostRepeatedBytes && level.repeatedBytes + bytes <= mostOfLevelBytes && members.length < mostMembers) {
      members.push({ start: key.start, end: this.position });
      level.repeatedBytes += bytes;
    }
    level.isKeyDone = false;
  }
}

const newLevel = (isArray: boolean, opens: Opens | undefined, isEarly: boolean, items?: ItemKeys): Level =>
  ({ isArray, opens, items, isEarly, members: [], names: new Set(), repeatedBytes: 0, key: { start: 0, end: 0 }, isKeyDone: false, isOpened: false, cut: 0, isTable: false });

const closersOf = (levels: readonly Level[]): Uint8Array => Uint8Array.from(levels.toReversed(), ({ isArray }) => (isArray ? closeBracket : closeBrace));

/** Whether an object or a list may begin in another one, by the byte before it. */
const mayBegin = (previous: number): boolean => previous === comma || previous === colon || previous === openBracket;

const nameOf = ({ start, end }: Place, bytes: Uint8Array): string => textOf(bytes, start + 1, end - 1);

function moveBy(level: Level, shift: number): void {
  for (const place of [...level.members, level.key]) {
    place.start += shift;
    place.end += shift;
  }
  if (level.cut > 0) level.cut += shift;
}

/** What stands around the items of the innermost list, which begin behind it. The places of the levels become those in the frame. */
function frameOf(around: readonly Level[], bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): number => {
    parts.push(part);
    length += part.length;
    return length - part.length;
  };
  const move = (place: Place): void => {
    const part = bytes.slice(place.start, place.end);
    place.start = add(part);
    place.end = length;
  };
  for (const { isArray, members, key } of around) {
    add(Uint8Array.of(isArray ? openBracket : openBrace));
    if (isArray) continue;
    for (const member of members) {
      move(member);
      add(Uint8Array.of(comma));
    }
    move(key);
    add(Uint8Array.of(colon));
  }
  for (const level of around) level.cut = 0;
  const frame = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}
