import type { Attributes } from './attributes.ts';
import { Problems } from './problems.ts';
import type { Resource, Scope } from './span.ts';

/**
 * What a row of a batch says about its span.
 * - whole: a complete record, or a newer version of one
 * - start: has begun; no end yet
 * - update: merged into what is known (content bytes are appended: later attributes win, events are added)
 * - end: like update, and it has ended
 */
export const rowOperations = ['whole', 'start', 'update', 'end'] as const;
export type RowOperation = (typeof rowOperations)[number];

export const operationCode = { whole: 0, start: 1, update: 2, end: 3 } as const satisfies Record<RowOperation, number>;

/**
 * Bits of `SpanBatch.present`: which optional fields a row carries (always all of them for whole and start rows). `witness`:
 * the row is what a bystander saw; the program's own exporter may send the same span.
 */
export const present = { name: 1, start: 2, end: 4, kind: 8, status: 16, parent: 32, parentIsBad: 64, witness: 128 } as const;

const fewestRows = 64;
const noWords = new Uint32Array(0), noBytes = new Uint8Array(0);
/** 17 columns of 4 bytes and 5 of one. */
const bytesPerRow = 17 * 4 + 5;

/**
 * Spans, logs and metrics as a decoder gives them: columns of equal length, one row a span, in order of arrival.
 * Ids are opaque text, except that a span id of 16 hex digits is held as two 32-bit halves (`idHigh`, `idLow`), which is
 * what nearly all of them are; any other id is held in `texts` (`idHigh` = 0, `idLow` = index, bit set in `opaque`).
 * Times are unsigned 64-bit nanoseconds in two halves; an end of zero means that the span has not ended.
 * The content of a row (attributes, events, links, trace state, flags, dropped counts) is `content[contentStart..contentEnd)`
 * of `buffers[buffer]`, in the canonical form of `spanContent.ts`: the fields of an OTLP protobuf Span message.
 */
export class SpanBatch {
  count = 0;
  /** Interned texts of this batch: names, status messages, opaque ids, trace ids. */
  readonly texts: string[] = [];
  readonly resources: Resource[] = [];
  readonly scopes: Scope[] = [];
  readonly buffers: Uint8Array[] = [];

  traceId = noWords;
  idHigh = noWords;
  idLow = noWords;
  parentHigh = noWords;
  parentLow = noWords;
  startHigh = noWords;
  startLow = noWords;
  endHigh = noWords;
  endLow = noWords;
  name = noWords;
  statusMessage = noWords;
  resource = noWords;
  scope = noWords;
  buffer = noWords;
  contentStart = noWords;
  contentEnd = noWords;
  /** Mark bits that the decoder set: cut, repaired, badParent, derived, noStart. */
  marks = noWords;
  kind = noBytes;
  status = noBytes;
  operation = noBytes;
  present = noBytes;
  /** Bit 1: the span id is opaque; bit 2: the parent id is opaque. */
  opaque = noBytes;

  readonly logs: BatchLog[] = [];
  readonly metrics: BatchMetricPoint[] = [];
  /** Records that were refused one by one, with why; the rest of the batch is good. */
  rejectedCount = 0;
  private found: Problems | undefined;

  private readonly textIndex = new Map<string, number>();

  constructor() { this.intern(''); }

  /** The index of a text in `texts`; index 0 is the empty text. */
  intern(text: string): number {
    let index = this.textIndex.get(text);
    if (index === undefined) {
      index = this.texts.length;
      this.texts.push(text);
      this.textIndex.set(text, index);
    }
    return index;
  }

  /** Makes room for one more row and gives its index. All its cells are zero. */
  addRow(): number {
    this.reserve(1);
    return this.count++;
  }

  /** Why records were refused or bent. */
  get problems(): readonly string[] { return this.found?.texts ?? []; }

  /** Says once for a batch why records were refused or bent. */
  report(problem: string): void { (this.found ??= new Problems()).add(problem); }

  /** Adds to a count that is told as one problem, `3 <many>`; one alone is told as `1 <one>`, or not at all. */
  tally(count: number, many: string, one?: string): void { (this.found ??= new Problems()).tally(count, many, one); }

  /** Gives the problems away. */
  takeProblems(): Problems {
    const { found = new Problems() } = this;
    this.found = undefined;
    return found;
  }

  /**
   * Forgets all rows, logs, metrics and texts, so that the next ones of the same input do not pile up on them. Resources and
   * scopes keep their indexes, problems and counts stay.
   */
  forgetRows(): void {
    this.resize(0);
    this.count = 0;
    this.buffers.length = this.logs.length = this.metrics.length = this.texts.length = 0;
    this.textIndex.clear();
    this.intern('');
  }

  /** Makes room for that many more rows at once. */
  reserve(more: number): void {
    if (this.count + more > this.idHigh.length) this.resize(Math.max(fewestRows, this.idHigh.length * 2, this.count + more));
  }

  private resize(rows: number): void {
    // One allocation for all columns: a batch lives for one request, and twenty allocations would cost more than its ids.
    const buffer = new ArrayBuffer(rows * bytesPerRow);
    let offset = 0;
    const words = (old: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const next = new Uint32Array(buffer, offset, rows);
      next.set(old.subarray(0, rows));
      offset += rows * 4;
      return next;
    };
    const bytes = (old: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => {
      const next = new Uint8Array(buffer, offset, rows);
      next.set(old.subarray(0, rows));
      offset += rows;
      return next;
    };
    this.traceId = words(this.traceId);
    this.idHigh = words(this.idHigh);
    this.idLow = words(this.idLow);
    this.parentHigh = words(this.parentHigh);
    this.parentLow = words(this.parentLow);
    this.startHigh = words(this.startHigh);
    this.startLow = words(this.startLow);
    this.endHigh = words(this.endHigh);
    this.endLow = words(this.endLow);
    this.name = words(this.name);
    this.statusMessage = words(this.statusMessage);
    this.resource = words(this.resource);
    this.scope = words(this.scope);
    this.buffer = words(this.buffer);
    this.contentStart = words(this.contentStart);
    this.contentEnd = words(this.contentEnd);
    this.marks = words(this.marks);
    this.kind = bytes(this.kind);
    this.status = bytes(this.status);
    this.operation = bytes(this.operation);
    this.present = bytes(this.present);
    this.opaque = bytes(this.opaque);
  }
}

/** A log record as it came: `buffers[buffer][start..end)` is an OTLP protobuf LogRecord. Ids are canonical text, '' when absent. */
export interface BatchLog {
  readonly traceId: string;
  readonly spanId: string;
  readonly timeUnixNano: bigint;
  readonly resource: number;
  readonly scope: number;
  readonly buffer: number;
  readonly start: number;
  readonly end: number;
}

/** One data point of a metric. */
export interface BatchMetricPoint {
  readonly instrument: string;
  readonly unit: string;
  readonly description: string;
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';
  readonly temporality: 'unspecified' | 'delta' | 'cumulative';
  readonly monotonic: boolean;
  readonly resource: number;
  readonly scope: number;
  readonly attributes: Attributes;
  readonly startUnixNano: bigint;
  readonly timeUnixNano: bigint;
  /** The number of a gauge or sum; for the others the sum of their values. */
  readonly value: number | bigint;
  readonly count?: bigint;
  readonly min?: number;
  readonly max?: number;
  readonly bucketCounts?: readonly bigint[];
  readonly explicitBounds?: readonly number[];
}
