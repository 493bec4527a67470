import { marks } from '../../../src/model/span.ts';
import type { Mark } from '../../../src/model/span.ts';
import { roles } from '../../../src/model/role.ts';
import type { Role } from '../../../src/model/role.ts';
import { packMeta } from '../../../src/model/traceRows.ts';
import type { TraceRows } from '../../../src/model/traceRows.ts';
import type { TraceLayout } from '../../../src/analysis/layout.ts';

export interface SpanSpec {
  readonly name: string;
  readonly parent: number;
  readonly start: number;
  /** Undefined = open. */
  readonly end: number | undefined;
  readonly role?: Role;
  readonly failed?: boolean;
  readonly marks?: readonly Mark[];
}

export interface Trace { readonly rows: TraceRows; readonly texts: readonly string[] }

/** Columns of spans given one by one. Text 0 is empty, as in a store. */
export function traceOf(spans: readonly SpanSpec[]): Trace {
  const texts = ['', ...new Set(spans.map(({ name }) => name))];
  const index = new Map(texts.map((text, i) => [text, i]));
  const markBits = (list: readonly Mark[] = []): number => list.reduce((bits, mark) => bits | (1 << marks.indexOf(mark)), 0);
  return {
    texts,
    rows: {
      count: spans.length,
      start: Float64Array.from(spans, ({ start }) => start),
      duration: Float64Array.from(spans, ({ start, end }) => (end === undefined ? NaN : end - start)),
      parent: Int32Array.from(spans, ({ parent }) => parent),
      name: Uint32Array.from(spans, ({ name }) => index.get(name) ?? 0),
      subject: new Uint32Array(spans.length),
      service: new Uint16Array(spans.length),
      meta: Uint16Array.from(spans, ({ role = 'other', failed }) => packMeta(roles.indexOf(role), 1, failed ? 2 : 0)),
      marks: Uint16Array.from(spans, (span) => markBits(span.marks) | (span.end === undefined ? markBits(['open']) : 0)),
    },
  };
}

/**
 * A trace drawn as text: a line a span, indented below its parent, its bar from `|` to `|` (`>` while it is open) in
 * the columns that are its time. A name that ends in `!` failed. Lines may come in any order but after their parent.
 */
export function drawnTrace(text: string): Trace {
  const path: { indent: number; row: number }[] = [];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return traceOf(lines.map((line, row) => {
    const indent = line.search(/\S/);
    while (path.length > 0 && (path.at(-1)?.indent ?? -1) >= indent) path.pop();
    const parent = path.at(-1)?.row ?? -1;
    path.push({ indent, row });
    const start = line.indexOf('|'), end = line.lastIndexOf('|');
    const name = line.slice(0, start).trim();
    return { name: name.replace('!', ''), parent, start, end: line.endsWith('>') ? undefined : end, failed: name.endsWith('!') };
  }));
}

/** The lanes as text: every column a nanosecond, every span the first letter of its name. */
export function drawnLanes(layout: TraceLayout, { rows, texts }: Trace, width: number): string {
  const lanes: string[] = [];
  for (let lane = 0; lane < layout.laneCount; lane++) {
    const cells = Array.from({ length: width }, () => ' ');
    for (const row of layout.lists.view(lane)) {
      const start = rows.start[row] as number, duration = rows.duration[row] as number;
      const end = Number.isNaN(duration) ? width : start + Math.max(1, duration);
      cells.fill(texts[rows.name[row] as number]?.[0] ?? '?', start, end);
    }
    lanes.push(cells.join('').trimEnd());
  }
  return lanes.join('\n');
}
