import { isHex, isOtlpSpanId, isOtlpTraceId } from '../model/ids.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { WrongTypeError } from './jsonReader.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { DraftWriter } from './spanDrafts.ts';
import { reportOf, reportsOfVersion1 } from './zipkinReport.ts';
import type { ZipkinReport } from './zipkinReport.ts';
import { ZipkinSpans } from './zipkinSpans.ts';

/** Adds the spans of Zipkin JSON to a batch. Files may be read in pieces; a request is one. */
export class ZipkinDecoder implements PieceDecoder {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly writer: DraftWriter;
  private readonly spans: ZipkinSpans;
  private readonly longIds = new Map<string, string>();

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.writer = new DraftWriter(batch, options);
    this.spans = new ZipkinSpans(this.writer, options.mode === 'lenient');
  }

  read(piece: Uint8Array, offset: number): void {
    const reports = this.reportsOf(piece, offset);
    if (this.options.mode === 'lenient') this.joinTraceIds(reports);
    this.spans.addAll(reports);
    this.writer.flush();
  }

  end(): void {
    this.spans.addHeld();
    this.writer.flush();
  }

  private reportsOf(piece: Uint8Array, offset: number): ZipkinReport[] {
    const { batch, options, writer } = this, reports: ZipkinReport[] = [];
    forEachRecord(piece, batch, { ...options, offset }, 'array', (reader) => {
      const span = reader.takeObject();
      try {
        reports.push(...reportsIn(span).filter((report) => options.mode === 'lenient' || areStrictIds(report, writer)));
      } catch (error) {
        if (!(error instanceof WrongTypeError)) throw error;
        writer.reject(error.message);
      }
    }, () => reports.length);
    return reports;
  }

  /** Where a trace was reported with its long id and with the lower half of it, the long one stands for both. */
  private joinTraceIds(reports: readonly ZipkinReport[]): void {
    for (const { traceId } of reports) if (isHex(traceId, 32)) this.longIds.set(traceId.slice(16), traceId);
    for (const report of reports) report.traceId = this.longIds.get(report.traceId) ?? report.traceId;
  }
}

function reportsIn(span: JsonObject): ZipkinReport[] {
  const annotation = span.get('annotations');
  const isVersion1 = span.has('binaryAnnotations') || (Array.isArray(annotation) && annotation[0] instanceof Map && annotation[0].has('endpoint'));
  return isVersion1 ? reportsOfVersion1(span) : [reportOf(span)];
}

function areStrictIds({ traceId, id }: ZipkinReport, writer: DraftWriter): boolean {
  if ((isOtlpTraceId(traceId) || isOtlpSpanId(traceId)) && isOtlpSpanId(id)) return true;
  writer.reject('its traceId is not 16 or 32 hex digits or its id is not 16, or one of them is zero');
  return false;
}
