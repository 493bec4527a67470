import type { CodePlace, NamedPlace, SpokenName } from '../../protocol/codeUse.ts';
import { nextEpoch } from '../store/traceColumns.ts';

/** Programs have some hundred places; whoever sends very many does not mean code. */
const mostPlaces = 20_000;
/** Names that have a number or an address in them are all different, and stand nowhere in code. */
const mostNamed = 5_000;
export const noPlace = -1;

/** All places in code that were seen, and the names of spans without one, numbered in the order in which they came. */
export class PlaceTable {
  epoch = nextEpoch();
  places: (CodePlace | NamedPlace)[] = [];
  private readonly ids = new Map<string, number>();
  private readonly namedIds = new Map<string, number>();

  /** The number of a place; `noPlace` when there are too many. */
  idOf(place: Omit<CodePlace, 'id'>): number {
    const key = JSON.stringify([place.path, place.line, place.column, place.functionName, place.folders]);
    return this.add(key, (id) => ({ ...place, id }));
  }

  /** The number of names; `noPlace` when there are none, or too many. `key` tells them apart from others; they are asked for once. */
  idOfNames(key: string, names: () => readonly SpokenName[]): number {
    const known = this.namedIds.get(key);
    if (known !== undefined || this.namedIds.size >= mostNamed) return known ?? noPlace;
    const found = names(), id = found.length === 0 ? noPlace : this.add(JSON.stringify([found]), (number) => ({ names: found, id: number }));
    this.namedIds.set(key, id);
    return id;
  }

  /** The place that spans record; undefined of spans that have names alone. */
  recorded(id: number): CodePlace | undefined {
    const place = this.places[id];
    return place !== undefined && 'path' in place ? place : undefined;
  }

  /** Forgets all places; their numbers are void. */
  clear(): void {
    this.epoch = nextEpoch();
    this.places = [];
    this.namedIds.clear();
    this.ids.clear();
  }

  private add(key: string, place: (id: number) => CodePlace | NamedPlace): number {
    const known = this.ids.get(key), id = this.places.length;
    if (known !== undefined || id >= mostPlaces) return known ?? noPlace;
    this.ids.set(key, id);
    this.places.push(place(id));
    return id;
  }
}
