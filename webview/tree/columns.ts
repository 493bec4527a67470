import { panelWidth } from '../frame/panelWidth.ts';
import type { PanelWidth } from '../frame/panelWidth.ts';

/** A column of the span table. */
export type ColumnId = 'span' | 'start' | 'duration' | 'self' | 'tokens' | 'cost' | 'timeline';

export interface Column {
  readonly id: ColumnId;
  readonly title: string;
  /** CSS pixels at the usual font size; the span column takes what is left. */
  readonly width: number;
}

const all: readonly Column[] = [
  { id: 'span', title: 'Span', width: 200 },
  { id: 'start', title: 'Start', width: 84 },
  { id: 'duration', title: 'Duration', width: 76 },
  { id: 'self', title: 'Self', width: 76 },
  { id: 'tokens', title: 'Tokens in → out', width: 108 },
  { id: 'cost', title: 'Cost', width: 68 },
  { id: 'timeline', title: 'Timeline', width: 226 },
];
/** In this order columns leave when space runs out. */
const leaving: readonly ColumnId[] = ['self', 'cost', 'tokens', 'start'];
/** The timeline takes no more than this part of a table that is too narrow for its columns, within limits. */
const narrowTimeline = { part: 0.25, smallest: 60, largest: 106 };
/** Where names would have less, the timeline leaves too: the overview above the table shows when spans ran. */
const smallestNames = 120;

/** Columns in which no span has a value leave for names of this width already. */
const roomyNames = 360;

/** The columns that fit into a width. `scale` is the font size over the usual one, `empty` the columns without any value. */
export function columnsFor(width: number, scale: number, empty: readonly ColumnId[] = []): readonly Column[] {
  const gone = new Set<ColumnId>();
  const left = (): readonly Column[] => all.filter(({ id }) => !gone.has(id));
  const needed = (): number => left().reduce((sum, column) => sum + column.width * scale, 0);
  const [{ width: usualNames }] = all as [Column];
  for (const id of empty) if (needed() + (roomyNames - usualNames) * scale > width) gone.add(id);
  for (const id of leaving) if (needed() > width) gone.add(id);
  const fits = needed() <= width;
  const fitted = left().map((column) => ({
    ...column,
    width: column.id === 'timeline' && !fits ? timelineIn(width, scale) : column.width * scale,
  }));
  return width - besideNames(fitted) < smallestNames * scale ? fitted.filter(({ id }) => id !== 'timeline') : fitted;
}

const besideNames = (columns: readonly Column[]): number => columns.reduce((sum, { id, width }) => sum + (id === 'span' ? 0 : width), 0);

const timelineIn = (width: number, scale: number): number =>
  Math.max(narrowTimeline.smallest, Math.min(narrowTimeline.largest * scale, width * narrowTimeline.part));

/** What a row keeps free at its ends. CSS pixels, as the two below. */
const rowPadding = 20;
const indents: Readonly<Record<PanelWidth, number>> = { wide: 16, medium: 16, narrow: 12 };
/** Twistie, icon and the beginning of a name. */
const leastOfName = 100;
const indentLimits = { fewest: 2, most: 24 };

/** How many levels of the tree stand each further right than the one above it, so that even the deepest keeps room for its name. */
export function indentedLevels(width: number, scale: number, columns: readonly Column[]): number {
  const levels = Math.floor((width - rowPadding - besideNames(columns) - leastOfName * scale) / indents[panelWidth(width)]);
  return Math.max(indentLimits.fewest, Math.min(indentLimits.most, levels));
}

/** The columns as a value of `grid-template-columns`. */
export const gridOf = (columns: readonly Column[]): string =>
  columns.map(({ id, width }) => (id === 'span' ? 'minmax(0, 1fr)' : `${width}px`)).join(' ');
