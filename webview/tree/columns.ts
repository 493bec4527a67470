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
  return left().map((column) => ({
    ...column,
    width: column.id === 'timeline' && !fits ? timelineIn(width, scale) : column.width * scale,
  }));
}

const timelineIn = (width: number, scale: number): number =>
  Math.max(narrowTimeline.smallest, Math.min(narrowTimeline.largest * scale, width * narrowTimeline.part));

/** The columns as a value of `grid-template-columns`. */
export const gridOf = (columns: readonly Column[]): string =>
  columns.map(({ id, width }) => (id === 'span' ? 'minmax(0, 1fr)' : `${width}px`)).join(' ');
