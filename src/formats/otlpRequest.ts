import { hexOfBytes } from '../model/ids.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { check, cut, shapes } from '../model/spanContentLimits.ts';
import type { Findings } from '../model/spanContentLimits.ts';
import { joinHalves } from '../model/time.ts';
import { WireError, WireReader, wireTypes } from '../model/wire.ts';
import { textOf } from '../model/wireText.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions, Signal } from './format.ts';
import { addMetric } from './otlpMetrics.ts';
import { decodeResource, decodeScope } from './otlpResource.ts';
import { OtlpSpanReader } from './otlpSpan.ts';

type Shape = Parameters<typeof check>[1];

/** Records are cheap to claim and may not be there, so not more rows than this are made room for at once. */
const mostReserved = 1 << 15;

/** A range of bytes. */
interface Range { readonly bytes: Uint8Array; readonly start: number; readonly end: number }
/** The parts of a group: its resource or scope, and where its groups or records lie (start, end, start, end, …). */
interface Parts { readonly own: Range; readonly groups: readonly number[]; readonly schemaUrl: string }

/**
 * Reads one OTLP protobuf request (or TracesData, LogsData, MetricsData: the layout is the same) into a batch. The three
 * signals differ only in what lies in field 2 of field 2 of field 1.
 */
export class OtlpRequestReader {
  private readonly bytes: Uint8Array;
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly buffer: number;
  private readonly findings: Findings = { elements: 0, isOver: false };
  private readonly spans: OtlpSpanReader;
  private signal: Signal | undefined;

  constructor(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions) {
    this.bytes = bytes;
    this.batch = batch;
    this.options = options;
    this.buffer = batch.buffers.push(bytes) - 1;
    this.spans = new OtlpSpanReader(batch, bytes, this.buffer, options, this.findings);
  }

