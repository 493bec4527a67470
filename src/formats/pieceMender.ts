import { brokenAt, firstKeyFrom, marginOf, nextItem } from './brokenValue.ts';
import { concatenated } from './concatenated.ts';
import type { ItemKeys, Opens } from './format.ts';
import { OpenedValue } from './openedValue.ts';
import type { BrokenLists, BrokenPart } from './openedValue.ts';
import type { Piece } from './pieceBuffer.ts';

/** What is broken more often in one piece is left. */
const mostBreaks = 100;

/**
 * Goes on behind what is broken in the objects of an input: with the next item of a list that was open there, inside of what stood around
 * that list.
 */
export class PieceMender {
  private readonly opens: Opens;
  /** By which objects are known that stand at the top. */
  private readonly topKeys: ItemKeys;
  private readonly leave: (from: number, to: number) => void;
  private readonly waiting: Piece[] = [];
  private current: Piece | undefined;
  private breaks = 0;
  /** The lists that were open where something broke off last: what follows may be cut as if it stood at the top. */
  private lists: BrokenLists['lists'] = [];

  /** `leave` is told of bytes of the input that are left out. */
  constructor(opens: Opens, leave: (from: number, to: number) => void) {
    this.opens = opens;
    this.topKeys = [...opens.keys()].map((key) => [key]);
    this.leave = leave;
  }

  /** Gives a piece, and after it those that its reading has added. */
  *pieces(piece: Piece): Generator<Piece, void, undefined> {
    this.breaks = 0;
    this.waiting.push(this.lists.length === 0 ? piece : this.withinLists(piece));
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.current = next;
      yield next;
    }
    this.current = undefined;
  }

  /** See `DecodeOptions`. */
  readonly onBreak = (start: number, stop: number, isKept: boolean): { readonly from: number; readonly to: number } | undefined => {
    const { current, waiting } = this;
    if (current === undefined || ++this.breaks > mostBreaks) return undefined;
    const { bytes, offset, goesOn, isCutIn } = current, broken = brokenAt(bytes, this.opens, start, stop);
    if (broken === undefined) return undefined;
    const { lists, front, from } = broken;
    this.lists = lists;
    if (!isKept && front !== undefined) waiting.push({ bytes: front.bytes, offset: offset + start, goesOn: start === 0 ? goesOn : 0, isCutIn: front.levels });
    const found = nextItem(bytes, stop, this.withTop(lists), Math.max(0, marginOf(bytes, start))), frame = lists[(found?.list ?? 0) - 1]?.frame;
    if (found === undefined || frame === undefined) return undefined;
    waiting.push({ ...partOf(frame, bytes, offset, found.at), isCutIn });
    return { from, to: found.at };
  };

  private withTop(lists: BrokenLists['lists']): readonly ItemKeys[] { return [this.topKeys, ...lists.map(({ items }) => items)]; }

  /** A piece as what it is of the object that broke off before, unless another one begins. */
  private withinLists(piece: Piece): Piece {
    const { bytes, offset, isCutIn } = piece, begin = firstKeyFrom(bytes, 0);
    if (begin < 0) return piece;
    const found = nextItem(bytes, begin, this.withTop(this.lists)), frame = this.lists[(found?.list ?? 0) - 1]?.frame;
    if (found?.list === 0) this.lists = [];
    if (found === undefined || frame === undefined) return piece;
    if (found.at > begin) this.leave(offset, offset + found.at);
    const part = partOf(frame, bytes, offset, found.at), value = new OpenedValue(this.opens, 0);
    const closers = value.scan(part.bytes) === 'goes on' ? value.closers : undefined;
    return closers === undefined ? { ...part, isCutIn } : { ...part, bytes: concatenated(part.bytes, closers), isCutIn: closers.length };
  }
}

const partOf = (frame: BrokenPart, bytes: Uint8Array, offset: number, at: number): Omit<Piece, 'isCutIn'> =>
  ({ bytes: concatenated(frame.bytes, bytes.subarray(at)), offset: offset + at - frame.bytes.length, goesOn: frame.levels });
