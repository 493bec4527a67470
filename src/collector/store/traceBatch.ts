import { presentWhole, setParentId, setSpanId } from '../../formats/spanRows.ts';
import { markBit } from '../../model/span.ts';
import { operationCode, present, SpanBatch } from '../../model/spanBatch.ts';
import { highOf, lowOf } from '../../model/time.ts';
import { metaKind, metaSentStatus } from '../../model/traceRows.ts';
import { decodeLogRecord } from '../../model/wireLogRecord.ts';
import type { Origin } from './origins.ts';
import { pendingTypeKey } from './rowInput.ts';
import type { TraceColumns } from './traceColumns.ts';
import { timeOf } from './traceLogs.ts';

const noBytes = new Uint8Array();
const rowsPerBatch = 1024, bytesPerBatch = 1024 * 1024;
const badParentMark = markBit('badParent');
/** Marks that decoders give; all others follow from the rows. */
const recordMarks = markBit('cut') | markBit('repaired') | markBit('derived') | markBit('noStart') | badParentMark;

/** A trace in memory as the batches that make an equal one: its spans, then its logs. */
export function* batchesOf(trace: TraceColumns): Generator<SpanBatch> {
  let writer = new BatchOfTrace(trace);
  for (let row = 0; row < trace.count; row++) {
    if (trace.isPlaceholder(row)) continue;
    writer.addRow(row);
    if (!writer.isFull) continue;
    yield writer.batch;
    writer = new BatchOfTrace(trace);
  }
  for (const { row, origin, bytes, start, end } of trace.logs.stored()) {
    writer.addLog(row, trace.contents.originAt(origin), bytes.subarray(start, end));
    if (!writer.isFull) continue;
    yield writer.batch;
    writer = new BatchOfTrace(trace);
  }
  if (!writer.isEmpty) yield writer.batch;
}

class BatchOfTrace {
  readonly batch = new SpanBatch();
  private readonly trace: TraceColumns;
  private readonly traceId: number;
  private readonly origins = new Map<Origin, number>();
  private bytes = 0;

  constructor(trace: TraceColumns) {
    this.trace = trace;
    this.traceId = this.batch.intern(trace.traceId);
  }

  get isEmpty(): boolean { return this.batch.count + this.batch.logs.length === 0; }
  get isFull(): boolean { return this.batch.count + this.batch.logs.length >= rowsPerBatch || this.bytes > bytesPerBatch; }

  addRow(from: number): void {
    const { trace, batch } = this, meta = trace.meta[from] as number, marks = (trace.marks[from] as number) & recordMarks;
    const start = trace.times.startOf(trace, from), end = trace.times.endOf(trace, from);
    const [content = noBytes, ...updates] = trace.contents.partsOf(trace, from), origin = this.originIndex(trace.contents.originOf(trace, from));
    const row = this.addContent(from, content, origin);
    // What was read as the beginning of its parent is to be read so again.
    const isPending = end === 0n && trace.contents.contentOf(trace, from).attributes.get(pendingTypeKey) === 'pending_span';
    setParentId(batch, row, isPending ? trace.spanIdOf(from) : trace.parentIdOf(from));
    batch.startHigh[row] = highOf(start);
    batch.startLow[row] = lowOf(start);
    batch.endHigh[row] = highOf(end);
    batch.endLow[row] = lowOf(end);
    batch.name[row] = batch.intern(trace.texts.texts[trace.name[from] as number] as string);
    batch.statusMessage[row] = batch.intern(trace.contents.statusMessageOf(from));
    batch.kind[row] = metaKind(meta);
    batch.status[row] = metaSentStatus(meta);
    batch.marks[row] = marks;
    batch.present[row] = presentWhole | ((marks & badParentMark) === 0 ? 0 : present.parentIsBad);
    for (const update of updates) batch.operation[this.addContent(from, update, origin)] = operationCode.update;
  }

  addLog(row: number, origin: Origin, record: Uint8Array): void {
    const index = this.originIndex(origin);
    this.batch.logs.push({
      traceId: this.trace.traceId, spanId: row < 0 ? '' : this.trace.spanIdOf(row), timeUnixNano: timeOf(decodeLogRecord(record, 0, record.length)),
      resource: index, scope: index, buffer: this.buffer(record), start: 0, end: record.length,
    });
  }

  /** A row that says nothing of its span but content and where it came from. */
  private addContent(from: number, content: Uint8Array, origin: number): number {
    const { batch } = this, row = batch.addRow();
    batch.traceId[row] = this.traceId;
    setSpanId(batch, row, this.trace.spanIdOf(from));
    batch.resource[row] = batch.scope[row] = origin;
    batch.buffer[row] = this.buffer(content);
    batch.contentEnd[row] = content.length;
    return row;
  }

  private buffer(bytes: Uint8Array): number {
    this.bytes += bytes.length;
    return this.batch.buffers.push(bytes) - 1;
  }

  /** Of its resource and its scope alike. */
  private originIndex(origin: Origin): number {
    let index = this.origins.get(origin);
    if (index === undefined) {
      index = this.batch.resources.push(origin.resource) - 1;
      this.batch.scopes.push(origin.scope);
      this.origins.set(origin, index);
    }
    return index;
  }
}
