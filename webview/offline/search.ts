import type { AgentView } from '../../src/model/agent.ts';
import type { AttributeValue } from '../../src/model/attributes.ts';
import type { AgentRecord, SpanRecord } from '../../src/model/records.ts';
import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import { spanKinds, statusCodes } from '../../src/model/span.ts';
import type { SpanKind, StatusCode } from '../../src/model/span.ts';
import { metaKind, metaRole, metaStatus } from '../../src/model/traceRows.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';
import { unpackRows } from '../../src/protocol/rows.ts';
import { parseQuery } from '../../src/query/parse.ts';
import type { QuerySpan, WantedText } from '../../src/query/query.ts';
import type { OfflineData } from './blocks.ts';

/** After this time a search lets the page draw. */
const turnMs = 30;

export interface Found { readonly rows: Uint32Array<ArrayBuffer>; readonly problem?: string }

/** The chunk that holds a row; -1 when there is none. */
export function chunkOf(chunks: readonly number[], row: number): number {
  return chunks.findLastIndex((first) => first <= row);
}

/** A span is asked for what only its record says, and the record has not been read. */
class RecordNeeded extends Error {}

/** Searches a trace of the page. Records are read, a chunk at a time, only when the query asks for what the rows do not hold. */
export class OfflineSearch {
  readonly #data: OfflineData;
  readonly #trace: number;

  constructor(data: OfflineData, trace: number) {
    this.#data = data;
    this.#trace = trace;
  }

  /** Rows that match, ascending; none and a problem in words when the query cannot be read. */
  async run(text: string): Promise<Found> {
    const { query, problem } = parseQuery(text);
    const trace = this.#data.manifest.traces[this.#trace];
    if (query === undefined) return { rows: new Uint32Array(0), problem: problem.message };
    if (trace === undefined) return { rows: new Uint32Array(0) };
    const rows = unpackRows({ buffer: await this.#data.rows(this.#trace), count: trace.count, firstRow: 0 });
    const span = new OfflineSpan(rows, trace.texts, trace.summary.traceId, Number(BigInt(trace.summary.endUnixNano ?? trace.summary.startUnixNano) - BigInt(trace.baseUnixNano)));
    const found: number[] = [];
    let began = performance.now();
    for (let chunk = 0; chunk < trace.chunks.length; chunk++) {
      const first = trace.chunks[chunk] as number, end = trace.chunks[chunk + 1] ?? trace.count;
      span.records = undefined;
      for (let row = first; row < end; row++) {
        try {
          if (query.matchesSpan(span.at(row, row - first))) found.push(row);
        } catch (error) {
          if (!(error instanceof RecordNeeded)) throw error;
          span.records = await this.#data.records(this.#trace, chunk);
          row--;
        }
      }
      if (performance.now() - began < turnMs) continue;
      await new Promise((resolve) => { setTimeout(resolve, 0); });
      began = performance.now();
    }
    return { rows: Uint32Array.from(found) };
  }
}

/** A row as queries see it; one object serves all rows. */
class OfflineSpan implements QuerySpan {
  records: readonly SpanRecord[] | undefined;
  readonly traceId: string;
  readonly #rows: TraceRows;
  readonly #texts: readonly string[];
  readonly #now: number;
  #row = 0;
  #place = 0;

  constructor(rows: TraceRows, texts: readonly string[], traceId: string, now: number) {
    this.#rows = rows;
    this.#texts = texts;
    this.traceId = traceId;
    this.#now = now;
  }

  at(row: number, place: number): this {
    this.#row = row;
    this.#place = place;
    return this;
  }

  get spanId(): string { return this.#record.spanId; }
  get name(): string { return this.#text(this.#rows.name); }
  get subject(): string { return this.#text(this.#rows.subject); }
  get service(): string { return this.#text(this.#rows.service); }
  get role(): Role { return roles[metaRole(this.#meta)] ?? 'other'; }
  get kind(): SpanKind { return spanKinds[metaKind(this.#meta)] ?? 'unspecified'; }
  get status(): StatusCode { return statusCodes[metaStatus(this.#meta)] ?? 'unset'; }
  get statusMessage(): string { return this.#record.status.message ?? ''; }
  get marks(): number { return this.#rows.marks[this.#row] as number; }

  get durationNs(): number {
    const duration = this.#rows.duration[this.#row] as number;
    return Number.isNaN(duration) ? Math.max(0, this.#now - (this.#rows.start[this.#row] as number)) : duration;
  }

  attribute(key: string): AttributeValue | undefined {
    const { attributes, resource } = this.#record;
    const from = Object.hasOwn(attributes, key) ? attributes : resource;
    return Object.hasOwn(from, key) ? valueOf(from[key]) : undefined;
  }

  step(): AgentView | undefined {
    const { agent } = this.#record;
    return agent === undefined ? undefined : viewOf(agent);
  }

  hasId(spanId: string): boolean { return this.#record.spanId === spanId; }

  someText({ test }: WantedText): boolean {
    const { attributes, events, logs } = this.#record;
    return someTextIn(attributes, test)
      || events.some((event) => test(event.name) || someTextIn(event.attributes, test))
      || logs.some((log) => someTextIn(log.body, test) || someTextIn(log.attributes, test));
  }

  get #meta(): number { return this.#rows.meta[this.#row] as number; }

  get #record(): SpanRecord {
    const record = this.records?.[this.#place];
    if (record === undefined) throw new RecordNeeded();
    return record;
  }

  #text(column: { readonly [row: number]: number }): string { return this.#texts[column[this.#row] ?? 0] ?? ''; }
}

/** What queries ask of a step has the same form in a record. */
const viewOf = ({ sources, inputMessages: _input, outputMessages: _output, documents: _documents, ...step }: AgentRecord): AgentView =>
  ({ ...step, sources: new Map(Object.entries(sources)) }) as unknown as AgentView;

/** A value of a record as an attribute has it. */
function valueOf(value: unknown): AttributeValue {
  if (Array.isArray(value)) return value.map(valueOf);
  if (typeof value === 'object' && value !== null) return new Map(Object.entries(value).map(([key, member]) => [key, valueOf(member)]));
  return value as AttributeValue;
}

/** Whether one of the texts in a value passes, numbers as text. */
function someTextIn(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (typeof value === 'number') return test(String(value));
  return typeof value === 'object' && value !== null && Object.values(value).some((member) => someTextIn(member, test));
}
