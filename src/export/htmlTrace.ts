import { labelOf } from '../model/conventions/registry.ts';
import { joinedPauses, pausedKey, pausesInText } from '../model/recordedPauses.ts';
import type { RecordedPause } from '../model/recordedPauses.ts';
import type { AgentRecord, SpanRecord, TraceSummary } from '../model/records.ts';
import { roles } from '../model/role.ts';
import { markBit, spanKinds, statusCodes } from '../model/span.ts';
import { repeatedCalls } from '../analysis/sameCalls.ts';
import { metaStatus, packMeta, withRepeated } from '../model/traceRows.ts';
import type { RowFigures, TraceRows } from '../model/traceRows.ts';
import type { OfflineTrace } from '../protocol/offlinePage.ts';
import { packRows } from '../protocol/rows.ts';
import type { ExportSpan } from './exporter.ts';
import { sumsOf } from './figureSums.ts';
import { parentsOf } from './spanForest.ts';

const mostServices = 0xffff;
const lost = markBit('lost');
const offAxis = markBit('noStart') | markBit('outOfRange');

/** One row, as long as parents are not known. */
interface Row {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startUnixNano: bigint;
  readonly durationNs: number;
  readonly name: number;
  readonly subject: number;
  readonly service: number;
  readonly meta: number;
  readonly marks: number;
}

/** Collects the structure of one trace for the page: rows in the order in which they come, without what they hold. */
export class HtmlTrace {
  readonly traceId: string;
  readonly #rows: Row[] = [];
  /** Columns of services are narrow, so services stand before all other texts. */
  readonly #services = new TextList();
  readonly #names = new TextList();
  readonly #figures: [number, RowFigures][] = [];
  /** Ids of models' answers by row. */
  readonly #answers = new Map<number, string>();
  #paused: readonly RecordedPause[] = [];
  #lastEnd = 0n;

  constructor(traceId: string) {
    this.traceId = traceId;
  }

  get count(): number { return this.#rows.length; }

  /** Takes the next span, and its record. */
  add(span: ExportSpan, { agent: step, failure }: Pick<SpanRecord, 'agent' | 'failure'>): void {
    const { name, kind, scope, content, startUnixNano, endUnixNano } = span;
    const figures = step === undefined ? undefined : figuresOf(step);
    if (figures !== undefined) this.#figures.push([this.#rows.length, figures]);
    if (step?.role === 'llm' && step.responseId !== undefined) this.#answers.set(this.#rows.length, step.responseId);
    this.#rows.push({
      spanId: span.spanId, parentSpanId: span.parentSpanId, startUnixNano,
      durationNs: endUnixNano === 0n ? NaN : Math.max(0, Number(endUnixNano - startUnixNano)),
      name: this.#names.place(name),
      subject: this.#names.place(labelOf({ name, kind, scopeName: scope.name, attributes: content.attributes, events: content.events, logs: span.logs }, step) ?? ''),
      service: Math.min(mostServices, this.#services.place(span.service)),
      meta: packMeta(roles.indexOf(step?.role ?? 'other'), spanKinds.indexOf(kind), statusCodes.indexOf(span.status), failure !== undefined),
      marks: span.marks,
    });
    const paused = pausesInText(span.content.attributes.get(pausedKey));
    if (paused.length > 0) this.#paused = joinedPauses([...this.#paused, ...paused]);
    if ((span.marks & offAxis) !== 0) return;
    for (const time of [startUnixNano, endUnixNano]) if (time > this.#lastEnd) this.#lastEnd = time;
  }

  /** The rows as the page takes them, and the sums of the trace. Running spans reach to `nowUnixNano`. */
  finish(nowUnixNano: bigint): { readonly head: Omit<OfflineTrace, 'chunks'>; readonly rows: Uint8Array } {
    const parents = parentsOf(this.#rows);
    const placed = this.#rows.filter(({ marks }) => (marks & offAxis) === 0);
    const base = placed.reduce((least, { startUnixNano }) => (startUnixNano < least ? startUnixNano : least), placed[0]?.startUnixNano ?? 0n);
    const texts = ['', ...this.#services.texts, ...this.#names.texts];
    const rows = this.#columns(parents, base);
    return {
      head: {
        summary: this.#summary(rows, texts, placed.length > 0 ? base : 0n, nowUnixNano), baseUnixNano: String(base), count: rows.count, texts, figures: this.#figures,
        ...(this.#paused.length === 0 ? {} : { paused: this.#paused }),
      },
      rows: new Uint8Array(packRows(rows, 0, rows.count)),
    };
  }

  #columns(parents: Int32Array, base: bigint): TraceRows {
    const rows = this.#rows, shift = this.#services.texts.length;
    const shifted = (place: number): number => (place === 0 ? 0 : place + shift);
    const start = Float64Array.from(rows, ({ startUnixNano, marks }) => ((marks & offAxis) === 0 ? Number(startUnixNano - base) : 0));
    const duration = Float64Array.from(rows, ({ durationNs, marks }) => ((marks & offAxis) === 0 || Number.isNaN(durationNs) ? durationNs : 0));
    const repeated = repeatedCalls(this.#answers, { start, duration }, new Map(this.#figures));
    return {
      count: rows.length,
      start, duration,
      parent: parents,
      name: Uint32Array.from(rows, ({ name }) => shifted(name)),
      subject: Uint32Array.from(rows, ({ subject }) => shifted(subject)),
      service: Uint16Array.from(rows, ({ service }) => service),
      meta: Uint16Array.from(rows, ({ meta }, row) => withRepeated(meta, repeated.has(row))),
      marks: Uint16Array.from(rows, ({ marks }) => marks),
    };
  }

  #summary(rows: TraceRows, texts: readonly string[], start: bigint, nowUnixNano: bigint): TraceSummary {
    const sums = sumsOf(rows, new Map(this.#figures));
    const root = Math.max(0, rows.parent.indexOf(-1));
    const isRunning = this.#rows.some(({ durationNs, marks }) => Number.isNaN(durationNs) && (marks & lost) === 0);
    const end = isRunning && nowUnixNano > this.#lastEnd ? nowUnixNano : this.#lastEnd;
    const { costUsd, ...counts } = sums;
    return {
      traceId: this.traceId,
      name: texts[rows.subject[root] || rows.name[root] || 0] ?? '',
      services: [...new Set(rows.service)].map((service) => texts[service] ?? '').filter((service) => service !== ''),
      startUnixNano: String(start),
      // The page has no present: what was running is shown as it stood.
      endUnixNano: String(end), openCount: 0,
      spanCount: rows.count,
      errorCount: this.#rows.filter(({ meta }) => metaStatus(meta) === statusCodes.indexOf('error')).length,
      rootCount: rows.parent.filter((parent) => parent < 0).length,
      orphanCount: this.#rows.filter(({ marks }) => (marks & markBit('orphan')) !== 0).length,
      ...counts,
      ...(costUsd === undefined ? {} : { costUsd }),
    };
  }
}

/** Texts in the order in which they first came, counted from 1; 0 is no text. */
class TextList {
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>([['', 0]]);

  place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) this.#places.set(text, place = this.texts.push(text));
    return place;
  }
}

function figuresOf({ inputTokens = NaN, outputTokens = NaN, cacheReadTokens = NaN, costUsd = NaN }: AgentRecord): RowFigures | undefined {
  return [inputTokens, outputTokens, cacheReadTokens, costUsd].every(Number.isNaN) ? undefined : { inputTokens, outputTokens, cacheReadTokens, costUsd };
}
