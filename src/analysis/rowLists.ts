/**
 * Many growable lists of row numbers in one typed array: the children of every span, the spans of every lane. A list
 * that was built full takes no spare room; one that grows afterwards moves to the end with room for up to as much again.
 * What lists have left behind is given back when all need more room.
 */
export class RowLists {
  #values: Uint32Array;
  #used: number;
  #offset: Uint32Array;
  #length: Uint32Array;
  #count: number;
  /** Of each list that has grown since it was built the power of two that it has room for, plus one; 0 of those that are full. */
  #room: Uint8Array;

  private constructor(offset: Uint32Array, length: Uint32Array, count: number, values: Uint32Array) {
    this.#offset = offset;
    this.#length = length;
    this.#count = count;
    this.#values = values;
    this.#used = values.length;
    this.#room = new Uint8Array(offset.length);
  }

  /** `listCount` lists; row `order[i]` goes to the end of list `listOf[row] + shift`, or nowhere when that is negative. */
  static build(order: Uint32Array, listOf: Int16Array | Int32Array, shift: number, listCount: number): RowLists {
    const length = new Uint32Array(listCount), offset = new Uint32Array(listCount);
    let total = 0;
    for (let i = 0; i < order.length; i++) {
      const list = (listOf[order[i] as number] as number) + shift;
      if (list >= 0) length[list]!++;
    }
    for (let list = 0; list < listCount; list++) {
      offset[list] = total;
      total += length[list] as number;
    }
    const values = new Uint32Array(total);
    const next = offset.slice();
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      const list = (listOf[row] as number) + shift;
      if (list >= 0) values[next[list]!++] = row;
    }
    return new RowLists(offset, length, listCount, values);
  }

  get count(): number { return this.#count; }

  length(list: number): number { return this.#length[list] as number; }

  at(list: number, i: number): number { return this.#values[(this.#offset[list] as number) + i] as number; }

  /** The list as a view that holds until the next change of any list. */
  view(list: number): Uint32Array {
    const offset = this.#offset[list] as number;
    return this.#values.subarray(offset, offset + (this.#length[list] as number));
  }

  /** Adds empty lists until there are `count`. */
  grow(count: number): void {
    if (count <= this.#count) return;
    if (count > this.#length.length) {
      this.#offset = enlarged(this.#offset, count);
      this.#length = enlarged(this.#length, count);
      this.#room = enlarged(this.#room, count);
    }
    this.#count = count;
  }

  insert(list: number, i: number, row: number): void {
    const length = this.#length[list] as number;
    if (length >= this.#roomOf(list)) this.#makeRoom(list, length);
    const at = (this.#offset[list] as number) + i;
    this.#values.copyWithin(at + 1, at, at + length - i);
    this.#values[at] = row;
    this.#length[list] = length + 1;
  }

  remove(list: number, i: number): void {
    const length = this.#length[list] as number;
    const at = (this.#offset[list] as number) + i;
    this.#values.copyWithin(at, at + 1, at + length - i);
    this.#length[list] = length - 1;
  }

  /** How many rows a list can hold where it is. */
  #roomOf(list: number): number {
    const room = this.#room[list] as number;
    return room === 0 ? (this.#length[list] as number) : 2 ** (room - 1);
  }

  #makeRoom(list: number, length: number): void {
    // One more than the power of two that holds one row more.
    const room = 33 - Math.clz32(length), size = 2 ** (room - 1);
    if (this.#used + size > this.#values.length) this.#tidy(size);
    const from = this.#offset[list] as number;
    this.#values.copyWithin(this.#used, from, from + length);
    this.#offset[list] = this.#used;
    this.#room[list] = room;
    this.#used += size;
  }

  /** Puts all lists side by side, with `more` room behind them and half of all to spare. */
  #tidy(more: number): void {
    const before = this.#values;
    let size = more;
    for (let list = 0; list < this.#count; list++) size += this.#roomOf(list);
    this.#values = new Uint32Array(Math.ceil(size * 1.5));
    this.#used = 0;
    for (let list = 0; list < this.#count; list++) {
      const from = this.#offset[list] as number, length = this.#length[list] as number;
      for (let i = 0; i < length; i++) this.#values[this.#used + i] = before[from + i] as number;
      this.#offset[list] = this.#used;
      this.#used += this.#roomOf(list);
    }
  }
}

/** The same values in an array of at least `length`, with half as much to spare. */
export function enlarged<T extends Uint8Array | Uint32Array | Int16Array | Int32Array>(values: T, length: number): T {
  const larger = new (values.constructor as new (length: number) => T)(Math.ceil(Math.max(length, 16) * 1.5));
  larger.set(values);
  return larger;
}
