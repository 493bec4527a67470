import { hexOfBytes } from '../model/ids.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import { operationCode } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { textIdTags } from '../model/spanContent.ts';
import { check, cut, isPlainKeyValue, shapes } from '../model/spanContentLimits.ts';
import type { Findings, Shape } from '../model/spanContentLimits.ts';
import { WireReader } from '../model/wire.ts';
import { cutEnd, textOf } from '../model/wireText.ts';
import type { DecodeOptions } from './format.ts';
import { maxStatusMessageBytes } from './limits.ts';
import { RangeTexts } from './rangeTexts.ts';
import { cutMark, cutReport, hasNoStart, isOwnParent, markBadParent, noStartMark, presentWhole, refuseTooDeep, repairedMark, setParentId, setSpanId } from './spanRows.ts';

/**
 * Reads OTLP protobuf Span messages into the rows of a batch. The bytes are walked once: ids and times become numbers
 * in columns, names become texts of the batch, and the content is checked and left where it is: from the first to the last
 * of its fields, with whatever stands in between.
 */
export class OtlpSpanReader {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly reader: WireReader;
  private readonly view: DataView;
  private readonly buffer: number;
  private readonly findings: Findings;
  private readonly traceIds: RangeTexts;
  private readonly names: RangeTexts;
  private statusCode = 0;
  private messageStart = 0;
  private messageEnd = 0;

  /** `findings` counts the elements of the whole request; `buffer` is the index of `bytes` in the batch. */
  constructor(batch: SpanBatch, bytes: Uint8Array, buffer: number, options: DecodeOptions, findings: Findings) {
    this.batch = batch;
    this.buffer = buffer;
    this.options = options;
    this.findings = findings;
    this.reader = new WireReader(bytes, 0, 0);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.traceIds = new RangeTexts(bytes, (start, end) => batch.intern(hexOfBytes(bytes, start, end)));
    this.names = new RangeTexts(bytes, (start, end) => batch.intern(textOf(bytes, start, end)));
  }

