import type { SpanBatch } from '../../model/spanBatch.ts';

const firstSlots = 1024;

/** A set of 64-bit hashes, in eight bytes a slot. */
class HashSet {
  size = 0;
  private high = new Uint32Array(firstSlots);
  private low = new Uint32Array(firstSlots);

  /** False when it is there already. Zero marks an empty slot and is taken for one. */
  add(high: number, low: number): boolean {
    const mask = this.high.length - 1, lowWord = low === 0 && high === 0 ? 1 : low;
    let slot = lowWord & mask;
    for (; this.high[slot] !== 0 || this.low[slot] !== 0; slot = (slot + 1) & mask) if (this.high[slot] === high && this.low[slot] === lowWord) return false;
    this.high[slot] = high;
    this.low[slot] = lowWord;
    if (++this.size > mask >> 1) this.grow();
    return true;
  }

  private grow(): void {
    const { high, low } = this;
    this.high = new Uint32Array(high.length * 2);
    this.low = new Uint32Array(low.length * 2);
    this.size = 0;
    for (let slot = 0; slot < high.length; slot++) if (high[slot] !== 0 || low[slot] !== 0) this.add(high[slot] as number, low[slot] as number);
  }
}

/** Counts the different spans and traces of batches: decoders of inputs that come in pieces tell a span again when they know more. */
export class SpanCounter {
  private readonly traces = new HashSet();
  private readonly spans = new HashSet();

  get traceCount(): number { return this.traces.size; }
  get spanCount(): number { return this.spans.size; }

  add(batch: SpanBatch): void {
    let text = -1, high = 0, low = 0;
    for (let row = 0; row < batch.count; row++) {
      if (batch.traceId[row] !== text) {
        text = batch.traceId[row] as number;
        [high, low] = hashOf(batch.texts[text] as string);
        this.traces.add(high, low);
      }
      const isText = ((batch.opaque[row] as number) & 1) !== 0;
      const [idHigh, idLow] = isText ? hashOf(batch.texts[batch.idLow[row] as number] as string) : [batch.idHigh[row] as number, batch.idLow[row] as number];
      this.spans.add(mixed(high ^ mixed(idHigh + 0x9e3779b9 + (isText ? 1 : 0))), mixed(low + mixed(idLow ^ idHigh)));
    }
  }
}

function hashOf(text: string): [high: number, low: number] {
  let high = 0x811c9dc5, low = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low + code, 0x85ebca6b) ^ (low >>> 15);
  }
  return [mixed(high), mixed(low)];
}

/** Every bit of a number into every other. */
function mixed(value: number): number {
  let word = value | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return (word ^ (word >>> 16)) >>> 0;
}
