/** To go through all lists is worth its time when this part of what they take was left behind. */
const worthTidying = 8;

/**
 * Many growable lists of row numbers in one typed array: the children of every span, the spans of every lane. As they
 * are built they stand side by side, so that each ends where the next one begins. One that grows afterwards moves to the
 * end with room for up to as much again; what lists have left behind is given back when it is much.
 */
export class RowLists {
  #values: Uint32Array;
  #used: number;
  /** Where each list begins, and where the last one ends. */
  #offset: Uint32Array;
  #count: number;
  /** Undefined while the lists stand as they were built. */
  #growing: Growing | undefined;

  private constructor(offset: Uint32Array, count: number, values: Uint32Array) {
    this.#offset = offset;
    this.#count = count;
    this.#values = values;
    this.#used = values.length;
  }

  /** `listCount` lists; row `order[i]` goes to the end of list `listOf[row] + shift`, or nowhere when that is negative. */
  static build(order: Uint32Array, listOf: Int16Array | Int32Array, shift: number, listCount: number): RowLists {
    const offset = new Uint32Array(listCount + 1);
    for (let i = 0; i < order.length; i++) {
      const list = (listOf[order[i] as number] as number) + shift;
      if (list >= 0) offset[list + 1]!++;
    }
    for (let list = 0; list < listCount; list++) offset[list + 1]! += offset[list] as number;
    const values = new Uint32Array(offset[listCount] as number);
    const next = offset.slice();
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      const list = (listOf[row] as number) + shift;
      if (list >= 0) values[next[list]!++] = row;
    }
    return new RowLists(offset, listCount, values);
  }

  get count(): number { return this.#count; }

  length(list: number): number {
    return (this.#growing === undefined ? (this.#offset[list + 1] as number) - (this.#offset[list] as number) : this.#growing.length[list]) as number;
  }

  at(list: number, i: number): number { return this.#values[(this.#offset[list] as number) + i] as number; }

  /** The list as a view that holds until the next change of any list. */
  view(list: number): Uint32Array {
    const offset = this.#offset[list] as number;
    return this.#values.subarray(offset, offset + this.length(list));
  }

  /** Adds empty lists until there are `count`. */
  grow(count: number): void {
    if (count <= this.#count) return;
    const growing = this.#grow(count);
    if (count > growing.length.length) {
      growing.length = enlarged(growing.length, count);
      growing.room = enlarged(growing.room, count);
    }
    if (count >= this.#offset.length) this.#offset = enlarged(this.#offset, count + 1);
    this.#count = count;
  }

  insert(list: number, i: number, row: number): void {
    const growing = this.#grow(), length = growing.length[list] as number;
    if (length >= roomOf(growing, list)) this.#makeRoom(growing, list, length);
    const at = (this.#offset[list] as number) + i;
    this.#values.copyWithin(at + 1, at, at + length - i);
    this.#values[at] = row;
    growing.length[list] = length + 1;
  }

  remove(list: number, i: number): void {
    const growing = this.#grow(), length = growing.length[list] as number;
    const at = (this.#offset[list] as number) + i;
    this.#values.copyWithin(at, at + 1, at + length - i);
    growing.length[list] = length - 1;
  }

  /** Takes no more memory than the lists need as they are: not much is expected to change soon. */
  trim(): void {
    if (this.#growing === undefined) return;
    this.#growing.room.fill(0);
    this.#tidy(this.#growing, 0);
    this.#offset = this.#offset.slice(0, this.#count + 1);
    this.#offset[this.#count] = this.#used;
    this.#growing = undefined;
  }

  /** Makes the lists ready to grow, with room for `count` of them and half as many to spare. */
  #grow(count = this.#count): Growing {
    if (this.#growing !== undefined) return this.#growing;
    const offset = this.#offset, length = new Uint32Array(Math.ceil(count * 1.5));
    for (let list = 0; list < this.#count; list++) length[list] = (offset[list + 1] as number) - (offset[list] as number);
    return this.#growing = { length, room: new Uint8Array(length.length), left: 0 };
  }

  #makeRoom(growing: Growing, list: number, length: number): void {
    // One more than the power of two that holds one row more.
    const room = 33 - Math.clz32(length), size = 2 ** (room - 1);
    if (this.#used + size > this.#values.length) {
      if (growing.left * worthTidying > this.#used) this.#tidy(growing, size);
      else this.#values = enlarged(this.#values, this.#used + size);
    }
    growing.left += roomOf(growing, list);
    const from = this.#offset[list] as number;
    this.#values.copyWithin(this.#used, from, from + length);
    this.#offset[list] = this.#used;
    growing.room[list] = room;
    this.#used += size;
  }

  /** Puts all lists side by side; with `more` room behind them, and half of all to spare, unless that is 0. */
  #tidy(growing: Growing, more: number): void {
    const before = this.#values;
    let size = 0;
    for (let list = 0; list < this.#count; list++) size += roomOf(growing, list);
    this.#values = new Uint32Array(more === 0 ? size : Math.ceil((size + more) * 1.5));
    this.#used = growing.left = 0;
    for (let list = 0; list < this.#count; list++) {
      const from = this.#offset[list] as number, length = growing.length[list] as number;
      for (let i = 0; i < length; i++) this.#values[this.#used + i] = before[from + i] as number;
      this.#offset[list] = this.#used;
      this.#used += roomOf(growing, list);
    }
  }
}

/** What lists that grow need beside where they begin. */
interface Growing {
  length: Uint32Array;
  /** Of each list that has grown the power of two that it has room for, plus one; 0 of those that are full. */
  room: Uint8Array;
  /** Room that lists have left behind. */
  left: number;
}

/** How many rows a list can hold where it is. */
function roomOf({ length, room }: Growing, list: number): number {
  const power = room[list] as number;
  return power === 0 ? (length[list] as number) : 2 ** (power - 1);
}

/** The same values in an array of at least `length`, with half as much to spare. */
export function enlarged<T extends Uint8Array | Uint32Array | Int16Array | Int32Array>(values: T, length: number): T {
  const larger = new (values.constructor as new (length: number) => T)(Math.ceil(Math.max(length, 16) * 1.5));
  larger.set(values);
  return larger;
}