  /** Adds the Span message at [start, end), or counts it as rejected when its ids cannot be ids. `marks` are bits that its row gets. */
  addSpan(start: number, end: number, resource: number, scope: number, marks = 0): void {
    const { reader, findings, view } = this;
    const { maxItemsPerSpan } = this.options.limits;
    reader.position = start;
    reader.end = end;
    findings.isOver = findings.isTooDeep = false;
    this.statusCode = this.messageStart = this.messageEnd = 0;
    let trace = 0, traceEnd = 0, id = 0, idEnd = 0, parent = 0, parentEnd = 0, name = 0, nameEnd = 0, kind = 0;
    let startHigh = 0, startLow = 0, endHigh = 0, endLow = 0, attributes = 0, events = 0, links = 0, textIds = 0, contentStart = -1, contentEnd = 0;
    for (;;) {
      const from = reader.position, next = plainAttributesEnd(view, from, end);
      if (next > from) {
        if (contentStart < 0) contentStart = from;
        contentEnd = next;
        attributes += plain.count;
        findings.elements += 2 * plain.count;
      }
      reader.position = next;
      if (!reader.next()) break;
      switch (reader.tag) {
        case 0x0a: traceEnd = reader.valueEnd(); trace = reader.position; reader.position = traceEnd; break;
        case 0x12: idEnd = reader.valueEnd(); id = reader.position; reader.position = idEnd; break;
        case 0x22: parentEnd = reader.valueEnd(); parent = reader.position; reader.position = parentEnd; break;
        case 0x2a: nameEnd = reader.valueEnd(); name = reader.position; reader.position = nameEnd; break;
        case 0x30: reader.varint(); kind = reader.high === 0 ? reader.low : spanKinds.length; break;
        case 0x39: { const at = reader.takeBytes(8); startLow = view.getUint32(at, true); startHigh = view.getUint32(at + 4, true); break; }
        case 0x41: { const at = reader.takeBytes(8); endLow = view.getUint32(at, true); endHigh = view.getUint32(at + 4, true); break; }
        case 0x7a: this.takeStatus(); break;
        case textIdTags.trace: traceEnd = reader.valueEnd(); trace = reader.position; reader.position = traceEnd; textIds |= textId.trace; break;
        case textIdTags.span: idEnd = reader.valueEnd(); id = reader.position; reader.position = idEnd; textIds |= textId.span; break;
        case textIdTags.parent: parentEnd = reader.valueEnd(); parent = reader.position; reader.position = parentEnd; textIds |= textId.parent; break;
        default:
          if (reader.tag === 0x4a) { attributes++; this.checkItem(shapes.keyValue); }
          else if (reader.tag === 0x5a) { events++; this.checkItem(shapes.event); }
          else if (reader.tag === 0x6a) { links++; this.checkItem(shapes.link); }
          else { if (reader.tag > 0x87) findings.elements++; reader.skip(); }
          if (contentStart < 0) contentStart = next;
          contentEnd = reader.position;
      }
    }
    if (!this.isAccepted(trace, traceEnd, id, idEnd, textIds)) return;
    const { batch } = this;
    const row = batch.addRow();
    batch.traceId[row] = (textIds & textId.trace) === 0 ? this.traceIds.indexOf(trace, traceEnd) : batch.intern(textOf(reader.bytes, trace, traceEnd));
    this.setId(row, id, idEnd, (textIds & textId.span) !== 0);
    batch.marks[row] = marks;
    batch.startHigh[row] = startHigh;
    batch.startLow[row] = startLow;
    batch.endHigh[row] = endHigh;
    batch.endLow[row] = endLow;
    batch.kind[row] = kind < spanKinds.length ? kind : 0;
    batch.status[row] = this.statusCode < statusCodes.length ? this.statusCode : 0;
    batch.resource[row] = resource;
    batch.scope[row] = scope;
    batch.operation[row] = operationCode.whole;
    batch.present[row] = presentWhole;
    if (hasNoStart(startHigh, startLow)) this.mark(row, noStartMark);
    if (kind >= spanKinds.length || this.statusCode >= statusCodes.length) this.mark(row, repairedMark);
    this.setParent(row, parent, parentEnd, (textIds & textId.parent) !== 0);
    batch.name[row] = this.internText(row, name, nameEnd, this.options.limits.maxNameBytes);
    if (this.messageEnd > 0) batch.statusMessage[row] = this.internText(row, this.messageStart, this.messageEnd, maxStatusMessageBytes);
    if (contentStart < 0) contentStart = contentEnd = start;
    this.setContent(row, contentStart, contentEnd, findings.isOver || attributes > maxItemsPerSpan || events > maxItemsPerSpan || links > maxItemsPerSpan);
  }

  private checkItem(shape: Shape): void {
    const { reader, findings } = this;
    const end = reader.valueEnd(), outer = reader.end;
    findings.elements++;
    reader.end = end;
    check(reader, shape, this.options.limits, findings);
    reader.end = outer;
  }

  private takeStatus(): void {
    const { reader } = this;
    const end = reader.valueEnd(), outer = reader.end;
    this.findings.elements++;
    if (end === reader.position) return;
    reader.end = end;
    while (reader.next()) {
      if (reader.tag === 0x12) {
        this.messageEnd = reader.valueEnd();
        this.messageStart = reader.position;
        reader.position = this.messageEnd;
      } else if (reader.tag === 0x18) {
        reader.varint();
        this.statusCode = reader.high === 0 ? reader.low : statusCodes.length;
      } else reader.skip();
    }
    reader.end = outer;
  }

