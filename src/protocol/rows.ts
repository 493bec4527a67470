import type { RowFigures, TraceRows } from '../model/traceRows.ts';

/**
 * A change of a trace's rows: appended ones, changed ones, or all after a reset.
 * `buffer` holds the columns one after another, each `count` long, in the order of `columnLayout`; it is exact-size and
 * transferred, never cloned.
 */
export interface RowsMessage {
  readonly traceId: string;
  /** Changes when rows were numbered anew; then everything known before is void. */
  readonly epoch: number;
  readonly revision: number;
  /** Exact nanoseconds since 1970 of start 0, as decimal text. */
  readonly baseUnixNano: string;
  readonly count: number;
  /** First row of appended rows; -1 when the buffer ends with a Uint32 column of row numbers instead (changed rows). */
  readonly firstRow: number;
  readonly buffer: ArrayBuffer;
  /** Texts that the rows use and that were not sent before, from index `firstText` on. */
  readonly firstText: number;
  readonly texts: readonly string[];
  /** Figures of the rows of this message that have some. */
  readonly figures: readonly (readonly [row: number, figures: SentFigures])[];
  /** What the ids of the rows of this message begin with that have not been received themselves. */
  readonly awaited?: readonly (readonly [row: number, idPart: string])[];
}

/** Figures on their way: the editor sends messages to a page as JSON, which has no NaN and makes it null. */
export type SentFigures = { readonly [K in keyof RowFigures]: number | null };

export function readFigures({ inputTokens, outputTokens, cacheReadTokens, costUsd }: SentFigures): RowFigures {
  return { inputTokens: inputTokens ?? NaN, outputTokens: outputTokens ?? NaN, cacheReadTokens: cacheReadTokens ?? NaN, costUsd: costUsd ?? NaN };
}

export const bytesPerRow = 8 + 8 + 4 + 4 + 4 + 2 + 2 + 2;

/** Copies `rows[from, to)` into one buffer. */
export function packRows(rows: TraceRows, from: number, to: number): ArrayBuffer {
  return pack(to - from, 0, (out) => {
    out.start.set(rows.start.subarray(from, to));
    out.duration.set(rows.duration.subarray(from, to));
    out.parent.set(rows.parent.subarray(from, to));
    out.name.set(rows.name.subarray(from, to));
    out.subject.set(rows.subject.subarray(from, to));
    out.service.set(rows.service.subarray(from, to));
    out.meta.set(rows.meta.subarray(from, to));
    out.marks.set(rows.marks.subarray(from, to));
  });
}

/** Copies single rows, and their numbers after them. */
export function packChangedRows(rows: TraceRows, changed: readonly number[]): ArrayBuffer {
  return pack(changed.length, changed.length * 4, (out) => {
    changed.forEach((row, i) => {
      out.start[i] = rows.start[row]!;
      out.duration[i] = rows.duration[row]!;
      out.parent[i] = rows.parent[row]!;
      out.name[i] = rows.name[row]!;
      out.subject[i] = rows.subject[row]!;
      out.service[i] = rows.service[row]!;
      out.meta[i] = rows.meta[row]!;
      out.marks[i] = rows.marks[row]!;
      out.rowNumbers[i] = row;
    });
  });
}

/** Views on a packed buffer. `rowNumbers` is empty for appended rows. */
export function unpackRows(message: Pick<RowsMessage, 'buffer' | 'count' | 'firstRow'>): TraceRows & { readonly rowNumbers: Uint32Array } {
  return viewsOf(message.buffer, message.count, message.firstRow < 0 ? message.count : 0);
}

type Views = { -readonly [K in keyof TraceRows]: TraceRows[K] } & { rowNumbers: Uint32Array };

function pack(count: number, extraBytes: number, fill: (views: Views) => void): ArrayBuffer {
  const padded = align4(count * 6);
  const buffer = new ArrayBuffer(count * (bytesPerRow - 6) + (extraBytes > 0 ? padded : count * 6) + extraBytes);
  fill(viewsOf(buffer, count, extraBytes / 4));
  return buffer;
}

const align4 = (bytes: number): number => (bytes + 3) & ~3;

function viewsOf(buffer: ArrayBuffer, count: number, rowNumbers: number): Views {
  let at = 0;
  const take = (bytes: number): number => { const here = at; at += bytes; return here; };
  const views = {
    count,
    start: new Float64Array(buffer, take(count * 8), count),
    duration: new Float64Array(buffer, take(count * 8), count),
    parent: new Int32Array(buffer, take(count * 4), count),
    name: new Uint32Array(buffer, take(count * 4), count),
    subject: new Uint32Array(buffer, take(count * 4), count),
    service: new Uint16Array(buffer, take(count * 2), count),
    meta: new Uint16Array(buffer, take(count * 2), count),
    marks: new Uint16Array(buffer, take(count * 2), count),
  };
  at = align4(at);
  return { ...views, rowNumbers: rowNumbers > 0 ? new Uint32Array(buffer, at, rowNumbers) : new Uint32Array(0) };
}
