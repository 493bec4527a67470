import type { AttributeValue } from '../model/attributes.ts';
import { isHex, isNoId, isOtlpSpanId, isOtlpTraceId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions } from './format.ts';
import { WrongTypeError } from './jsonReader.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { DraftWriter } from './spanDrafts.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { presentWhole, repairedMark } from './spanRows.ts';
import { reportOf, reportsOfVersion1, zipkinKinds } from './zipkinReport.ts';
import type { ZipkinReport } from './zipkinReport.ts';

/** Adds the spans of Zipkin JSON to a batch. */
export function decodeZipkin(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  const writer = new DraftWriter(batch, options);
  const reports: ZipkinReport[] = [];
  forEachRecord(bytes, batch, options, 'array', (reader) => {
    const span = reader.takeObject();
    try {
      reports.push(...reportsIn(span).filter((report) => options.mode === 'lenient' || areStrictIds(report, writer)));
    } catch (error) {
      if (!(error instanceof WrongTypeError)) throw error;
      writer.reject(error.message);
    }
  });
  if (options.mode === 'lenient') joinTraceIds(reports);
  new ZipkinSpans(writer, options.mode === 'lenient').addAll(reports);
  writer.finish();
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

/** Where a trace was reported with its long id and with the lower half of it, the long one stands for both. */
function joinTraceIds(reports: readonly ZipkinReport[]): void {
  const long = new Map<string, string>();
  for (const { traceId } of reports) if (isHex(traceId, 32)) long.set(traceId.slice(16), traceId);
  for (const report of reports) report.traceId = long.get(report.traceId) ?? report.traceId;
}

const serverSuffix = ':server';

/** Both halves of a span, each with the service that reported it. */
interface Halves { client: ZipkinReport | undefined; server: ZipkinReport | undefined }

class ZipkinSpans {
  private readonly writer: DraftWriter;
  private readonly isFile: boolean;
  private readonly resources = new Map<string, number>();
  private readonly halves = new Map<string, Halves>();

  constructor(writer: DraftWriter, isFile: boolean) {
    this.writer = writer;
    this.isFile = isFile;
  }

  addAll(reports: readonly ZipkinReport[]): void {
    const spans = new Map<string, ZipkinReport>();
    for (const report of reports) {
      const key = `${report.traceId} ${report.id} ${isServerHalf(report) ? 'server' : 'client'}`, known = spans.get(key);
      spans.set(key, known === undefined ? report : merged(known, report));
    }
    for (const span of spans.values()) this.note(span);
    const scope = this.writer.addScope('', '');
    for (const span of spans.values()) this.writer.add(this.draftOf(span, scope));
  }

  private note(span: ZipkinReport): void {
    const key = `${span.traceId} ${span.id}`, halves = this.halves.get(key) ?? { client: undefined, server: undefined };
    if (isServerHalf(span)) halves.server = span; else halves.client = span;
    this.halves.set(key, halves);
  }

  /** A server's half is a span of its own when its client's half is there, or may come with another request. */
  private isSplit(traceId: string, id: string): boolean {
    const halves = this.halves.get(`${traceId} ${id}`);
    return halves?.server !== undefined && (halves.client !== undefined || (!this.isFile && halves.server.isShared));
  }

  private draftOf(span: ZipkinReport, scope: number): SpanDraft {
    const isHalf = isServerHalf(span) && this.isSplit(span.traceId, span.id);
    const parent = isHalf ? span.id : this.parentOf(span);
    const error = span.attributes.get('error'), code = span.attributes.get('otel.status_code');
    const { start = 0n, duration } = span, end = duration === undefined ? undefined : start + duration;
    const isComplete = span.start !== undefined && duration !== undefined;
    const startHalves = halvesOf(start), endHalves = end === undefined ? undefined : halvesOf(end);
    const isRepaired = span.isRepaired || startHalves === undefined || (end !== undefined && endHalves === undefined);
    return {
      traceId: span.traceId, spanId: isHalf ? span.id + serverSuffix : span.id, parentSpanId: parent,
      isParentBad: !this.isFile && !isHalf && !isNoId(parent) && !isOtlpSpanId(parent.replace(serverSuffix, '')),
      name: span.name, kind: span.kind === '' ? 0 : zipkinKinds.indexOf(span.kind) + 1, scope,
      status: error !== undefined || code === 'ERROR' ? 2 : code === 'OK' ? 1 : 0,
      statusMessage: typeof error === 'string' && error !== 'true' && error !== 'false' ? error : '',
      start: startHalves, end: endHalves, resource: this.resourceOf(span),
      attributes: startHalves === undefined ? new Map([...span.attributes, ['zipkin.timestamp', start / 1000n]]) : span.attributes,
      events: span.events, marks: isRepaired ? repairedMark : 0,
      // The network may deliver the rest of a span later; what comes first must not stand for the whole of it.
      ...(this.isFile || isComplete ? {} : { operation: span.start === undefined ? 'update' : 'start', present: span.start === undefined ? givenIn(span) : presentWhole }),
    };
  }

  /** Children carry the id that both halves have; they belong to the half whose service reported them. */
  private parentOf({ traceId, parentId, service }: ZipkinReport): string {
    if (!this.isSplit(traceId, parentId)) return parentId;
    const { client, server } = this.halves.get(`${traceId} ${parentId}`) ?? {};
    return server?.service === service && client !== undefined && client.service !== service ? parentId + serverSuffix : parentId;
  }

  private resourceOf({ service, local }: ZipkinReport): number {
    const key = JSON.stringify([service, ...local]);
    let index = this.resources.get(key);
    if (index === undefined) {
      const attributes = new Map<string, AttributeValue>(service === '' ? [] : [['service.name', service]]);
      for (const [part, value] of local) attributes.set(`network.local.${part}`, value);
      this.resources.set(key, index = this.writer.addResource(attributes));
    }
    return index;
  }
}

const isServerHalf = ({ isShared, kind }: ZipkinReport): boolean => isShared || kind === 'SERVER';

function givenIn(span: ZipkinReport): number {
  return (span.name === '' ? 0 : present.name) | (span.kind === '' ? 0 : present.kind) | (span.attributes.has('error') ? present.status : 0)
    | (span.parentId === '' ? 0 : present.parent);
}

/** Two reports of one span: what only one of them says is taken from it, tags and annotations of both are kept. */
function merged(first: ZipkinReport, second: ZipkinReport): ZipkinReport {
  const known = new Set(first.events.map(({ name, timeUnixNano }) => `${timeUnixNano} ${name}`));
  return {
    traceId: first.traceId, id: first.id, parentId: first.parentId === '' ? second.parentId : first.parentId,
    name: first.name === '' || first.name === 'unknown' ? second.name : first.name, kind: first.kind === '' ? second.kind : first.kind,
    isShared: first.isShared || second.isShared, start: first.start ?? second.start, duration: first.duration ?? second.duration,
    service: first.service === '' ? second.service : first.service, local: first.local.size === 0 ? second.local : first.local,
    attributes: new Map([...first.attributes, ...second.attributes]),
    events: [...first.events, ...second.events.filter(({ name, timeUnixNano }) => !known.has(`${timeUnixNano} ${name}`))],
    isRepaired: first.isRepaired || second.isRepaired,
  };
}
