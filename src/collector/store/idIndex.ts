/** At most this share of the slots is used: foreign slots are passed over sixteen to a cache line. */
const fullest = 0.9;
const initialSlots = 20;
const noSlots = new Uint32Array(0);
/** All ids are placed anew each time; what that spares is given back by `trim`. */
const growthOf = (slots: number): number => (slots < 4096 ? 2 : 1.5);
/** Less room that is not used is not worth it. */
const leastTrimmed = 1.1;
/** Drawn anew for every process, so that nobody can prepare ids that collide. */
const seed = Math.floor(Math.random() * 0x1_0000_0000) | 1;

/**
 * Finds the row of a span id of 16 hex digits. Open addressing with linear probing; a slot holds row + 1 in its low bits
 * and a piece of the id's hash above them, so that nearly every foreign slot is passed over without looking at the id.
 * The ids themselves belong to the caller: `ids[2 · row]` and `ids[2 · row + 1]` are the halves of a row's id.
 */
export class IdIndex {
  private slots = noSlots;
  private rowMask = 0;
  private used = 0;
  /** Behind the last row. */
  private rows = 0;

  get byteLength(): number { return this.slots.byteLength; }

  /** The row of an id, or -1. */
  find(ids: Uint32Array, high: number, low: number): number {
    const { slots, rowMask } = this;
    if (slots.length === 0) return -1;
    const hash = hashOf(high, low), print = printOf(hash);
    for (let at = placeOf(hash, slots.length); ; at = at + 1 === slots.length ? 0 : at + 1) {
      const slot = slots[at] as number;
      if (slot === 0) return -1;
      if (((slot ^ print) & ~rowMask) !== 0) continue;
      const row = (slot & rowMask) - 1;
      if (ids[row * 2] === high && ids[row * 2 + 1] === low) return row;
    }
  }

  /** Adds a row whose id is not in the index; `ids` must hold it already. */
  add(ids: Uint32Array, row: number): void {
    if (this.used + 1 > this.slots.length * fullest || row + 1 > this.rowMask) this.resize(ids, Math.ceil(this.slots.length * growthOf(this.slots.length)), row);
    this.place(ids, row);
    this.used++;
    this.rows = Math.max(this.rows, row + 1);
  }

  private place(ids: Uint32Array, row: number): void {
    const { slots, rowMask } = this;
    const hash = hashOf(ids[row * 2] as number, ids[row * 2 + 1] as number);
    let at = placeOf(hash, slots.length);
    while (slots[at] !== 0) at = at + 1 === slots.length ? 0 : at + 1;
    slots[at] = (printOf(hash) & ~rowMask) | (row + 1);
  }

  /** Makes room for so many more ids at once. */
  reserve(ids: Uint32Array, more: number): void {
    const needed = Math.ceil((this.used + more + 1) / fullest);
    if (more > 1 && needed > this.slots.length) this.resize(ids, Math.max(needed, Math.ceil(this.slots.length * growthOf(this.slots.length))), 0);
  }

  /** Gives back the room that is not used. */
  trim(ids: Uint32Array): void {
    const needed = Math.max(initialSlots, Math.ceil((this.used + 1) / fullest));
    if (this.slots.length > needed * leastTrimmed) this.resize(ids, needed, 0);
  }

  private resize(ids: Uint32Array, slots: number, row: number): void {
    const before = this.slots, maskBefore = this.rowMask;
    this.slots = new Uint32Array(Math.max(initialSlots, slots));
    this.rowMask = maskFor(Math.max(this.slots.length, row + 1, maskBefore));
    // Where every row has its id here, in their order, by which the ids are read from memory one after the other.
    if (this.used === this.rows) for (let at = 0; at < this.rows; at++) this.place(ids, at);
    else for (const slot of before) if (slot !== 0) this.place(ids, (slot & maskBefore) - 1);
  }
}

/** The lowest mask 2^k - 1 that holds every row number + 1. */
function maskFor(rows: number): number {
  let mask = 1;
  while (mask < rows + 1) mask = mask * 2 + 1;
  return mask | 0;
}

function hashOf(high: number, low: number): number {
  let hash = Math.imul(high ^ seed, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ low, 0xc2b2_ae35);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0x27d4_eb2f);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Bits that are independent of the place. */
const printOf = (hash: number): number => Math.imul(hash, 0x9e37_79b1);
const placeOf = (hash: number, slots: number): number => Math.floor(hash * slots / 0x1_0000_0000);
