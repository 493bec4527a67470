import { otlpProtobuf } from '../../src/formats/otlpProtobuf.ts';
import type { EncodeSpan } from '../../src/formats/format.ts';
import type { AttributeValue, Attributes } from '../../src/model/attributes.ts';
import type { Resource, Scope } from '../../src/model/span.ts';

const models = ['gpt-4o-mini', 'claude-sonnet-4', 'gemini-2.5-flash'];
const operations = ['chat', 'execute_tool', 'invoke_agent', 'chat'];
const spansOfTrace = 16;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

const resource: Resource = {
  attributes: new Map([['service.name', 'planner'], ['service.version', '1.2.3'], ['telemetry.sdk.language', 'python']]), schemaUrl: '', droppedAttributesCount: 0,
};
const scope: Scope = { name: 'opentelemetry.instrumentation.openai', version: '0.40.1', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };

/** The twelve attributes of a model call as OpenTelemetry's GenAI conventions name them: some repeat from span to span, some never do. */
function attributesOf(span: number, random: () => number): Attributes {
  const model = models[span % models.length] as string, answer = Array.from({ length: 29 }, () => Math.floor(random() * 36).toString(36)).join('');
  return new Map<string, AttributeValue>([
    ['gen_ai.operation.name', operations[span % operations.length] as string], ['gen_ai.system', 'openai'], ['gen_ai.request.model', model],
    ['gen_ai.response.model', `${model}-2024-07-18`], ['gen_ai.response.id', `chatcmpl-${answer}`],
    ['gen_ai.usage.input_tokens', Math.floor(random() * 20_000)], ['gen_ai.usage.output_tokens', Math.floor(random() * 2000)], ['gen_ai.request.temperature', 0.7],
    ['gen_ai.conversation.id', `5f0c7a3e-1b7d-4c7f-9a51-${hex(Math.floor(span / spansOfTrace) * 7919, 12)}`], ['server.address', 'api.openai.com'], ['server.port', 443],
    ['gen_ai.request.stream', span % 2 === 0],
  ]);
}

/** Spans of agents, 16 a trace, the same for the same count. */
export function agentSpans(count: number): EncodeSpan[] {
  let seed = 1;
  const random = (): number => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 0x1_0000_0000;
  return Array.from({ length: count }, (_, i) => ({
    traceId: hex(0x12_3456_7890 + Math.floor(i / spansOfTrace) * 104_729, 32), spanId: hex(0x100_0000_0000 + i * 7_919_771, 16),
    parentSpanId: i % spansOfTrace === 0 ? '' : hex(0x100_0000_0000 + (i - 1) * 7_919_771, 16),
    name: [`chat ${models[i % models.length]}`, 'execute_tool search', 'agent_run', `iteration_${i % 9}`][i % 4] as string,
    kind: i % 4 === 0 ? 'client' : 'internal', startUnixNano: 1_790_000_000_000_000_000n + BigInt(i * 1_234_567), endUnixNano: 1_790_000_000_000_000_000n + BigInt(i * 2_345_678 + 5),
    status: i % 50 === 0 ? 'error' : 'unset', statusMessage: i % 50 === 0 ? 'rate limited' : '', service: 'planner', resource, scope,
    content: { attributes: attributesOf(i, random), events: [], links: [], traceState: '', flags: 257, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    logs: [],
  }));
}

/** The bytes of one ExportTraceServiceRequest. */
export const requestOf = (spans: readonly EncodeSpan[]): Uint8Array => otlpProtobuf.encode?.(spans) ?? new Uint8Array();
