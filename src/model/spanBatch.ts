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
const noColumns = new ArrayBuffer(0), noWords = new Uint32Array(noColumns), noBytes = new Uint8Array(noColumns);
/** The columns of a batch: numbers of 4 bytes, and of one. */
export const wordColumns = [
  'traceId', 'idHigh', 'idLow', 'parentHigh', 'parentLow', 'startHigh', 'startLow', 'endHigh', 'endLow',
  'name', 'statusMessage', 'resource', 'scope', 'buffer', 'contentStart', 'contentEnd', 'marks',
] as const;
export const byteColumns = ['kind', 'status', 'operation', 'present', 'opaque'] as const;
type WordColumn = (typeof wordColumns)[number];
type ByteColumn = (typeof byteColumns)[number];
const bytesPerRow = wordColumns.length * 4 + byteColumns.length;

/** What a batch is made of, for its way to another thread: nothing of it is copied where `columns` and `buffers` are handed over. */
export interface BatchParts extends Pick<SpanBatch, 'count' | 'texts' | 'resources' | 'scopes' | 'buffers' | 'logs' | 'metrics'> {
  readonly columns: ArrayBuffer;
}

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

  /** Whether `buffers` are parts of the input, which is used for something else when the rows were taken. */
  hasLentBuffers = false;
  readonly logs: BatchLog[] = [];
  readonly metrics: BatchMetricPoint[] = [];
  /** Records that were refused one by one, with why; the rest of the batch is good. */
  rejectedCount = 0;
  private found: Problems | undefined;

  private readonly textIndex = new Map<string, number>();
  private columns = noColumns;
  /** How many rows are likely to come. */
  private expectedRows = fewestRows;

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
    this.expectedRows = Math.max(fewestRows, this.count);
    this.place(noColumns);
    this.count = 0;
    this.buffers.length = this.logs.length = this.metrics.length = this.texts.length = 0;
    this.textIndex.clear();
    this.intern('');
  }

  /** Makes room for that many more rows at once. */
  reserve(more: number): void {
    const rows = this.idHigh.length;
    if (this.count + more > rows) this.resize(Math.max(rows === 0 ? this.expectedRows : rows * 2, this.count + more));
  }

  /** What it is made of; if its buffers are handed over, the batch is of no use until its rows are forgotten. */
  get parts(): BatchParts {
    const { count, texts, resources, scopes, buffers, logs, metrics, columns } = this;
    return { count, texts, resources, scopes, buffers, logs, metrics, columns };
  }

  /** The batch that is made of these parts. */
  static of({ count, texts, resources, scopes, buffers, logs, metrics, columns }: BatchParts): SpanBatch {
    const batch = new SpanBatch();
    for (const text of texts) batch.intern(text);
    batch.resources.push(...resources);
    batch.scopes.push(...scopes);
    batch.buffers.push(...buffers);
    batch.logs.push(...logs);
    batch.metrics.push(...metrics);
    batch.place(columns);
    batch.count = count;
    return batch;
  }

  private resize(rows: number): void {
    const words = this.count === 0 ? [] : wordColumns.map((name) => this[name]), bytes = this.count === 0 ? [] : byteColumns.map((name) => this[name]);
    // One allocation for all columns: a batch lives for one request, and twenty allocations would cost more than its ids.
    this.place(new ArrayBuffer(rows * bytesPerRow));
    words.forEach((column, i) => { this[wordColumns[i] as WordColumn].set(column); });
    bytes.forEach((column, i) => { this[byteColumns[i] as ByteColumn].set(column); });
  }

  /** Makes the columns those that lie in a buffer. One by one, because most batches are small. */
  private place(columns: ArrayBuffer): void {
    const rows = columns.byteLength / bytesPerRow;
    let offset = 0;
    const words = (): Uint32Array<ArrayBuffer> => {
      offset += rows * 4;
      return new Uint32Array(columns, offset - rows * 4, rows);
    };
    const bytes = (): Uint8Array<ArrayBuffer> => {
      offset += rows;
      return new Uint8Array(columns, offset - rows, rows);
    };
    this.columns = columns;
    this.traceId = words();
    this.idHigh = words();
    this.idLow = words();
    this.parentHigh = words();
    this.parentLow = words();
    this.startHigh = words();
    this.startLow = words();
    this.endHigh = words();
    this.endLow = words();
    this.name = words();
    this.statusMessage = words();
    this.resource = words();
    this.scope = words();
    this.buffer = words();
    this.contentStart = words();
    this.contentEnd = words();
    this.marks = words();
    this.kind = bytes();
    this.status = bytes();
    this.operation = bytes();
    this.present = bytes();
    this.opaque = bytes();
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