  /** Ids of the network must be of W3C size; files may hold any that are not empty. Ids of nothing but zeroes are none. */
  private isAccepted(trace: number, traceEnd: number, id: number, idEnd: number, textIds: number): boolean {
    const { bytes } = this.reader;
    const isTextTrace = (textIds & textId.trace) !== 0, isTextSpan = (textIds & textId.span) !== 0;
    const isSized = traceEnd - trace === 16 && idEnd - id === 8 && !isTextTrace && !isTextSpan;
    const isAny = !isNone(bytes, trace, traceEnd, isTextTrace) && !isNone(bytes, id, idEnd, isTextSpan);
    if (isAny && (isSized || this.options.mode === 'lenient')) return true;
    this.batch.rejectedCount++;
    this.batch.report(this.options.mode === 'strict'
      ? 'a span was rejected: its trace id is not 16 bytes or its span id is not 8 bytes, or one of them is zero'
      : 'a span without a trace id or a span id was left out');
    return false;
  }

  private setId(row: number, start: number, end: number, isText: boolean): void {
    const { batch, view, reader: { bytes } } = this;
    if (isText) setSpanId(batch, row, textOf(bytes, start, end));
    else if (end - start !== 8) setSpanId(batch, row, hexOfBytes(bytes, start, end));
    else {
      batch.idHigh[row] = view.getUint32(start);
      batch.idLow[row] = view.getUint32(start + 4);
    }
  }

  private setParent(row: number, start: number, end: number, isText: boolean): void {
    const { batch, view, reader: { bytes } } = this;
    if (!isText && end - start === 8) {
      batch.parentHigh[row] = view.getUint32(start);
      batch.parentLow[row] = view.getUint32(start + 4);
    } else if (start !== end) {
      setParentId(batch, row, isText ? textOf(bytes, start, end) : hexOfBytes(bytes, start, end));
      if (this.options.mode === 'strict' && batch.parentLow[row] !== 0) markBadParent(batch, row);
    }
    if (isOwnParent(batch, row)) markBadParent(batch, row);
  }

  private internText(row: number, start: number, end: number, most: number): number {
    const { bytes } = this.reader;
    if (end - start > most) this.markCut(row);
    return this.names.indexOf(start, cutEnd(bytes, start, end, most));
  }

  private setContent(row: number, start: number, end: number, isOver: boolean): void {
    const { batch } = this;
    if (!isOver) {
      batch.buffer[row] = this.buffer;
      batch.contentStart[row] = start;
      batch.contentEnd[row] = end;
      return;
    }
    refuseTooDeep(this.findings, this.options, end);
    const content = cut(this.reader.bytes, start, end, shapes.content, this.options.limits);
    batch.buffer[row] = batch.buffers.push(content) - 1;
    batch.contentEnd[row] = content.length;
    this.markCut(row);
  }

  private markCut(row: number): void {
    this.mark(row, cutMark);
    this.batch.report(cutReport);
  }

  private mark(row: number, bit: number): void { this.batch.marks[row] = (this.batch.marks[row] as number) | bit; }
}

/** Which ids of a span are written as text. */
const textId = { trace: 1, span: 2, parent: 4 } as const;

/** How many attributes `plainAttributesEnd` passed. */
const plain = { count: 0 };

/** Passes over the attributes at the front of the bytes [start, end) of a view that are plain. */
function plainAttributesEnd(view: DataView, start: number, end: number): number {
  let at = start, count = 0;
  while (at + 8 <= end) {
    const head = view.getUint16(at, true), next = at + 2 + (head >>> 8);
    if ((head & 0x80ff) !== 0x4a || next > end || !isPlainKeyValue(view, at + 2, next)) break;
    at = next;
    count++;
  }
  plain.count = count;
  return at;
}

/** Whether bytes[start..end) are nothing but zeroes: bytes of value 0, or in an id written as text the digit. */
function isNone(bytes: Uint8Array, start: number, end: number, isText: boolean): boolean {
  const zero = isText ? 48 : 0;
  for (let at = start; at < end; at++) if (bytes[at] !== zero) return false;
  return true;
}
