const blockBits = 6, superBits = 12;
const blockSize = 1 << blockBits, superSize = 1 << superBits;

/**
 * The outline of spans that stand below one another: for every row, from the top, where its first span begins and where
 * its last one ends. Rows are added at both ends in constant time. `low` holds a lower bound of the ends in every block
 * of 64 rows (`lower`: 4,096), so that a free row is found without looking at all of them; a bound is made exact
 * when it misled.
 */
export class Contour {
  left = new Float64Array(8);
  right = new Float64Array(8);
  head = 4;
  length = 0;
  #low: Float64Array | undefined;
  #lower: Float64Array | undefined;

  clear(): void {
    this.head = this.left.length >> 1;
    this.length = 0;
    this.#low = this.#lower = undefined;
  }

  prepend(left: number, right: number): void {
    if (this.head === 0) this.#regrow();
    this.#write(--this.head, left, right);
    this.length++;
  }

  append(left: number, right: number): void {
    if (this.head + this.length === this.left.length) this.#regrow();
    this.#write(this.head + this.length, left, right);
    this.length++;
  }

  /** Widens row `i`. */
  cover(i: number, left: number, right: number): void {
    const at = this.head + i;
    if (left < (this.left[at] as number)) this.left[at] = left;
    if (right > (this.right[at] as number)) this.right[at] = right;
  }

  /** Lets row `i` end at `right`, earlier or later than before. */
  setRight(i: number, right: number): void {
    this.#write(this.head + i, this.left[this.head + i] as number, right);
  }

  /** The first row from `from` on that ends at `limit` or before, else the number of rows. */
  firstFree(from: number, limit: number): number {
    const end = this.head + this.length;
    const near = Math.min(end, this.head + from + blockSize);
    for (let at = this.head + from; at < near; at++) if ((this.right[at] as number) <= limit) return at - this.head;
    return near === end ? this.length : this.#search(near, end, limit) - this.head;
  }

  /**
   * The first row at which `other` can begin so that in every row it begins where this one has ended.
   * After a collision in one row, the search goes on where that row is free.
   */
  firstFit(other: Contour): number {
    const { left, head } = other;
    let row = this.firstFree(0, left[head] as number);
    for (let i = 1; i < other.length && row + i < this.length;) {
      const limit = left[head + i] as number;
      if ((this.right[this.head + row + i] as number) <= limit) {
        i++;
      } else {
        row = this.firstFree(Math.max(row + 1, this.firstFree(row + i + 1, limit) - i), left[head] as number);
        i = 1;
      }
    }
    return row;
  }

  #search(from: number, end: number, limit: number): number {
    this.#low ??= this.#index(blockBits);
    this.#lower ??= this.#index(superBits);
    for (let at = from; at < end;) {
      const block = at >> blockBits;
      if ((at & (superSize - 1)) === 0 && (this.#lower[at >> superBits] as number) > limit) {
        at += superSize;
      } else if ((this.#low[block] as number) > limit) {
        at = (block + 1) << blockBits;
      } else {
        const last = Math.min(end, (block + 1) << blockBits);
        for (; at < last; at++) if ((this.right[at] as number) <= limit) return at;
        this.#refresh(block);
      }
    }
    return end;
  }

  #index(bits: number): Float64Array {
    const bounds = new Float64Array((this.right.length >> bits) + 1).fill(Infinity);
    for (let at = this.head; at < this.head + this.length; at++) {
      if ((this.right[at] as number) < (bounds[at >> bits] as number)) bounds[at >> bits] = this.right[at] as number;
    }
    return bounds;
  }

  #refresh(block: number): void {
    const low = this.#low as Float64Array, lower = this.#lower as Float64Array;
    const least = (values: Float64Array, from: number, to: number): number => {
      let found = Infinity;
      for (let at = from; at < to; at++) if ((values[at] as number) < found) found = values[at] as number;
      return found;
    };
    const first = Math.max(this.head, block << blockBits), last = Math.min(this.head + this.length, (block + 1) << blockBits);
    low[block] = least(this.right, first, last);
    const above = block >> (superBits - blockBits), firstBlock = above << (superBits - blockBits);
    lower[above] = least(low, firstBlock, Math.min(low.length, firstBlock + (1 << (superBits - blockBits))));
  }

  #write(at: number, left: number, right: number): void {
    this.left[at] = left;
    this.right[at] = right;
    if (!this.#low || !this.#lower) return;
    if (right < (this.#low[at >> blockBits] as number)) this.#low[at >> blockBits] = right;
    if (right < (this.#lower[at >> superBits] as number)) this.#lower[at >> superBits] = right;
  }

  /** More room, the same at both ends. */
  #regrow(): void {
    const size = Math.max(16, this.length * 4), head = (size - this.length) >> 1;
    const left = new Float64Array(size), right = new Float64Array(size);
    left.set(this.left.subarray(this.head, this.head + this.length), head);
    right.set(this.right.subarray(this.head, this.head + this.length), head);
    this.left = left;
    this.right = right;
    this.head = head;
    this.#low = this.#lower = undefined;
  }
}
