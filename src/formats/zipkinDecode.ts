import type { AttributeValue } from '../model/attributes.ts';
import { isHex, isNoId, isOtlpSpanId, isOtlpTraceId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { WrongTypeError } from './jsonReader.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { DraftWriter } from './spanDrafts.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { presentWhole, repairedMark } from './spanRows.ts';
import { reportOf, reportsOfVersion1, zipkinKinds } from './zipkinReport.ts';
import type { ZipkinReport } from './zipkinReport.ts';

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

export const serverSuffix = ':server';

/** What is remembered of a half of a span. */
interface Half {
  service: string;
  readonly isShared: boolean;
  /** ns; undefined while nobody said so. */
  start: bigint | undefined;
  isTold: boolean;
}

/** Both halves of a span, each with the service that reported it. */
interface Halves { client: Half | undefined; server: Half | undefined; readonly children: Child[] }

/** A span that names another as its parent, and which half it was told to belong to. */
interface Child { readonly id: string; readonly service: string; readonly parentId: string }

class ZipkinSpans {
  private readonly writer: DraftWriter;
  private readonly isFile: boolean;
  private readonly scope: number;
  private readonly resources = new Map<string, number>();
  private readonly halves = new Map<string, Halves>();
  /** Halves of servers that wait for those of their clients. */
  private held: ZipkinReport[] = [];

  constructor(writer: DraftWriter, isFile: boolean) {
    this.writer = writer;
    this.isFile = isFile;
    this.scope = writer.addScope('', '');
  }

  addAll(reports: readonly ZipkinReport[]): void {
    const spans = new Map<string, ZipkinReport>();
    for (const report of [...this.held.splice(0), ...reports]) {
      const key = `${report.traceId} ${report.id} ${isServerHalf(report) ? 'server' : 'client'}`, known = spans.get(key);
      spans.set(key, known === undefined ? report : merged(known, report));
    }
    for (const span of spans.values()) this.note(span);
    for (const span of spans.values()) if (this.mustWait(span)) this.held.push(span); else this.add(span);
  }

  /** The clients' halves will not come. */
  addHeld(): void { for (const span of this.held.splice(0)) this.add(span); }

  /** In a file a server's half has the id for itself, unless the client's comes, perhaps later. */
  private mustWait(span: ZipkinReport): boolean {
    const halves = this.halvesOf(span.traceId, span.id);
    return this.isFile && span.isShared && halves.client === undefined && halves.server?.isTold !== true;
  }

  private add(span: ZipkinReport): void {
    const halves = this.halvesOf(span.traceId, span.id), half = isServerHalf(span) ? halves.server : halves.client;
    const draft = this.draftOf(span, half);
    this.writer.add(draft);
    if (half === undefined || half.isTold) return;
    half.isTold = true;
    half.start = span.start;
    if (half === halves.server && draft.spanId !== span.id) this.moveChildren(span, halves);
    if (!isNoId(span.parentId)) this.halvesOf(span.traceId, span.parentId).children.push({ id: draft.spanId, service: span.service, parentId: draft.parentSpanId ?? '' });
  }

  /** Children that were told before the server's half belong to it when their service made them. */
  private moveChildren({ traceId, id }: ZipkinReport, halves: Halves): void {
    for (const child of halves.children) {
      if (child.parentId === id + serverSuffix || child.id === id + serverSuffix || !this.isOfServer(child.service, halves)) continue;
      this.writer.add({ traceId, spanId: child.id, parentSpanId: id + serverSuffix, operation: 'update', present: present.parent });
    }
  }

  private halvesOf(traceId: string, id: string): Halves {
    const key = `${traceId} ${id}`;
    let halves = this.halves.get(key);
    if (halves === undefined) this.halves.set(key, halves = { client: undefined, server: undefined, children: [] });
    return halves;
  }

  private note(span: ZipkinReport): void {
    const halves = this.halvesOf(span.traceId, span.id), { service, isShared } = span;
    const half = (isServerHalf(span) ? halves.server : halves.client) ?? { service, isShared, start: undefined, isTold: false };
    half.service ||= service;
    if (isServerHalf(span)) halves.server = half; else halves.client = half;
  }

  /** A server's half is a span of its own when its client's half is there, or may come with another request. */
  private isSplit(traceId: string, id: string): boolean {
    const halves = this.halves.get(`${traceId} ${id}`);
    return halves?.server !== undefined && (halves.client !== undefined || (!this.isFile && halves.server.isShared));
  }

  private draftOf(span: ZipkinReport, half: Half | undefined): SpanDraft {
    const isHalf = isServerHalf(span) && this.isSplit(span.traceId, span.id);
    const parent = isHalf ? span.id : this.parentOf(span);
    const error = span.attributes.get('error'), code = takeStatusCode(span.attributes);
    const { start = half?.start ?? 0n, duration } = span, end = duration === undefined ? undefined : start + duration;
    const isComplete = span.start !== undefined && duration !== undefined;
    const startHalves = halvesOf(start), endHalves = end === undefined ? undefined : halvesOf(end);
    const isRepaired = span.isRepaired || startHalves === undefined || (end !== undefined && endHalves === undefined);
    return {
      traceId: span.traceId, spanId: isHalf ? span.id + serverSuffix : span.id, parentSpanId: parent,
      isParentBad: !this.isFile && !isHalf && !isNoId(parent) && !isOtlpSpanId(parent.replace(serverSuffix, '')),
      name: span.name, kind: span.kind === '' ? 0 : zipkinKinds.indexOf(span.kind) + 1, scope: this.scope,
      status: error !== undefined || code === 'ERROR' ? 2 : code === 'OK' ? 1 : 0,
      statusMessage: typeof error === 'string' && error !== 'true' && error !== 'false' ? error : '',
      start: startHalves, end: endHalves, resource: this.resourceOf(span),
      attributes: startHalves === undefined ? new Map([...span.attributes, ['zipkin.timestamp', start / 1000n]]) : span.attributes,
      events: span.events, marks: isRepaired ? repairedMark : 0,
      ...this.operationOf(span, half, isComplete),
    };
  }

  /** What is told first must not stand for the whole of a span of which the rest comes later: of files that is what they hold. */
  private operationOf(span: ZipkinReport, half: Half | undefined, isComplete: boolean): Pick<SpanDraft, 'operation' | 'present'> {
    if (half?.isTold === true) {
      const times = (span.start === undefined ? 0 : present.start) | (span.duration === undefined ? 0 : present.end);
      return { operation: span.duration === undefined ? 'update' : 'end', present: givenIn(span) | times };
    }
    if (this.isFile || isComplete) return {};
    return { operation: span.start === undefined ? 'update' : 'start', present: span.start === undefined ? givenIn(span) : presentWhole };
  }

  /** Children carry the id that both halves have; they belong to the half whose service reported them. */
  private parentOf({ traceId, parentId, service }: ZipkinReport): string {
    if (!this.isSplit(traceId, parentId)) return parentId;
    const halves = this.halvesOf(traceId, parentId);
    return this.isOfServer(service, halves) ? parentId + serverSuffix : parentId;
  }

  private isOfServer(service: string, { client, server }: Halves): boolean {
    return server?.service === service && client !== undefined && client.service !== service;
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

/** OpenTelemetry's exporter writes the status as a tag. */
function takeStatusCode(attributes: Map<string, AttributeValue>): AttributeValue | undefined {
  const code = attributes.get('otel.status_code');
  if (code === 'OK' || code === 'ERROR') attributes.delete('otel.status_code');
  return code;
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
