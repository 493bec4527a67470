import type { AgentView } from '../model/agent.ts';
import type { AttributeValue } from '../model/attributes.ts';
import { isTellingName, stepOf } from '../model/conventions/registry.ts';
import { roles } from '../model/role.ts';
import type { Role } from '../model/role.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import type { SpanKind, StatusCode } from '../model/span.ts';
import { metaKind, metaRole, metaStatus } from '../model/traceRows.ts';
import type { QuerySpan, WantedText } from '../query/query.ts';
import { AttributeLookup } from './store/attributeLookup.ts';
import { noContent } from './store/contentArena.ts';
import { ChunkTexts, ContentSearch } from './store/contentSearch.ts';
import { packedKeyScanOf } from './store/packedKeys.ts';
import { hasTellingKey } from './store/rowInput.ts';
import { decodeStepContent } from './store/stepContent.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import { someTextIn } from './store/valueTexts.ts';

const mayTell = { inContent: hasTellingKey, inPacked: packedKeyScanOf(hasTellingKey) };

/** A row as queries see it. One object serves all rows of a trace: `at` points it at the next; content is decoded only when asked for. */
export class RowSpan implements QuerySpan {
  private readonly trace: TraceColumns;
  /** Nanoseconds after the trace's base. */
  private readonly now: number;
  private row = 0;
  private view: AgentView | undefined | null = null;
  private askedId = '';
  private askedRow = -1;
  private readonly lookups = new Map<string, AttributeLookup>();
  private readonly searches = new Map<WantedText, ContentSearch>();
  private chunks: ChunkTexts | undefined;

  constructor(trace: TraceColumns, nowUnixNano: bigint) {
    this.trace = trace;
    this.now = Number(nowUnixNano - trace.times.base);
  }

  at(row: number): this {
    this.row = row;
    this.view = null;
    return this;
  }

  get traceId(): string { return this.trace.traceId; }
  get spanId(): string { return this.trace.spanIdOf(this.row); }
  get name(): string { return this.text(this.trace.name[this.row]); }
  get subject(): string { return this.text(this.trace.subject[this.row]); }
  get service(): string { return this.text(this.trace.service[this.row]); }
  get role(): Role { return roles[metaRole(this.meta)] ?? 'other'; }
  get kind(): SpanKind { return spanKinds[metaKind(this.meta)] ?? 'unspecified'; }
  get status(): StatusCode { return statusCodes[metaStatus(this.meta)] ?? 'unset'; }
  get statusMessage(): string { return this.trace.contents.statusMessageOf(this.row); }
  get marks(): number { return this.trace.marks[this.row] as number; }

  get durationNs(): number {
    const duration = this.trace.duration[this.row] as number;
    return Number.isNaN(duration) ? Math.max(0, this.now - (this.trace.start[this.row] as number)) : duration;
  }

  attribute(key: string): AttributeValue | undefined {
    let lookup = this.lookups.get(key);
    if (lookup === undefined) this.lookups.set(key, lookup = new AttributeLookup(key));
    return this.trace.contents.attributeOf(this.trace, this.row, lookup) ?? this.trace.contents.originOf(this.trace, this.row).resource.attributes.get(key);
  }

  step(): AgentView | undefined {
    if (this.view !== null) return this.view;
    this.view = undefined;
    const { trace, row } = this, { contents } = trace;
    if (!isTellingName(this.name) && !contents.someKey(trace, row, mayTell)) return undefined;
    const { scope } = contents.originOf(trace, row);
    this.view = stepOf({ name: this.name, kind: this.kind, scopeName: scope.name, ...decodeStepContent(contents.bytesOf(trace, row)), logs: [] });
    return this.view;
  }

  hasId(spanId: string): boolean {
    if (spanId !== this.askedId) {
      this.askedId = spanId;
      this.askedRow = this.trace.rowOf(spanId);
    }
    return this.askedRow === this.row;
  }

  someText(wanted: WantedText): boolean {
    const found = this.trace.logs.has(this.row) ? undefined : this.isInContent(wanted);
    if (found !== undefined) return found;
    const { trace, row } = this, { test } = wanted, { attributes, events } = trace.contents.contentOf(trace, row);
    return someTextIn(attributes, test) || events.some((event) => test(event.name) || someTextIn(event.attributes, test))
      || trace.logs.ofRow(row).some((log) => someTextIn(log.body, test) || someTextIn(log.attributes, test));
  }

  /** Undefined where only decoding tells. */
  private isInContent(wanted: WantedText): boolean | undefined {
    const { contents } = this.trace, offset = contents.offsetOf(this.trace, this.row);
    if (offset === undefined || offset === noContent) return offset === undefined ? undefined : false;
    let search = this.searches.get(wanted);
    if (search === undefined) this.searches.set(wanted, search = new ContentSearch(contents.arena, this.chunks ??= new ChunkTexts(contents.arena), wanted));
    return search.holds(offset);
  }

  private get meta(): number { return this.trace.meta[this.row] as number; }
  private text(index: number | undefined): string { return this.trace.texts.texts[index ?? 0] ?? ''; }
}
