import { Buffer } from 'node:buffer';
import { deserialize, serialize } from 'node:v8';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { RowFigures, TraceRows } from '../../model/traceRows.ts';
import { packRows, unpackRows } from '../../protocol/rows.ts';
import type { FiguresByRow } from './figureTable.ts';
import { nextEpoch } from './traceColumns.ts';
import type { TraceColumns } from './traceColumns.ts';

/** Shorter traces are read in no time. */
const fewestOutlined = 2_000;
const version = 2, headBytes = 4;
const figuresPerRow = 4;

/** What those who show a trace need of it: its rows, texts and figures. */
export interface RowSource extends TraceRows {
  readonly traceId: string;
  readonly epoch: number;
  readonly texts: { readonly texts: readonly string[] };
  readonly times: { readonly base: bigint };
  readonly sums: { readonly figures: FiguresByRow };
  /** Outlines have no ids. */
  spanIdOf?(row: number): string;
}

/** What stands in front of the rows, after its length as a number of 4 bytes. */
interface OutlineHead {
  readonly version: number;
  readonly count: number;
  readonly base: bigint;
  readonly texts: readonly string[];
  readonly figureRows: Uint32Array;
  /** Four for each of these rows, in the order of their names. */
  readonly figures: Float64Array;
}

/** A trace as those who show it see it, in bytes. It is kept beside the batches so that the trace can be shown before it is read. */
export function encodeOutline(trace: TraceColumns): Uint8Array {
  trace.settle();
  const { figures } = trace.sums, figureRows = Uint32Array.from(figures.keys()), values = new Float64Array(figures.size * figuresPerRow);
  let at = 0;
  for (const { inputTokens, outputTokens, cacheReadTokens, costUsd } of figures.values()) {
    values.set([inputTokens, outputTokens, cacheReadTokens, costUsd], at);
    at += figuresPerRow;
  }
  const stored: OutlineHead = { version, count: trace.count, base: trace.times.base, texts: trace.texts.texts, figureRows, figures: values };
  const head = zstdCompressSync(serialize(stored)), length = Buffer.alloc(headBytes);
  length.writeUInt32LE(head.length);
  const rows = packRows(trace, 0, trace.count), packed = zstdCompressSync(new Uint8Array(rows));
  // Of a long trace these are many megabytes, which nobody would collect while nothing happens.
  rows.transfer(0);
  return Buffer.concat([length, head, packed]);
}

/** Reads what `encodeOutline` wrote; undefined when another release wrote it. */
export function decodeOutline(traceId: string, epoch: number, bytes: Uint8Array): RowSource | undefined {
  const end = headBytes + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true), isOld = bytes.length < end;
  const stored = isOld ? undefined : deserialize(zstdDecompressSync(bytes.subarray(headBytes, end))) as OutlineHead;
  if (stored?.version !== version) return undefined;
  const { count, base, texts, figureRows, figures } = stored, rows = bufferOf(zstdDecompressSync(bytes.subarray(end)));
  const byRow = new Map<number, RowFigures>();
  figureRows.forEach((row, i) => {
    const [inputTokens = NaN, outputTokens = NaN, cacheReadTokens = NaN, costUsd = NaN] = figures.subarray(i * figuresPerRow);
    byRow.set(row, { inputTokens, outputTokens, cacheReadTokens, costUsd });
  });
  return { ...unpackRows({ buffer: rows, count, firstRow: 0 }), traceId, epoch, texts: { texts }, times: { base }, sums: { figures: byRow } };
}

const bufferOf = (bytes: Buffer<ArrayBuffer>): ArrayBuffer => (bytes.buffer.byteLength === bytes.length ? bytes.buffer : new Uint8Array(bytes).buffer);

/** The outline of a trace that goes on growing is kept no more often. */
const pauseMs = 60_000;
/** Rows whose outlines are kept in one go, which takes less than a tenth of a second. */
const mostAtOnce = 300_000;

/** What a keeper asks of the store. */
export interface OutlineStore {
  isInMemory(trace: TraceColumns): boolean;
  /** Writes the outline of a trace; false while something of the trace is not on disk itself. */
  write(traceId: string, bytes: () => Uint8Array): boolean;
}

/** Sees to it that long traces have an outline on disk, and that a trace goes on where its outline was shown. */
export class OutlineKeeper {
  private readonly store: OutlineStore;
  /** Long traces whose outline is not kept yet. */
  private readonly waiting = new Set<TraceColumns>();
  /** In milliseconds of `performance.now`. */
  private readonly keptAt = new WeakMap<TraceColumns, number>();
  /** Outlines that were given away, until their traces are read. */
  private readonly given = new Map<string, RowSource>();

  constructor(store: OutlineStore) { this.store = store; }

  /** A trace has grown. */
  changed(trace: TraceColumns): void {
    if (trace.count >= fewestOutlined) this.waiting.add(trace);
  }

  /** Reads an outline that is about to be shown; the trace is to be read soon. */
  give(traceId: string, bytes: Uint8Array): RowSource | undefined {
    const outline = decodeOutline(traceId, nextEpoch(), bytes);
    if (outline !== undefined) this.given.set(traceId, outline);
    return outline;
  }

  /** A trace was read. It gets the epoch of its outline when both number the same rows, so that who was shown the outline goes on with it. */
  wasRead(trace: TraceColumns): void {
    const outline = this.given.get(trace.traceId);
    this.given.delete(trace.traceId);
    if (outline === undefined) return this.changed(trace);
    trace.settle();
    const isSame = trace.count === outline.count && trace.times.base === outline.times.base && trace.texts.texts.length === outline.texts.texts.length;
    if (isSame) trace.epoch = outline.epoch;
    return undefined;
  }

  forget(traceId: string): void { this.given.delete(traceId); }

  /** Writes the outlines of traces in memory that stay as they are, or of all of them. */
  keep(isGrowing: (trace: TraceColumns) => boolean, now = performance.now()): void {
    let rows = 0;
    for (const trace of this.waiting) {
      // Spans of live connections are lost in the next run, which the outline would not know.
      if (!this.store.isInMemory(trace) || trace.runningSpans().length > 0) this.waiting.delete(trace);
      else if (!isGrowing(trace) && now - (this.keptAt.get(trace) ?? -Infinity) > pauseMs && (rows === 0 || rows + trace.count <= mostAtOnce)) {
        if (!this.store.write(trace.traceId, () => encodeOutline(trace))) continue;
        this.waiting.delete(trace);
        this.keptAt.set(trace, now);
        rows += trace.count;
      }
    }
  }
}
