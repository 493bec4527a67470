import type { AgentRecord, EventRecord, LinkRecord, LogEntry, SpanRecord, TraceSummary } from '../../../../src/model/records.ts';
import { roles } from '../../../../src/model/role.ts';
import type { Role } from '../../../../src/model/role.ts';
import { markBit } from '../../../../src/model/span.ts';
import type { Mark } from '../../../../src/model/span.ts';
import { packMeta } from '../../../../src/model/traceRows.ts';
import type { RowFigures, TraceRows } from '../../../../src/model/traceRows.ts';
import type { ReceiverStatus, SourceLink, SpanDetails, StackFrameLink } from '../../../../src/protocol/panel.ts';
import { packChangedRows, packRows } from '../../../../src/protocol/rows.ts';
import type { RowsMessage } from '../../../../src/protocol/rows.ts';

/** A span as scenarios write it; times in seconds after the start of the run. */
export interface ScenarioSpan {
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  /** What it is about, when that is not its name. */
  readonly subject?: string;
  readonly role: Role;
  readonly start: number;
  /** Absent: still open. */
  readonly end?: number;
  readonly error?: string;
  readonly marks?: readonly Mark[];
  readonly tokens?: readonly [input: number, output: number, cached?: number];
  readonly cost?: number;
  readonly agent?: Partial<AgentRecord>;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly resource?: Readonly<Record<string, unknown>>;
  readonly events?: readonly EventRecord[];
  readonly logs?: readonly LogEntry[];
  readonly links?: readonly LinkRecord[];
  readonly sources?: readonly SourceLink[];
  readonly noSource?: string;
  readonly isMappable?: boolean;
  readonly frames?: readonly StackFrameLink[];
  readonly shortened?: Readonly<Record<string, number>>;
}

/** What a panel is shown. */
export interface Scenario {
  readonly status: ReceiverStatus;
  readonly spans: readonly ScenarioSpan[];
  /** Seconds after the start of the run. */
  readonly now: number;
  /** When the program stood in a debugger, in seconds; without an end it still does. */
  readonly paused?: readonly (readonly [from: number, to?: number])[];
  /** Ids of spans at which it stands. */
  readonly standsAt?: readonly string[];
}

export const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
/** 20 November 2025, 13:02:01 UTC. */
export const baseUnixNano = 1_763_643_721_000_000_000n;
const nano = (seconds: number): number => Math.round(seconds * 1e9);
export const at = (seconds: number): string => (baseUnixNano + BigInt(nano(seconds))).toString();

/** The rows of a scenario from one on, or single rows as they are now, in one message. */
export function rowsMessage({ spans }: Scenario, epoch: number, revision: number, from = 0, changed?: readonly number[]): RowsMessage {
  const texts = ['', 'rounding-agent'], known = new Map<string, number>();
  const intern = (text: string): number => {
    let index = known.get(text);
    if (index === undefined) {
      index = texts.push(text) - 1;
      known.set(text, index);
    }
    return index;
  };
  const rowOf = new Map(spans.map(({ id }, row) => [id, row]));
  const n = spans.length;
  const rows: { -readonly [K in keyof TraceRows]: TraceRows[K] } = {
    count: n, start: new Float64Array(n), duration: new Float64Array(n), parent: new Int32Array(n), name: new Uint32Array(n),
    subject: new Uint32Array(n), service: new Uint16Array(n).fill(1), meta: new Uint16Array(n), marks: new Uint16Array(n),
  };
  const figures: [number, RowFigures][] = [];
  let firstText = 0;
  spans.forEach((span, row) => {
    if (row === from && from > 0) firstText = texts.length;
    rows.start[row] = nano(span.start);
    rows.duration[row] = span.end === undefined ? Number.NaN : nano(span.end) - nano(span.start);
    rows.parent[row] = span.parent === undefined ? -1 : rowOf.get(span.parent) ?? -1;
    rows.name[row] = intern(span.name);
    rows.subject[row] = span.subject === undefined ? 0 : intern(span.subject);
    rows.meta[row] = packMeta(roles.indexOf(span.role), 1, span.error === undefined ? 0 : 2);
    rows.marks[row] = [...span.marks ?? [], ...(span.end === undefined ? ['open' as const] : [])].reduce((bits, mark) => bits | markBit(mark), 0);
    if (span.tokens !== undefined) {
      const [inputTokens, outputTokens, cacheReadTokens = Number.NaN] = span.tokens;
      figures.push([row, { inputTokens, outputTokens, cacheReadTokens, costUsd: span.cost ?? Number.NaN }]);
    }
  });
  const awaited = spans.flatMap(({ id, marks = [] }, row): [number, string][] => (marks.includes('placeholder') ? [[row, id.slice(0, 8)]] : []));
  const common = { traceId, epoch, revision, baseUnixNano: baseUnixNano.toString(), figures, awaited };
  if (changed !== undefined) return { ...common, count: changed.length, firstRow: -1, buffer: packChangedRows(rows, changed), firstText: texts.length, texts: [] };
  return { ...common, count: n - from, firstRow: from, buffer: packRows(rows, from, n), firstText, texts: texts.slice(firstText) };
}

