import { hexHalf, hexOfHalves, isHex } from '../../model/ids.ts';
import { IdIndex } from './idIndex.ts';

/** Row ↔ span id of one trace. Ids of 16 hex digits are two numbers; others are kept as text. */
export class SpanIds {
  private readonly index = new IdIndex();
  private textOf: Map<number, string> | undefined;
  private rowOf: Map<string, number> | undefined;
  private textBytes = 0;

  get byteLength(): number { return this.index.byteLength + this.textBytes; }

  /** Makes room for so many more ids at once. */
  reserve(ids: Uint32Array, more: number): void { this.index.reserve(ids, more); }

  /** Gives back the room that is not used. */
  trim(ids: Uint32Array): void { this.index.trim(ids); }

  /** The row of an id, or -1. `text` is '' for ids that are numbers. */
  find(ids: Uint32Array, high: number, low: number, text: string): number {
    return text === '' ? this.index.find(ids, high, low) : this.rowOf?.get(text) ?? -1;
  }

  /** The row of an id as people write it, or -1. */
  findText(ids: Uint32Array, id: string): number {
    return isHex(id, 16) ? this.index.find(ids, hexHalf(id, 0), hexHalf(id, 8)) : this.rowOf?.get(id) ?? -1;
  }

  /** Gives a row its id. */
  add(ids: Uint32Array, row: number, high: number, low: number, text: string): void {
    if (text === '') {
      ids[row * 2] = high;
      ids[row * 2 + 1] = low;
      this.index.add(ids, row);
      return;
    }
    this.rowOf ??= new Map();
    this.textOf ??= new Map();
    this.rowOf.set(text, row);
    this.textOf.set(row, text);
    this.textBytes += 140 + text.length;
  }

  idOf(ids: Uint32Array, row: number): string {
    return this.textOf?.get(row) ?? hexOfHalves(ids[row * 2] as number, ids[row * 2 + 1] as number);
  }
}
