/** A stretch of time in which a program stood in a debugger, milliseconds since 1970. */
export type RecordedPause = readonly [from: number, to: number];

/**
 * The attribute of a program's topmost span in a trace that says when the program stood in a debugger: intervals of ISO 8601,
 * `2026-11-20T10:00:00.000Z/2026-11-20T10:00:12.345Z`, with blanks between them.
 */
export const pausedKey = 'spanscope.paused';

/** Of more, those that are closest to one another become one. */
export const mostRecorded = 200;
const longestText = 100_000;
const latest = 8.64e15;
const interval = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)\/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z)/g;

export const pausedText = (pauses: readonly RecordedPause[]): string => pauses.map((pause) => pause.map((time) => new Date(time).toISOString()).join('/')).join(' ');

/** What an attribute says; whatever is no interval is passed over. */
export function pausesInText(value: unknown): RecordedPause[] {
  if (typeof value !== 'string') return [];
  const found = [...value.slice(0, longestText).matchAll(interval)].map(([, from = '', to = '']): RecordedPause => [Date.parse(from), Date.parse(to)]);
  return joinedPauses(found);
}

/** In the order of time, apart from one another and of some length, `mostRecorded` at most. */
export function joinedPauses(pauses: readonly RecordedPause[]): RecordedPause[] {
  const joined: [number, number][] = [];
  for (const [from, to] of pauses.filter(([from, to]) => Math.abs(from) <= latest && to > from && to <= latest).toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last === undefined || from > last[1]) joined.push([from, to]);
    else last[1] = Math.max(last[1], to);
  }
  return joined.length > mostRecorded ? fewer(joined) : joined;
}

/** Whether all of a pause is part of others, which are joined. */
export const isCovered = ([from, to]: RecordedPause, pauses: readonly RecordedPause[]): boolean => pauses.some((other) => other[0] <= from && to <= other[1]);

/** As decimal nanoseconds since 1970; a pause without an end goes on. */
export const pausedSpans = (pauses: readonly (readonly [from: number, to?: number])[]): readonly (readonly [from: string, to?: string])[] =>
  pauses.map(([from, to]) => (to === undefined ? [nanoOf(from)] : [nanoOf(from), nanoOf(to)]));

const nanoOf = (unixMilli: number): string => String(BigInt(Math.round(unixMilli)) * 1_000_000n);

/** The widest gaps stay. */
function fewer(pauses: readonly RecordedPause[]): RecordedPause[] {
  const gaps = pauses.slice(1).map(([from], i) => ({ i: i + 1, gap: from - (pauses[i] as RecordedPause)[1] }));
  const begins = new Set(gaps.toSorted((a, b) => b.gap - a.gap).slice(0, mostRecorded - 1).map(({ i }) => i));
  const kept: [number, number][] = [];
  pauses.forEach(([from, to], i) => {
    const last = kept.at(-1);
    if (last === undefined || begins.has(i)) kept.push([from, to]);
    else last[1] = to;
  });
  return kept;
}
