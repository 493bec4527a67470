import { noAttributes } from '../model/attributes.ts';
import type { Attributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import type { SpanContent, SpanEvent, SpanLink } from '../model/span.ts';
import { operationCode, present } from '../model/spanBatch.ts';
import type { BatchLog, RowOperation, SpanBatch } from '../model/spanBatch.ts';
import { writeContent } from '../model/spanContent.ts';
import { check, cut, nothingFound, shapes } from '../model/spanContentLimits.ts';
import type { Shape } from '../model/spanContentLimits.ts';
import type { Halves } from '../model/time.ts';
import { WireReader } from '../model/wire.ts';
import { cutEnd, textOf } from '../model/wireText.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { bytesToHandOver, DecodeError, rowsToHandOver } from './format.ts';
import type { DecodeOptions } from './format.ts';
import { maxStatusMessageBytes } from './limits.ts';
import { cutMark, cutReport, hasNoStart, isOwnParent, markBadParent, noStartMark, presentWhole, refuseTooDeep, setParentId, setSpanId } from './spanRows.ts';

const encoder = new TextEncoder();
const notRecorded: Halves = { high: 0, low: 0 };

/** A span as a text format's decoder understood it. What is left out is empty or not recorded; times are ns. */
export interface SpanDraft {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** The parent's id cannot be one: it is kept, and the span is shown as a root. */
  readonly isParentBad?: boolean;
  readonly name?: string;
  /** Index into spanKinds. */
  readonly kind?: number;
  readonly start?: Halves | undefined;
  readonly end?: Halves | undefined;
  /** Index into statusCodes. */
  readonly status?: number;
  readonly statusMessage?: string;
  readonly resource?: number;
  readonly scope?: number;
  readonly attributes?: Attributes;
  readonly events?: readonly SpanEvent[];
  readonly links?: readonly SpanLink[];
  readonly traceState?: string;
  readonly flags?: number;
  readonly droppedAttributesCount?: number;
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
  readonly marks?: number;
  readonly operation?: RowOperation;
  /** Bits of `present`; all of them unless given. */
  readonly present?: number;
}

/**
 * Adds drafts to a batch. Their content goes into a buffer, which is there after `flush`. Everything is cut to the limits
 * of the options.
 */
export class DraftWriter {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  /** The content of all rows. Decoders that write it themselves do so here, from where `content.length` was, before `add`. */
  readonly content = new WireWriter(4096);
  /** The index of the buffer of `content` in the batch; -1 before its first use. */
  private buffer = -1;
  private readonly mostRows: number;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.mostRows = batch.count + options.limits.maxSpans;
  }

  /** Adds a resource of these attributes; gives its index. */
  addResource(attributes: Attributes, schemaUrl = ''): number {
    return this.batch.resources.push({ attributes, schemaUrl, droppedAttributesCount: 0 }) - 1;
  }

  /** Adds a scope; gives its index. */
  addScope(name: string, version: string, attributes: Attributes = noAttributes, schemaUrl = ''): number {
    return this.batch.scopes.push({ name, version, attributes, schemaUrl, droppedAttributesCount: 0 }) - 1;
  }

  /** Counts a span as rejected; `why` is told to the sender. */
  reject(why: string): void {
    this.batch.rejectedCount++;
    this.batch.report(`a span was rejected: ${why}`);
  }

  /** Adds a row. A span without ids is rejected. `contentStart`: where its content begins that was written already. */
  add(draft: SpanDraft, contentStart = this.content.length): void {
    const { batch } = this;
    if (isNoId(draft.traceId) || isNoId(draft.spanId)) {
      this.content.length = contentStart;
      this.reject('it has no trace id or no span id');
      return;
    }
    const row = this.newRow();
    batch.traceId[row] = batch.intern(draft.traceId);
    setSpanId(batch, row, draft.spanId);
    batch.kind[row] = draft.kind ?? 0;
    batch.status[row] = draft.status ?? 0;
    batch.operation[row] = operationCode[draft.operation ?? 'whole'];
    batch.present[row] = draft.present ?? presentWhole;
    batch.marks[row] = draft.marks ?? 0;
    batch.resource[row] = draft.resource ?? 0;
    batch.scope[row] = draft.scope ?? 0;
    batch.name[row] = this.internCut(row, draft.name ?? '', this.options.limits.maxNameBytes);
    batch.statusMessage[row] = this.internCut(row, draft.statusMessage ?? '', maxStatusMessageBytes);
    this.setTimes(row, draft.start ?? notRecorded, draft.end ?? notRecorded);
    setParentId(batch, row, draft.parentSpanId ?? '');
    if (draft.isParentBad === true || isOwnParent(batch, row)) markBadParent(batch, row);
    writeContent(this.content, contentOf(draft));
    this.endContent(row, contentStart);
  }

  /** A row for decoders that fill it themselves, all zero; `endContent` must follow. */
  newRow(): number {
    if (this.batch.count >= this.mostRows) throw new DecodeError('tooManyElements', `more than ${this.options.limits.maxSpans} spans`);
    return this.batch.addRow();
  }

  /** What was written from `start` on is the content of a row. */
  endContent(row: number, start: number): void {
    if (this.keepLimits(start, shapes.content)) this.markCut(row);
    this.endWithin(row, start);
  }

  /** The same for content that is known to be within the limits. */
  endWithin(row: number, start: number): void {
    const { batch, content } = this;
    batch.buffer[row] = this.bufferIndex();
    batch.contentStart[row] = start;
    batch.contentEnd[row] = content.length;
  }

  /** Adds an OTLP protobuf LogRecord. */
  addLog(record: Uint8Array, head: Pick<BatchLog, 'traceId' | 'spanId' | 'timeUnixNano' | 'resource' | 'scope'>): void {
    const start = this.content.length;
    this.content.raw(record, 0, record.length);
    this.keepLimits(start, shapes.logRecord);
    this.batch.logs.push({ ...head, buffer: this.bufferIndex(), start, end: this.content.length });
  }

  /** Puts the content of the drafts so far into the batch; to be called after the last one, and after each piece of an input. */
  flush(): void {
    if (this.buffer >= 0) this.batch.buffers[this.buffer] = this.content.finish();
    this.buffer = -1;
    this.content.length = 0;
  }

  /** Gives the rows away when they are many. To be called between records; nobody may look at the rows before afterwards. */
  handOver(): void {
    const { batch, options } = this;
    if (options.onRows === undefined || (batch.count + batch.logs.length < rowsToHandOver && this.content.length < bytesToHandOver)) return;
    this.flush();
    options.onRows();
  }

  private bufferIndex(): number {
    if (this.buffer < 0) this.buffer = this.batch.buffers.push(new Uint8Array()) - 1;
    return this.buffer;
  }

  /** Writes the times of a row whose `present` is set. */
  setTimes(row: number, start: Halves, end: Halves): void {
    const { batch } = this;
    batch.startHigh[row] = start.high;
    batch.startLow[row] = start.low;
    batch.endHigh[row] = end.high;
    batch.endLow[row] = end.low;
    if (((batch.present[row] as number) & present.start) !== 0 && hasNoStart(start.high, start.low)) this.mark(row, noStartMark);
  }

  /** The index of a text of a row; what is over the limit is cut off and the row marked. */
  internCut(row: number, text: string, mostBytes: number): number {
    if (text.length * 3 <= mostBytes) return this.batch.intern(text.toWellFormed());
    const utf8 = encoder.encode(text), end = cutEnd(utf8, 0, utf8.length, mostBytes);
    if (end < utf8.length) this.markCut(row);
    return this.batch.intern(textOf(utf8, 0, end));
  }

  /** Cuts the message that was written last, from `start` on, to the limits; whether that was necessary. */
  private keepLimits(start: number, shape: Shape): boolean {
    const { content, options } = this, findings = nothingFound();
    check(new WireReader(content.bytes, start, content.length), shape, options.limits, findings);
    if (!findings.isOver) return false;
    refuseTooDeep(findings, options, 0);
    const kept = cut(content.bytes, start, content.length, shape, options.limits);
    content.length = start;
    content.raw(kept, 0, kept.length);
    this.batch.report(cutReport);
    return true;
  }

  private markCut(row: number): void {
    this.mark(row, cutMark);
    this.batch.report(cutReport);
  }

  private mark(row: number, bit: number): void { this.batch.marks[row] = (this.batch.marks[row] as number) | bit; }
}

function contentOf(draft: SpanDraft): SpanContent {
  const { attributes = noAttributes, events = [], links = [], traceState = '', flags = 0 } = draft;
  const { droppedAttributesCount = 0, droppedEventsCount = 0, droppedLinksCount = 0 } = draft;
  return { attributes, events, links, traceState, flags, droppedAttributesCount, droppedEventsCount, droppedLinksCount };
}