export function summaryOf({ spans }: Scenario): TraceSummary {
  const sum = (valueOf: (span: ScenarioSpan) => number): number => spans.reduce((total, span) => total + valueOf(span), 0);
  const openCount = sum(({ end, marks = [] }) => (end === undefined && !marks.includes('lost') ? 1 : 0));
  const cost = sum((span) => span.cost ?? 0);
  return {
    traceId, name: spans[0]?.name ?? '', services: ['rounding-agent'], startUnixNano: at(0),
    ...(openCount > 0 ? {} : { endUnixNano: at(spans.reduce((latest, { start, end = start }) => Math.max(latest, end), 0)) }),
    spanCount: spans.length, errorCount: sum(({ error }) => (error === undefined ? 0 : 1)), openCount,
    rootCount: sum(({ parent }) => (parent === undefined ? 1 : 0)), orphanCount: 0,
    llmCalls: sum(({ role }) => (role === 'llm' ? 1 : 0)), toolCalls: sum(({ role }) => (role === 'tool' ? 1 : 0)),
    inputTokens: sum(({ role, tokens }) => (role === 'llm' ? tokens?.[0] ?? 0 : 0)), outputTokens: sum(({ role, tokens }) => (role === 'llm' ? tokens?.[1] ?? 0 : 0)),
    ...(cost > 0 ? { costUsd: cost } : {}),
  };
}

export function detailsOf(scenario: Scenario, epoch: number, row: number): SpanDetails | undefined {
  const span = scenario.spans[row];
  if (span === undefined) return undefined;
  return {
    ref: { epoch, row }, record: recordOf(span), shortened: span.shortened ?? {}, sources: span.sources ?? [], frames: span.frames ?? [],
    ...(span.noSource === undefined ? {} : { noSource: span.noSource }),
    ...(span.isMappable === undefined ? {} : { isMappable: span.isMappable }),
  };
}

function recordOf(span: ScenarioSpan): SpanRecord {
  const { tokens, cost } = span;
  const sources = {
    role: 'gen_ai.operation.name', model: 'gen_ai.response.model', provider: 'gen_ai.provider.name', inputTokens: 'gen_ai.usage.input_tokens',
    outputTokens: 'gen_ai.usage.output_tokens', cacheReadTokens: 'gen_ai.usage.cache_read.input_tokens', costUsd: 'gen_ai.usage.cost',
    timeToFirstTokenNs: 'gen_ai.response.time_to_first_chunk', finishReason: 'gen_ai.response.finish_reasons', toolName: 'gen_ai.tool.name',
    toolCallId: 'gen_ai.tool.call.id', toolArguments: 'gen_ai.tool.call.arguments', toolResult: 'gen_ai.tool.call.result',
    inputMessages: 'gen_ai.input.messages', outputMessages: 'gen_ai.output.messages', agentName: 'gen_ai.agent.name', conversationId: 'gen_ai.conversation.id',
    input: 'input.value', output: 'output.value', documents: 'retrieval.documents', options: 'decision.options', chosen: 'decision.chosen',
  };
  const agent: AgentRecord | undefined = span.role === 'other' ? undefined : {
    role: span.role, sources,
    ...(tokens === undefined ? {} : { inputTokens: tokens[0], outputTokens: tokens[1] }),
    ...(tokens?.[2] === undefined ? {} : { cacheReadTokens: tokens[2] }),
    ...(cost === undefined ? {} : { costUsd: cost }),
    ...span.agent,
  };
  return {
    traceId, spanId: span.id, ...(span.parent === undefined ? {} : { parentSpanId: span.parent }), name: span.name, kind: 'internal',
    startUnixNano: at(span.start), ...(span.end === undefined ? {} : { endUnixNano: at(span.end) }),
    status: span.error === undefined ? { code: 'unset' } : { code: 'error', message: span.error },
    service: 'rounding-agent', scope: { name: 'rounding.agent', version: '1.4.0' },
    attributes: span.attributes ?? {}, resource: span.resource ?? { 'service.name': 'rounding-agent', 'process.pid': 8123, 'telemetry.sdk.language': 'python' },
    events: span.events ?? [], links: span.links ?? [], logs: span.logs ?? [],
    marks: span.end === undefined ? ['open', ...span.marks ?? []] : [...span.marks ?? []],
    ...(agent === undefined ? {} : { agent }),
  };
}
