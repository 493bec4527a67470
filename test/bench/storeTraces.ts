import { otlpProtobuf } from '../../src/formats/otlpProtobuf.ts';
import type { EncodeSpan } from '../../src/formats/format.ts';
import type { AttributeValue } from '../../src/model/attributes.ts';
import { noAttributes } from '../../src/model/attributes.ts';

const resource = {
  attributes: new Map<string, AttributeValue>([['service.name', 'coder'], ['telemetry.sdk.language', 'python'], ['telemetry.sdk.version', '1.38.0']]),
  schemaUrl: '', droppedAttributesCount: 0,
};
const scope = { name: 'bench.agent', version: '1.0', attributes: noAttributes, schemaUrl: '', droppedAttributesCount: 0 };
const start = 1_790_000_000_000_000_000n;
const deepest = 12;

/** Numbers that are the same in every run. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 0x1_0000_0000;
  };
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
/** The id of the trace with this number. */
export const traceIdOf = (trace: number): string => `${hex(0x5fa0_0000 + trace, 8)}${hex(trace * 7919, 24)}`;

/**
 * Spans of agents' runs as OTLP requests of `perRequest` spans with 12 attributes each, about 500 bytes a span: call
 * trees at most 12 deep, in the order in which the spans ended, as a batch processor sends them. Three of ten spans are
 * model calls or tools. Traces with other numbers, counted from `firstTrace`, have other ids.
 */
export function* requestsOf(spans: number, perTrace: number, perRequest = 512, seed = 1, firstTrace = 0): Generator<Uint8Array> {
  const random = randomOf(seed);
  let request: EncodeSpan[] = [];
  for (let made = 0, trace = firstTrace; made < spans; trace++) {
    const size = Math.min(perTrace, spans - made);
    for (const span of traceSpans(trace, made, size, random)) {
      request.push(span);
      if (request.length < perRequest) continue;
      yield otlpProtobuf.encode?.(request) ?? new Uint8Array(0);
      request = [];
    }
    made += size;
  }
  if (request.length > 0) yield otlpProtobuf.encode?.(request) ?? new Uint8Array(0);
}

/** The spans of one run, children before their parents. */
function traceSpans(trace: number, firstId: number, size: number, random: () => number): EncodeSpan[] {
  const traceId = traceIdOf(trace);
  const open: { readonly id: number; readonly start: number }[] = [];
  const ended: EncodeSpan[] = [];
  let clock = trace * 1_000_000;
  for (let i = 0; i < size; i++) {
    while (open.length > 1 && (open.length >= deepest || random() < 0.45)) end(open.length - 1);
    clock += 1_000 + Math.floor(random() * 50_000);
    open.push({ id: firstId + i + 1, start: clock });
  }
  while (open.length > 0) end(open.length - 1);
  return ended;

  function end(last: number): void {
    const span = open[last] as { readonly id: number; readonly start: number };
    clock += 500;
    ended.push(spanOf(traceId, span.id, open[last - 1]?.id, start + BigInt(span.start), start + BigInt(clock), random));
    open.length = last;
  }
}

function spanOf(traceId: string, id: number, parent: number | undefined, startUnixNano: bigint, endUnixNano: bigint, random: () => number): EncodeSpan {
  const kind = random();
  const attributes = kind < 0.15 ? modelCall(random) : kind < 0.3 ? toolCall(id) : httpCall(random);
  return {
    traceId, spanId: hex(0xabcd_0000, 8) + hex(id, 8), parentSpanId: parent === undefined ? '' : hex(0xabcd_0000, 8) + hex(parent, 8),
    name: kind < 0.15 ? 'chat claude-sonnet-4-5' : kind < 0.3 ? 'execute_tool read_file' : `GET /v1/items/${id % 40}`,
    kind: 'internal', startUnixNano, endUnixNano, status: random() < 0.02 ? 'error' : 'unset', statusMessage: '', service: 'coder', resource, scope,
    content: { attributes, events: [], links: [], traceState: '', flags: 1, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    logs: [],
  };
}

function modelCall(random: () => number): Map<string, AttributeValue> {
  return new Map<string, AttributeValue>([
    ['gen_ai.operation.name', 'chat'], ['gen_ai.provider.name', 'anthropic'], ['gen_ai.request.model', 'claude-sonnet-4-5'], ['gen_ai.response.model', 'claude-sonnet-4-5-20250929'],
    ['gen_ai.response.id', `msg_${Math.floor(random() * 1e9)}`], ['gen_ai.usage.input_tokens', Math.floor(random() * 20_000)], ['gen_ai.usage.output_tokens', Math.floor(random() * 900)],
    ['gen_ai.request.temperature', 0.2], ['gen_ai.request.max_tokens', 4096], ['gen_ai.conversation.id', 'conv-0001'], ['server.address', 'api.anthropic.com'], ['code.function.name', 'agent.call_model'],
  ]);
}

function toolCall(id: number): Map<string, AttributeValue> {
  return new Map<string, AttributeValue>([
    ['gen_ai.operation.name', 'execute_tool'], ['gen_ai.tool.name', 'read_file'], ['gen_ai.tool.type', 'function'], ['gen_ai.tool.call.id', `call_${id}`],
    ['gen_ai.tool.call.arguments', `{"path":"src/module_${id % 90}/handler.py"}`], ['gen_ai.tool.description', 'Reads a file of the workspace'], ['thread.id', id % 8], ['thread.name', `worker-${id % 8}`],
    ['code.file.path', '/work/agent/tools.py'], ['code.line.number', 120 + (id % 50)], ['code.function.name', 'agent.tools.read_file'], ['gen_ai.conversation.id', 'conv-0001'],
  ]);
}

function httpCall(random: () => number): Map<string, AttributeValue> {
  return new Map<string, AttributeValue>([
    ['http.request.method', 'GET'], ['url.full', `http://inventory.local:8080/v1/items/${Math.floor(random() * 40)}?page=1`], ['url.scheme', 'http'], ['server.address', 'inventory.local'],
    ['server.port', 8080], ['http.response.status_code', 200], ['network.protocol.version', '1.1'], ['user_agent.original', 'python-httpx/0.28.1'], ['thread.id', 140_213], ['thread.name', 'MainThread'],
    ['code.file.path', '/work/agent/http_client.py'], ['code.line.number', 57],
  ]);
}
