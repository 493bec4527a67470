import { hexOfBytes } from '../model/ids.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { check, cut, nothingFound, shapes } from '../model/spanContentLimits.ts';
import type { Shape } from '../model/spanContentLimits.ts';
import type { Findings } from '../model/spanContentLimits.ts';
import { textIdTags } from '../model/spanContent.ts';
import { joinHalves } from '../model/time.ts';
import { WireError, WireReader } from '../model/wire.ts';
import { textOf } from '../model/wireText.ts';
import { DecodeError, rowsToHandOver } from './format.ts';
import type { DecodeOptions, Signal } from './format.ts';
import { addMetric } from './otlpMetrics.ts';
import { decodeResource, decodeScope } from './otlpResource.ts';
import { OtlpSpanReader } from './otlpSpan.ts';
import { cutReport, refuseTooDeep } from './spanRows.ts';

/** Protobuf messages: bytes[start..end). */
export interface Range { readonly bytes: Uint8Array; readonly start: number; readonly end: number }

/**
 * Adds the protobuf messages of one buffer to a batch: resources, scopes, and the records of the three signals. Each is
 * checked against the limits; what is over them is cut. Throws WireError and DecodeError.
 */
export class OtlpRecordReader {
  /** Records so far, those that were rejected included. */
  count = 0;
  private readonly findings: Findings = nothingFound();
  private readonly bytes: Uint8Array;
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private buffer: number;
  private spans: OtlpSpanReader;

  constructor(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions) {
    this.bytes = bytes;
    this.batch = batch;
    this.options = options;
    this.buffer = batch.buffers.push(bytes) - 1;
    this.spans = new OtlpSpanReader(batch, bytes, this.buffer, options, this.findings);
  }

  /** Adds a Resource message; gives its index. */
  addResource(message: Range, schemaUrl: string): number {
    return this.batch.resources.push(this.withLimits(message, shapes.resource, (bytes, from, to) => decodeResource(bytes, from, to, schemaUrl))) - 1;
  }

  /** Adds an InstrumentationScope message; gives its index. */
  addScope(message: Range, schemaUrl: string): number {
    return this.batch.scopes.push(this.withLimits(message, shapes.scope, (bytes, from, to) => decodeScope(bytes, from, to, schemaUrl))) - 1;
  }

  /** Counts a message or an unknown field. */
  countElement(): void {
    this.findings.elements++;
    this.keepCounts();
  }

  /**
   * Adds the Span, LogRecord or Metric message at [start, end). `marks` are bits that a span's row gets. A malformed one
   * spoils a request; of a file it is left out.
   */
  addRecord(signal: Signal, start: number, end: number, resource: number, scope: number, marks = 0): void {
    if (++this.count > this.options.limits.maxSpans) throw new DecodeError('tooManyElements', `more than ${this.options.limits.maxSpans} records`, { offset: start });
    try {
      if (signal === 'traces') this.spans.addSpan(start, end, resource, scope, marks);
      else if (signal === 'logs') this.addLog({ bytes: this.bytes, start, end }, resource, scope);
      else this.withLimits({ bytes: this.bytes, start, end }, shapes.metric, (bytes, from, to) => { addMetric(this.batch, bytes, from, to, resource, scope); });
    } catch (error) {
      if (!(error instanceof WireError) || this.options.mode === 'strict') throw error;
      this.batch.rejectedCount++;
      this.batch.report(`a record at byte ${start} cannot be read: ${error.message}`);
    }
    this.keepCounts();
  }

  /** Gives the rows away when they are many. What was read of the texts of the bytes is forgotten with them. */
  handOver(): void {
    const { batch, bytes, options } = this;
    if (options.onRows === undefined || batch.count + batch.logs.length < rowsToHandOver) return;
    options.onRows();
    this.buffer = batch.buffers.push(bytes) - 1;
    this.spans = new OtlpSpanReader(batch, bytes, this.buffer, options, this.findings);
  }

  private addLog(message: Range, resource: number, scope: number): void {
    const { batch } = this;
    this.withLimits(message, shapes.logRecord, (bytes, from, to) => {
      const buffer = bytes === this.bytes ? this.buffer : batch.buffers.push(bytes) - 1;
      batch.logs.push({ ...logHead(new WireReader(bytes, from, to), this.options.mode === 'lenient'), buffer, start: from, end: to, resource, scope });
    });
  }

  /** Checks a message and hands it on as it is, or a copy that was cut to the limits. */
  private withLimits<T>(message: Range, shape: Shape, use: (bytes: Uint8Array, start: number, end: number) => T): T {
    const { bytes, start, end } = message;
    const { findings, options: { limits } } = this;
    findings.isOver = findings.isTooDeep = false;
    check(new WireReader(bytes, start, end), shape, limits, findings);
    if (!findings.isOver) return use(bytes, start, end);
    refuseTooDeep(findings, this.options, end);
    this.batch.report(cutReport);
    const kept = cut(bytes, start, end, shape, limits);
    return use(kept, 0, kept.length);
  }

  private keepCounts(): void {
    const { maxElements } = this.options.limits;
    if (this.findings.elements > maxElements) throw new DecodeError('tooManyElements', `more than ${maxElements} elements`);
  }
}

/** The fields of a LogRecord that tie it to a span and a time. Ids that are not of W3C size count in files only. */
function logHead(reader: WireReader, hasTextIds: boolean): { traceId: string; spanId: string; timeUnixNano: bigint } {
  let traceId = '', spanId = '', time = 0n, observed = 0n;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x09: reader.fixed64(); time = joinHalves(reader.high, reader.low); break;
      case 0x59: reader.fixed64(); observed = joinHalves(reader.high, reader.low); break;
      case 0x4a: traceId = takeId(reader, 16); break;
      case 0x52: spanId = takeId(reader, 8); break;
      case textIdTags.trace: traceId = takeTextId(reader, hasTextIds); break;
      case textIdTags.span: spanId = takeTextId(reader, hasTextIds); break;
      default: reader.skip();
    }
  }
  return { traceId, spanId: traceId === '' ? '' : spanId, timeUnixNano: time === 0n ? observed : time };
}

/** Hex of an id of the right size; '' for any other and for zeroes. */
function takeId(reader: WireReader, size: number): string {
  const end = reader.valueEnd(), start = reader.position;
  reader.position = end;
  const text = end - start === size ? hexOfBytes(reader.bytes, start, end) : '';
  return /[^0]/.test(text) ? text : '';
}

function takeTextId(reader: WireReader, isTaken: boolean): string {
  const end = reader.valueEnd(), start = reader.position;
  reader.position = end;
  return isTaken ? textOf(reader.bytes, start, end) : '';
}
