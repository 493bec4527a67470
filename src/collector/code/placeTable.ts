import type { CodePlace } from '../../protocol/codeUse.ts';
import { nextEpoch } from '../store/traceColumns.ts';

/** Programs have some hundred places; whoever sends very many does not mean code. */
const mostPlaces = 20_000;
export const noPlace = -1;

/** All places in code that were seen, numbered in the order in which they came. */
export class PlaceTable {
  epoch = nextEpoch();
  places: CodePlace[] = [];
  private readonly ids = new Map<string, number>();

  /** The number of a place; `noPlace` when there are too many. */
  idOf(place: Omit<CodePlace, 'id'>): number {
    const key = JSON.stringify([place.path, place.line, place.column, place.functionName, place.folders]);
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.places.length;
    if (id >= mostPlaces) return noPlace;
    this.ids.set(key, id);
    this.places.push({ ...place, id });
    return id;
  }

  /** Forgets all places; their numbers are void. */
  clear(): void {
    this.epoch = nextEpoch();
    this.places = [];
    this.ids.clear();
  }
}
