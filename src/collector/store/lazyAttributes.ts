import { decodeKeyValue } from '../../model/anyValue.ts';
import type { AttributeValue } from '../../model/attributes.ts';
import { WireReader } from '../../model/wire.ts';
import type { KeySequence } from './keySequences.ts';

/** What stands for an attribute whose value is not to be read. */
export const unreadStart = -1;

/** The attributes of a span as a Map has them, with values that are decoded each time when somebody asks for them. */
export class LazyAttributes implements ReadonlyMap<string, AttributeValue> {
  /** One object for all that have the same keys in the same order. */
  readonly sequence: KeySequence;
  private readonly places: ReadonlyMap<string, number>;
  private readonly bytes: Uint8Array;
  private readonly ranges: readonly number[];

  /** `ranges` has start and end of each KeyValue message in `bytes`, in the order of the keys; the start may be `unreadStart`, which makes the value null. */
  constructor(keys: KeySequence, bytes: Uint8Array, ranges: readonly number[]) {
    this.sequence = keys;
    this.places = keys.places;
    this.bytes = bytes;
    this.ranges = ranges;
  }

  get size(): number { return this.places.size; }
  has(key: string): boolean { return this.places.has(key); }
  keys(): MapIterator<string> { return this.places.keys(); }

  get(key: string): AttributeValue | undefined {
    const place = this.places.get(key);
    return place === undefined ? undefined : this.valueAt(place);
  }

  values(): MapIterator<AttributeValue> { return this.decoded().values(); }
  entries(): MapIterator<[string, AttributeValue]> { return this.decoded().entries(); }
  [Symbol.iterator](): MapIterator<[string, AttributeValue]> { return this.entries(); }

  forEach(use: (value: AttributeValue, key: string, map: ReadonlyMap<string, AttributeValue>) => void): void {
    for (const [key, value] of this.entries()) use(value, key, this);
  }

  private decoded(): Map<string, AttributeValue> {
    return new Map(Array.from(this.places, ([key, place]) => [key, this.valueAt(place)]));
  }

  private valueAt(place: number): AttributeValue {
    const start = this.ranges[2 * place] as number;
    if (start === unreadStart) return null;
    decodeKeyValue(new WireReader(this.bytes, start, this.ranges[2 * place + 1] as number), 0, lastValue);
    return lastValue.value;
  }
}

const lastValue = {
  value: null as AttributeValue,
  set(_: string, value: AttributeValue): void { this.value = value; },
};
