import { noAttributes } from '../model/attributes.ts';
import type { Attributes } from '../model/attributes.ts';
import { isNoId } from '../model/ids.ts';
import type { SpanContent, SpanEvent, SpanLink } from '../model/span.ts';
import { operationCode, present } from '../model/spanBatch.ts';
import type { RowOperation, SpanBatch } from '../model/spanBatch.ts';
import { writeContent } from '../model/spanContent.ts';
import { check, cut, nothingFound, shapes } from '../model/spanContentLimits.ts';
import { highOf, isUint64, lowOf } from '../model/time.ts';
import { WireReader } from '../model/wire.ts';
import { cutEnd, textOf } from '../model/wireText.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions } from './format.ts';
import { maxStatusMessageBytes } from './limits.ts';
import { cutMark, hasNoStart, isOwnParent, markBadParent, noStartMark, presentWhole, refuseTooDeep, repairedMark, setParentId, setSpanId } from './spanRows.ts';

const encoder = new TextEncoder();

/** A span as a text format's decoder understood it. What is left out is empty; times are ns, 0 when not recorded. */
export interface SpanDraft {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** The parent's id cannot be one: it is kept, and the span is shown as a root. */
  readonly isParentBad?: boolean;
  readonly name?: string;
  /** Index into spanKinds. */
  readonly kind?: number;
  readonly startUnixNano?: bigint;
  readonly endUnixNano?: bigint;
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
  readonly marks?: number;
  readonly operation?: RowOperation;
  /** Bits of `present`; all of them unless given. */
  readonly present?: number;
}

/**
 * Adds drafts to a batch. Their content goes into one buffer, which is there after `finish`. Everything is cut to the
 * limits of the options.
 */
export class DraftWriter {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly content = new WireWriter(4096);
  private readonly buffer: number;
  private readonly mostRows: number;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.buffer = batch.buffers.push(new Uint8Array()) - 1;
    this.mostRows = batch.count + options.limits.maxSpans;
  }

  /** Adds a resource of these attributes; gives its index. */
  addResource(attributes: Attributes): number {
    return this.batch.resources.push({ attributes, schemaUrl: '', droppedAttributesCount: 0 }) - 1;
  }

  /** Adds a scope; gives its index. */
  addScope(name: string, version: string, attributes: Attributes = noAttributes): number {
    return this.batch.scopes.push({ name, version, attributes, schemaUrl: '', droppedAttributesCount: 0 }) - 1;
  }

  /** Counts a span as rejected; `why` is told to the sender. */
  reject(why: string): void {
    this.batch.rejectedCount++;
    this.batch.report(`a span was rejected: ${why}`);
  }

  /** Adds a row. A span without ids is rejected. */
  add(draft: SpanDraft): void {
    const { batch } = this;
    if (isNoId(draft.traceId) || isNoId(draft.spanId)) {
      this.reject('it has no trace id or no span id');
      return;
    }
    if (batch.count >= this.mostRows) throw new DecodeError('tooManyElements', `more than ${this.options.limits.maxSpans} spans`);
    const row = batch.addRow();
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
    this.setTimes(row, draft.startUnixNano ?? 0n, draft.endUnixNano ?? 0n);
    setParentId(batch, row, draft.parentSpanId ?? '');
    if (draft.isParentBad === true || isOwnParent(batch, row)) markBadParent(batch, row);
    this.setContent(row, draft);
  }

  /** Puts the content into the batch. Called once, after the last draft. */
  finish(): void { this.batch.buffers[this.buffer] = this.content.finish(); }

  private setTimes(row: number, start: bigint, end: bigint): void {
    const { batch } = this;
    if (isUint64(start)) { batch.startHigh[row] = highOf(start); batch.startLow[row] = lowOf(start); } else this.mark(row, repairedMark);
    if (isUint64(end)) { batch.endHigh[row] = highOf(end); batch.endLow[row] = lowOf(end); } else this.mark(row, repairedMark);
    const hasStart = ((batch.present[row] as number) & present.start) !== 0;
    if (hasStart && hasNoStart(batch.startHigh[row] as number, batch.startLow[row] as number)) this.mark(row, noStartMark);
  }

  private internCut(row: number, text: string, mostBytes: number): number {
    if (text.length * 3 <= mostBytes) return this.batch.intern(text.toWellFormed());
    const utf8 = encoder.encode(text), end = cutEnd(utf8, 0, utf8.length, mostBytes);
    if (end < utf8.length) this.markCut(row);
    return this.batch.intern(textOf(utf8, 0, end));
  }

  private setContent(row: number, draft: SpanDraft): void {
    const { batch, content, options } = this;
    const start = content.length;
    writeContent(content, contentOf(draft));
    const findings = nothingFound();
    check(new WireReader(content.bytes, start, content.length), shapes.content, options.limits, findings);
    if (findings.isOver) {
      refuseTooDeep(findings, options, 0);
      const kept = cut(content.bytes, start, content.length, shapes.content, options.limits);
      content.length = start;
      content.raw(kept, 0, kept.length);
      this.markCut(row);
    }
    batch.buffer[row] = this.buffer;
    batch.contentStart[row] = start;
    batch.contentEnd[row] = content.length;
  }

  private markCut(row: number): void {
    this.mark(row, cutMark);
    this.batch.report('values over a limit were cut');
  }

  private mark(row: number, bit: number): void { this.batch.marks[row] = (this.batch.marks[row] as number) | bit; }
}

function contentOf({ attributes = noAttributes, events = [], links = [], traceState = '', flags = 0 }: SpanDraft): SpanContent {
  return { attributes, events, links, traceState, flags, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
}
