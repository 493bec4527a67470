import type { SpanBatch } from '../model/spanBatch.ts';
import { WireError, WireReader, wireTypes } from '../model/wire.ts';
import { forgetBytes, textOf } from '../model/wireText.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions, Signal } from './format.ts';
import { OtlpRecordReader } from './otlpRecords.ts';
import type { Range } from './otlpRecords.ts';

/** Records are cheap to claim and may not be there, so not more rows than this are made room for at once. */
const mostReserved = 1 << 15;

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
  private readonly records: OtlpRecordReader;
  private signal: Signal | undefined;
  /** Where fields begin that are not all there. */
  private readonly broken = new Set<number>();
  private failure: WireError | undefined;

  constructor(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions) {
    this.bytes = bytes;
    this.batch = batch;
    this.options = options;
    this.records = new OtlpRecordReader(bytes, batch, options);
    batch.hasLentBuffers = true;
  }

  /**
   * Reads the request at [start, end). Throws DecodeError; of a file only when nothing of it could be read, otherwise the
   * batch says what is missing.
   */
  read(start: number, end: number): void {
    this.signal = this.options.signal;
    this.failure = undefined;
    const before = this.records.count;
    try {
      const reader = new WireReader(this.bytes, start, end);
      while (reader.next()) {
        if (reader.tag === 0x0a) {
          const groupEnd = this.endOf(reader);
          this.readResourceGroup(reader.position, groupEnd);
          reader.position = groupEnd;
        } else this.skip(reader);
      }
      if (this.failure !== undefined && this.records.count === before) throw this.failure;
    } catch (error) {
      if (!(error instanceof WireError) && !(error instanceof DecodeError)) throw error;
      if (this.options.mode === 'strict' || this.records.count === before) {
        throw error instanceof DecodeError ? error : new DecodeError('undecodable', error.message, { offset: error.offset });
      }
      this.reportBreak(error, start);
    } finally {
      forgetBytes();
    }
  }

  /** ResourceSpans and its likes: resource 1, scope groups 2, schema 3. */
  private readResourceGroup(start: number, end: number): void {
    const { own, groups, schemaUrl } = this.split(start, end);
    const resource = this.records.addResource(own, schemaUrl);
    for (let i = 0; i < groups.length; i += 2) this.readScopeGroup(groups[i] as number, groups[i + 1] as number, resource);
  }

  /** ScopeSpans and its likes: scope 1, records 2, schema 3. */
  private readScopeGroup(start: number, end: number, resource: number): void {
    const { own, groups, schemaUrl } = this.split(start, end);
    const scope = this.records.addScope(own, schemaUrl);
    if (groups.length === 0) return;
    const signal = this.signal ??= guessSignal(new WireReader(this.bytes, groups[0] as number, groups[1] as number));
    if (signal === 'traces') this.batch.reserve(Math.min(groups.length / 2, mostReserved));
    for (let i = 0; i < groups.length; i += 2) {
      const from = groups[i] as number;
      if (!this.broken.has(from)) this.records.addRecord(signal, from, groups[i + 1] as number, resource, scope);
      this.records.handOver();
    }
  }

  /** The three parts that the outer levels have in common. A repeated field 1 is merged by putting the parts together. Of a file, what stands in front of what cannot be read. */
  private split(start: number, end: number): Parts {
    const reader = new WireReader(this.bytes, start, end);
    const groups: number[] = [], own: number[] = [];
    let schemaUrl = '';
    try {
      while (reader.next()) {
        this.records.countElement();
        if (reader.tag !== 0x0a && reader.tag !== 0x12 && reader.tag !== 0x1a) { reader.skip(); continue; }
        const valueEnd = this.endOf(reader), at = reader.position;
        if (reader.tag === 0x0a) own.push(at, valueEnd);
        else if (reader.tag === 0x12) groups.push(at, valueEnd);
        else schemaUrl = textOf(this.bytes, at, valueEnd);
        reader.position = valueEnd;
      }
    } catch (error) {
      if (!(error instanceof WireError) || this.options.mode === 'strict') throw error;
      this.failure ??= error;
      this.reportBreak(error, start);
    }
    return { own: joined(this.bytes, own), groups, schemaUrl };
  }

  private reportBreak({ offset, message }: WireError | DecodeError, start: number): void {
    this.batch.report(`what follows byte ${(this.options.offset ?? 0) + (offset ?? start)} cannot be read: ${message}`);
  }

  /** Where a field ends. In a file that breaks off, its end is that of the file: what it holds may be whole up to there. */
  private endOf(reader: WireReader): number {
    if (this.options.mode === 'strict') return reader.valueEnd();
    reader.varint();
    const end = reader.position + reader.high * 0x1_0000_0000 + reader.low;
    if (end <= reader.end) return end;
    this.batch.report(`the message breaks off at byte ${(this.options.offset ?? 0) + reader.end}`);
    this.broken.add(reader.position);
    return reader.end;
  }

  private skip(reader: WireReader): void {
    this.records.countElement();
    reader.skip();
  }
}

/** One message of the parts (start, end, start, end, …): protobuf merges messages that way. */
function joined(bytes: Uint8Array, parts: readonly number[]): Range {
  if (parts.length <= 2) return { bytes, start: parts[0] ?? 0, end: parts[1] ?? 0 };
  const writer = new WireWriter();
  for (let i = 0; i < parts.length; i += 2) writer.raw(bytes, parts[i] as number, parts[i + 1] as number);
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
