import type { AttributeValue } from '../model/attributes.ts';
import { isNoId, isOtlpSpanId } from '../model/ids.ts';
import { present } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DraftWriter, SpanDraft } from './spanDrafts.ts';
import { presentWhole, repairedMark } from './spanRows.ts';
import { zipkinKinds } from './zipkinReport.ts';
import type { ZipkinReport } from './zipkinReport.ts';

const serverSuffix = ':server';

/** What is remembered of a half of a span. */
interface Half {
  readonly halves: Halves;
  service: string;
  readonly isShared: boolean;
  /** ns; undefined while nobody said so. */
  start: bigint | undefined;
  isTold: boolean;
  /** What the half around it knows of it. */
  child: Child | undefined;
}

/** Both halves of a span, each with the service that reported it. */
interface Halves { readonly traceId: string; readonly id: string; client: Half | undefined; server: Half | undefined; readonly children: Child[] }

/** A span that names another as its parent, and which half it was told to belong to. */
interface Child { readonly id: string; service: string; parentId: string }

/**
 * Puts the reports of spans together, over all pieces of an input. The server's half of a span that has its client's id becomes a
 * child of the client's half; children that name both belong to the one whose service made them.
 */
export class ZipkinSpans {
  private readonly writer: DraftWriter;
  private readonly isFile: boolean;
  private readonly scope: number;
  private readonly resources = new Map<string, number>();
  /** By trace and by the id that both halves have. */
  private readonly traces = new Map<string, Map<string, Halves>>();
  /** Halves of servers that wait for those of their clients. */
  private held: ZipkinReport[] = [];

  constructor(writer: DraftWriter, isFile: boolean) {
    this.writer = writer;
    this.isFile = isFile;
    this.scope = writer.addScope('', '');
  }

  addAll(reports: readonly ZipkinReport[]): void {
    const spans = new Map<Half, ZipkinReport>();
    for (const report of [...this.held.splice(0), ...reports]) {
      const half = this.halfOf(report), known = spans.get(half);
      spans.set(half, known === undefined ? report : merged(known, report));
    }
    for (const [half, { kind, service }] of spans) if (half.service === '' || (kind !== '' && service !== '')) half.service = service;
    for (const [half, span] of spans) if (this.mustWait(half, span)) this.held.push(span); else this.add(half, span);
    for (const { halves } of spans.keys()) this.moveChildren(halves);
  }

  /** The clients' halves will not come. */
  addHeld(): void { for (const span of this.held.splice(0)) this.add(this.halfOf(span), span); }

  /** In a file a server's half has the id for itself, unless the client's comes, perhaps later. */
  private mustWait(half: Half, span: ZipkinReport): boolean {
    return this.isFile && span.isShared && half.halves.client === undefined && !half.isTold;
  }

  private add(half: Half, span: ZipkinReport): void {
    const draft = this.draftOf(span, half);
    this.writer.add(draft);
    if (!half.isTold) half.start = span.start;
    half.isTold = true;
    if (draft.spanId === span.id && !isNoId(span.parentId)) this.noteChild(span, half, draft.parentSpanId ?? '');
  }

  private noteChild(span: ZipkinReport, half: Half, parentId: string): void {
    if (half.child === undefined) this.halvesOf(span.traceId, span.parentId).children.push(half.child = { id: span.id, service: half.service, parentId });
    half.child.service = half.service;
    half.child.parentId = parentId;
  }

  /** Children that were told before the halves of their parent were known belong to the one whose service made them. */
  private moveChildren(halves: Halves): void {
    const { traceId, id, children } = halves;
    for (const child of children) {
      const parentId = this.isOfServer(child.service, halves) ? id + serverSuffix : id;
      if (child.parentId === parentId) continue;
      child.parentId = parentId;
      this.writer.add({ traceId, spanId: child.id, parentSpanId: parentId, operation: 'update', present: present.parent });
    }
  }

  private halvesOf(traceId: string, id: string): Halves {
    let trace = this.traces.get(traceId);
    if (trace === undefined) this.traces.set(traceId, trace = new Map());
    let halves = trace.get(id);
    if (halves === undefined) trace.set(id, halves = { traceId, id, client: undefined, server: undefined, children: [] });
    return halves;
  }

  private halfOf(span: ZipkinReport): Half {
    const halves = this.halvesOf(span.traceId, span.id), { service, isShared } = span;
    const newHalf = (): Half => ({ halves, service, isShared, start: undefined, isTold: false, child: undefined });
    return isServerHalf(span) ? halves.server ??= newHalf() : halves.client ??= newHalf();
  }

  /** A server's half is a span of its own when its client's half is there, or may come with another request. */
  private isSplit({ client, server }: Halves): boolean {
    return server !== undefined && (client !== undefined || (!this.isFile && server.isShared));
  }

  private draftOf(span: ZipkinReport, half: Half): SpanDraft {
    const isHalf = isServerHalf(span) && this.isSplit(half.halves);
    const parent = isHalf ? span.id : this.parentOf(span, half.service);
    const error = span.attributes.get('error'), code = takeStatusCode(span.attributes);
    const { start = half.start ?? 0n, duration } = span, end = duration === undefined ? undefined : start + duration;
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
  private operationOf(span: ZipkinReport, half: Half, isComplete: boolean): Pick<SpanDraft, 'operation' | 'present'> {
    if (half.isTold) {
      const times = (span.start === undefined ? 0 : present.start) | (span.duration === undefined ? 0 : present.end);
      return { operation: span.duration === undefined ? 'update' : 'end', present: givenIn(span) | times };
    }
    if (this.isFile || isComplete) return {};
    return { operation: span.start === undefined ? 'update' : 'start', present: span.start === undefined ? givenIn(span) : presentWhole };
  }

  /** Children carry the id that both halves have; they belong to the half whose service reported them. */
  private parentOf({ traceId, parentId }: ZipkinReport, service: string): string {
    const halves = isNoId(parentId) ? undefined : this.traces.get(traceId)?.get(parentId);
    return halves !== undefined && this.isSplit(halves) && this.isOfServer(service, halves) ? parentId + serverSuffix : parentId;
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

/** Who reported a span: a report that says which side it is knows better. */
function originOf(first: ZipkinReport, second: ZipkinReport): Pick<ZipkinReport, 'service' | 'local'> {
  const [surer, other] = first.kind === '' && second.kind !== '' ? [second, first] : [first, second];
  return { service: surer.service || other.service, local: surer.local.size === 0 ? other.local : surer.local };
}

/** Two reports of one span: what only one of them says is taken from it, tags and annotations of both are kept. */
function merged(first: ZipkinReport, second: ZipkinReport): ZipkinReport {
  const known = new Set(first.events.map(({ name, timeUnixNano }) => `${timeUnixNano} ${name}`));
  return {
    traceId: first.traceId, id: first.id, parentId: first.parentId === '' ? second.parentId : first.parentId,
    name: first.name === '' || first.name === 'unknown' ? second.name : first.name, kind: first.kind === '' ? second.kind : first.kind,
    isShared: first.isShared || second.isShared, start: first.start ?? second.start, duration: first.duration ?? second.duration,
    ...originOf(first, second),
    attributes: new Map([...first.attributes, ...second.attributes]),
    events: [...first.events, ...second.events.filter(({ name, timeUnixNano }) => !known.has(`${timeUnixNano} ${name}`))],
    isRepaired: first.isRepaired || second.isRepaired,
  };
}