  /** Reads the request at [start, end). Throws DecodeError. */
  read(start: number, end: number): void {
    this.signal = this.options.signal;
    try {
      const reader = new WireReader(this.bytes, start, end);
      while (reader.next()) {
        if (reader.tag === 0x0a) {
          const groupEnd = reader.valueEnd();
          this.readResourceGroup(reader.position, groupEnd);
          reader.position = groupEnd;
        } else this.skip(reader);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new DecodeError(error.tooDeep ? 'tooDeep' : 'undecodable', error.message, { offset: error.offset });
    }
  }

  /** ResourceSpans and its likes: resource 1, scope groups 2, schema 3. */
  private readResourceGroup(start: number, end: number): void {
    const { own, groups, schemaUrl } = this.split(start, end);
    const resource = this.batch.resources.length;
    this.batch.resources.push(this.withLimits(own, shapes.resource, (bytes, from, to) => decodeResource(bytes, from, to, schemaUrl)));
    for (let i = 0; i < groups.length; i += 2) this.readScopeGroup(groups[i] as number, groups[i + 1] as number, resource);
  }

  /** ScopeSpans and its likes: scope 1, records 2, schema 3. */
  private readScopeGroup(start: number, end: number, resource: number): void {
    const { own, groups, schemaUrl } = this.split(start, end);
    const scope = this.batch.scopes.length;
    this.batch.scopes.push(this.withLimits(own, shapes.scope, (bytes, from, to) => decodeScope(bytes, from, to, schemaUrl)));
    if (this.signal === 'traces') this.batch.reserve(Math.min(groups.length / 2, mostReserved));
    for (let i = 0; i < groups.length; i += 2) this.readRecord(groups[i] as number, groups[i + 1] as number, resource, scope);
  }

  /** The three parts that the outer levels have in common. A repeated field 1 is merged by putting the parts together. */
  private split(start: number, end: number): Parts {
    const reader = new WireReader(this.bytes, start, end);
    const groups: number[] = [];
    let own: Range | undefined, schemaUrl = '';
    this.findings.elements++;
    while (reader.next()) {
      if (reader.tag !== 0x0a && reader.tag !== 0x12 && reader.tag !== 0x1a) { this.skip(reader); continue; }
      const valueEnd = reader.valueEnd(), at = reader.position;
      if (reader.tag === 0x0a) own = joined(own, { bytes: this.bytes, start: at, end: valueEnd });
      else if (reader.tag === 0x12) groups.push(at, valueEnd);
      else schemaUrl = textOf(this.bytes, at, valueEnd);
      reader.position = valueEnd;
    }
    return { own: own ?? { bytes: this.bytes, start, end: start }, groups, schemaUrl };
  }

  private readRecord(start: number, end: number, resource: number, scope: number): void {
    this.findings.elements++;
    this.signal ??= guessSignal(new WireReader(this.bytes, start, end));
    if (this.signal === 'traces') this.spans.addSpan(start, end, resource, scope);
    else if (this.signal === 'logs') this.addLog(start, end, resource, scope);
    else this.withLimits({ bytes: this.bytes, start, end }, shapes.metric, (bytes, from, to) => { addMetric(this.batch, bytes, from, to, resource, scope); });
  }

  private addLog(start: number, end: number, resource: number, scope: number): void {
    const { batch } = this;
    this.withLimits({ bytes: this.bytes, start, end }, shapes.logRecord, (bytes, from, to) => {
      const buffer = bytes === this.bytes ? this.buffer : batch.buffers.push(bytes) - 1;
      batch.logs.push({ ...logHead(new WireReader(bytes, from, to)), buffer, start: from, end: to, resource, scope });
    });
  }

  /** Checks a message and hands it on as it is, or a copy that was cut to the limits. */
  private withLimits<T>(message: Range, shape: Shape, use: (bytes: Uint8Array, start: number, end: number) => T): T {
    const { bytes, start, end } = message;
    const { findings, options: { limits } } = this;
    findings.isOver = false;
    check(new WireReader(bytes, start, end), shape, limits, findings);
    if (findings.elements > limits.maxElements) throw new DecodeError('tooManyElements', `more than ${limits.maxElements} elements`, { offset: end });
    if (!findings.isOver) return use(bytes, start, end);
    this.batch.report('values over a limit were cut');
    const kept = cut(bytes, start, end, shape, limits);
    return use(kept, 0, kept.length);
  }

  private skip(reader: WireReader): void {
    this.findings.elements++;
    reader.skip();
  }
}

function joined(left: Range | undefined, right: Range): Range {
  if (left === undefined) return right;
  const writer = new WireWriter(left.end - left.start + right.end - right.start);
  writer.raw(left.bytes, left.start, left.end);
  writer.raw(right.bytes, right.start, right.end);
  return { bytes: writer.finish(), start: 0, end: writer.length };
}

/**
 * What tells the record types apart where nobody said it: only spans begin with an id of 16 bytes or have times in the
 * fields 7 and 8, only log records have them in 1 and 11.
 */
function guessSignal(reader: WireReader): Signal {
  while (reader.next()) {
    const field = reader.tag >>> 3, wireType = reader.tag & 7;
    if (wireType === wireTypes.fixed64) return field === 7 || field === 8 ? 'traces' : 'logs';
    if (field === 2 && wireType === wireTypes.bytes) {
      const end = reader.valueEnd();
      if (end - reader.position === 8 && isBinary(reader.bytes, reader.position, end)) return 'traces';
      reader.position = end;
    } else reader.skip();
  }
  return 'metrics';
}

/** Whether bytes are hardly a description in words: a span id of random bytes has one outside printable ASCII. */
function isBinary(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) < 0x20 || (bytes[at] as number) > 0x7e) return true;
  return false;
}

/** The fields of a LogRecord that tie it to a span and a time. */
function logHead(reader: WireReader): { traceId: string; spanId: string; timeUnixNano: bigint } {
  let traceId = '', spanId = '', time = 0n, observed = 0n;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x09: reader.fixed64(); time = joinHalves(reader.high, reader.low); break;
      case 0x59: reader.fixed64(); observed = joinHalves(reader.high, reader.low); break;
      case 0x4a: traceId = takeId(reader, 16); break;
      case 0x52: spanId = takeId(reader, 8); break;
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
