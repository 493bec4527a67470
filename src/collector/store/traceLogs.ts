import { decodedFrom, withOrigin } from '../../formats/decodedFrom.ts';
import type { LogRecord } from '../../model/span.ts';
import type { BatchLog } from '../../model/spanBatch.ts';
import { decodeLogRecord } from '../../model/wireLogRecord.ts';
import type { RowInput } from './rowInput.ts';
import type { ContentRecord } from './contentArena.ts';
import type { TraceContent } from './traceContent.ts';

/** Of the logs of a span, so many are looked through for the same one sent again. */
const rememberedLogs = 32;
const bytesPerLog = 40;
const noSpan = -1;

/** The log records of a trace as bytes, each tied to the row of the span it names, or to none. */
export class TraceLogs {
  private readonly contents: TraceContent;
  private offsets: Map<number, number[]> | undefined;
  count = 0;

  constructor(contents: TraceContent) { this.contents = contents; }

  get byteLength(): number { return this.count * bytesPerLog + (this.offsets?.size ?? 0) * 100; }

  /** Adds a log record to a row (-1 = to the trace alone); false when the same record is there already. */
  add(row: number, input: RowInput, log: BatchLog): boolean {
    const bytes = input.batch.buffers[log.buffer];
    if (bytes === undefined) return false;
    this.offsets ??= new Map();
    const offsets = this.offsets.get(row) ?? [];
    const record = bytes.subarray(log.start, log.end);
    const isKnown = offsets.slice(-rememberedLogs).some((offset) => {
      const known = this.contents.arena.read(offset);
      return Buffer.compare(known.bytes.subarray(known.start, known.end), record) === 0;
    });
    if (isKnown) return false;
    if (offsets.length === 0) this.offsets.set(row, offsets);
    offsets.push(this.contents.arena.append(this.contents.indexOf(input.originOf(log.resource, log.scope)), bytes, log.start, log.end));
    this.count++;
    return true;
  }

  /** Whether a record names the span of a row. */
  has(row: number): boolean { return this.offsets?.has(row) === true; }

  /** The records that name the span of a row, by time. */
  ofRow(row: number): LogRecord[] {
    const records = (this.offsets?.get(row) ?? []).map((offset) => {
      const record = this.contents.arena.read(offset);
      return withOrigin(decodedFrom(decodeLogRecord(record.bytes, record.start, record.end), record), this.contents.originAt(record.origin));
    });
    return records.sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : timeOf(a) > timeOf(b) ? 1 : 0));
  }

  /** All records as they came, each with the row whose span it names (-1 = none). */
  *stored(): Generator<ContentRecord & { readonly row: number }> {
    for (const [row, offsets] of this.offsets ?? []) for (const offset of offsets) yield { row, ...this.contents.arena.read(offset) };
  }

  /** The records that name the trace and no span of it. */
  ofTrace(): LogRecord[] { return this.ofRow(noSpan); }
}

/** A record without a time of its own has the one at which it was observed. */
export const timeOf = (log: LogRecord): bigint => (log.timeUnixNano === 0n ? log.observedTimeUnixNano : log.timeUnixNano);
