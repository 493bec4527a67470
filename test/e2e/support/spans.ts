import { createHash, randomBytes } from 'node:crypto';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span as a test writes it; times are milliseconds after the start of its run. */
export interface TestSpan {
  /** A word of the test's own; the id that is sent is made from it. */
  readonly id: string;
  readonly parent?: string;
  readonly name: string;
  readonly at?: number;
  readonly ms?: number;
  /** OTLP's number; internal unless it is said. */
  readonly kind?: number;
  /** Message of the status error. */
  readonly error?: string;
  readonly attributes?: Attributes;
  readonly events?: readonly { readonly name: string; readonly at: number; readonly attributes?: Attributes }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

export const newTraceId = (): string => randomBytes(16).toString('hex');

/** The id that a span of a test is sent with. */
export const spanIdOf = (id: string): string => createHash('sha256').update(id).digest('hex').slice(0, 16);

const usualMs = 10;
const nanos = (unixMilli: number): string => String(BigInt(Math.round(unixMilli * 1000)) * 1000n);

const valueOf = (value: Attributes[string]): object => {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
};
const attributesOf = (attributes: Attributes = {}): object[] => Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));

function otlpSpan(traceId: string, startUnixMilli: number, { id, parent, name, at = 0, ms = usualMs, kind = 1, error, attributes, events = [], links = [] }: TestSpan): object {
  const start = startUnixMilli + at;
  return {
    traceId, spanId: spanIdOf(id), name, kind, startTimeUnixNano: nanos(start), endTimeUnixNano: nanos(start + ms), attributes: attributesOf(attributes), links,
    ...(parent === undefined ? {} : { parentSpanId: spanIdOf(parent) }),
    ...(error === undefined ? {} : { status: { code: 2, message: error } }),
    events: events.map((event) => ({ name: event.name, timeUnixNano: nanos(startUnixMilli + event.at), attributes: attributesOf(event.attributes) })),
  };
}

export interface SendOptions {
  readonly traceId?: string;
  readonly service?: string;
  /** When the run began; a little before now unless it is said. */
  readonly startUnixMilli?: number;
}

/** An OTLP/JSON request with the spans of one run. */
export function otlpRequest(spans: readonly TestSpan[], { traceId = newTraceId(), service = 'agent', startUnixMilli = Date.now() - 60_000 }: SendOptions = {}): string {
  const scopeSpans = [{ scope: { name: 'tests' }, spans: spans.map((span) => otlpSpan(traceId, startUnixMilli, span)) }];
  return JSON.stringify({ resourceSpans: [{ resource: { attributes: attributesOf({ 'service.name': service }) }, scopeSpans }] });
}

/** Sends a run over OTLP/HTTP JSON, as an SDK does, and gives its trace id once the receiver said that it has it. */
export async function sendRun(http: string, spans: readonly TestSpan[], options: SendOptions = {}): Promise<string> {
  const traceId = options.traceId ?? newTraceId();
  const answer = await fetch(`${http}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: otlpRequest(spans, { ...options, traceId }) });
  const said = await answer.text();
  if (answer.status !== 200 || said !== '{}') throw new Error(`The receiver answered ${answer.status}: ${said.slice(0, 500)}`);
  return traceId;
}

const perRequest = 10_000, branching = 8;

/** Sends a run of this many spans in a tree, a little nested and a little failed. */
export async function sendLargeRun(http: string, count: number): Promise<string> {
  const traceId = newTraceId(), startUnixMilli = Date.now() - 600_000;
  for (let from = 0; from < count; from += perRequest) {
    const spans = Array.from({ length: Math.min(perRequest, count - from) }, (_, i) => largeRunSpan(from + i, count));
    await sendRun(http, spans, { traceId, startUnixMilli, service: 'large' });
  }
  return traceId;
}

function largeRunSpan(i: number, count: number): TestSpan {
  if (i === 0) return { id: `${count}:0`, name: `large run of ${count}`, ms: count + 10, attributes: { 'gen_ai.operation.name': 'invoke_agent' } };
  const parent = `${count}:${Math.floor((i - 1) / branching)}`;
  return { id: `${count}:${i}`, parent, name: `step ${i % 97}`, at: i, ms: 1 + (i % 13), ...(i % 1000 === 999 ? { error: 'no answer' } : {}) };
}
