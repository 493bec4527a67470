import { canonicalId, hexHalfAt } from '../model/ids.ts';
import { operationCode, present } from '../model/spanBatch.ts';
import type { RowOperation, SpanBatch } from '../model/spanBatch.ts';
import { contentFields } from '../model/spanContent.ts';
import type { Halves } from '../model/time.ts';
import { textOf } from '../model/wireText.ts';
import type { DecodeOptions } from './format.ts';
import { maxStatusMessageBytes } from './limits.ts';
import type { LiveOrigins } from './liveOrigins.ts';
import type { LiveSpan, TextPlace } from './liveSpan.ts';
import { RangeTexts } from './rangeTexts.ts';
import type { DraftWriter } from './spanDrafts.ts';
import { isOwnParent, markBadParent, presentWhole, repairedMark, setParentId, setSpanId } from './spanRows.ts';

const notEnded: Halves = { high: 0, low: 0 };

/** Writes what live messages say about spans into rows of a batch. Texts that repeat are compared as bytes, not decoded. */
export class LiveRows {
  private readonly bytes: Uint8Array;
  private readonly batch: SpanBatch;
  private readonly writer: DraftWriter;
  private readonly origins: LiveOrigins;
  private readonly maxNameBytes: number;
  private readonly traceIds: RangeTexts;
  private readonly texts: RangeTexts;
  /** Resource and scope of the row before, and by what they were told. */
  private readonly last = { resource: -1, resourceVersion: -1, service: -1, scope: -1, scopeVersion: -1 };

  /** `bytes` are those in which nearly all messages lie. */
  constructor(bytes: Uint8Array, batch: SpanBatch, writer: DraftWriter, origins: LiveOrigins, options: DecodeOptions) {
    this.bytes = bytes;
    this.batch = batch;
    this.writer = writer;
    this.origins = origins;
    this.maxNameBytes = options.limits.maxNameBytes;
    this.traceIds = new RangeTexts(bytes, (start, end) => batch.intern(canonicalId(textOf(bytes, start, end))));
    this.texts = new RangeTexts(bytes, (start, end) => batch.intern(textOf(bytes, start, end)));
  }

  /** Adds a row. Its attributes, events and links were written from `contentStart` on. */
  add(span: LiveSpan, operation: RowOperation, contentStart: number): void {
    const { batch, writer } = this, row = writer.newRow();
    const { traceId } = span;
    batch.traceId[row] = this.isInPlace(traceId) ? this.traceIds.indexOf(traceId.start, traceId.end) : batch.intern(canonicalId(traceId.text));
    this.setSpanId(row, span.spanId);
    batch.kind[row] = span.kind;
    batch.status[row] = span.status;
    batch.operation[row] = operationCode[operation];
    batch.present[row] = operation === 'whole' || operation === 'start' ? presentWhole | (span.given & present.witness) : span.given;
    batch.marks[row] = span.isRepaired ? repairedMark : 0;
    batch.resource[row] = this.resourceOf(span);
    batch.scope[row] = this.scopeOf(span);
    batch.name[row] = this.indexOf(row, span.name, this.maxNameBytes);
    batch.statusMessage[row] = this.indexOf(row, span.statusMessage, maxStatusMessageBytes);
    writer.setTimes(row, span.start, operation === 'start' ? notEnded : span.end);
    if ((span.given & present.parent) !== 0) this.setParent(row, span.parentSpanId);
    if (span.traceState !== '') writer.content.textField(contentFields.traceState, span.traceState);
    writer.endContent(row, contentStart);
  }

  /** Whether a text lies, as it is, in the bytes whose texts are remembered. */
  private isInPlace(place: TextPlace): boolean { return place.bytes === this.bytes && !place.hasEscapes; }

  private setSpanId(row: number, id: TextPlace): void {
    const { batch } = this, high = halfOf(id, 0), low = halfOf(id, 8);
    if (high < 0 || low < 0) setSpanId(batch, row, canonicalId(id.text));
    else {
      batch.idHigh[row] = high;
      batch.idLow[row] = low;
    }
  }

  private setParent(row: number, id: TextPlace): void {
    const { batch } = this, high = halfOf(id, 0), low = halfOf(id, 8);
    if (high < 0 || low < 0) setParentId(batch, row, canonicalId(id.text));
    else {
      batch.parentHigh[row] = high;
      batch.parentLow[row] = low;
    }
    if (isOwnParent(batch, row)) markBadParent(batch, row);
  }

  private indexOf(row: number, place: TextPlace, mostBytes: number): number {
    if (place.start === place.end) return 0;
    if (this.isInPlace(place) && place.end - place.start <= mostBytes) return this.texts.indexOf(place.start, place.end);
    return this.writer.internCut(row, place.text, mostBytes);
  }

  private resourceOf({ resource, service, hasService }: LiveSpan): number {
    const { last, batch } = this;
    const version = resource.isGiven ? resource.version : -1;
    const name = !hasService ? -1 : this.isInPlace(service) ? this.texts.indexOf(service.start, service.end) : batch.intern(service.text);
    if (last.resource < 0 || last.resourceVersion !== version || last.service !== name) {
      last.resource = this.origins.addResource(resource.value(), hasService ? batch.texts[name] : undefined);
      last.resourceVersion = version;
      last.service = name;
    }
    return last.resource;
  }

  private scopeOf({ scope }: LiveSpan): number {
    const { last } = this, version = scope.isGiven ? scope.version : -1;
    if (last.scope < 0 || last.scopeVersion !== version) {
      last.scope = this.origins.addScope(scope.value());
      last.scopeVersion = version;
    }
    return last.scope;
  }
}

/** Half of a span id of 16 hex digits, read without making a text of it; -1 when it has another form. */
function halfOf({ bytes, start, end, hasEscapes }: TextPlace, offset: number): number {
  return end - start === 16 && !hasEscapes ? hexHalfAt(bytes, start + offset) : -1;
}
