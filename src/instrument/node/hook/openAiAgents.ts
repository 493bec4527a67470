import { fieldOf } from './fields.ts';
import { LibrarySpan, outerSpan } from './librarySpans.ts';
import { placeOfCaller } from './place.ts';
import { silently } from './silently.ts';
import { usageAttributes } from './tokenUsage.ts';
import { hasTracerOf } from './tracerNames.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { SourceLocation } from '../location.ts';
import type { OtelSpanContext } from './otelTypes.ts';
import type { Method } from './wrapMethod.ts';

const operations = new Map([
  ['agent', 'invoke_agent'], ['generation', 'chat'], ['response', 'chat'], ['function', 'execute_tool'], ['handoff', 'handoff'],
  ['task', 'invoke_workflow'], ['turn', 'agent_step'],
]);
const mostOpen = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/** A trace of the SDK's: nothing that is told itself, but what its spans hang on. */
interface Run { readonly group: unknown; readonly outer: OtelSpanContext | undefined; readonly place: SourceLocation | undefined }

/** `Span` of the SDK's tracing. */
interface AgentsSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly spanData: Fields & { readonly type: string };
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly error: { readonly message?: string; readonly data?: unknown } | null;
}

/**
 * Runs of the OpenAI Agents SDK, seen where it tells its tracing processors of them: programs replace the processors that
 * are there, so that none is added. `dispatcher` is the prototype of `MultiTracingProcessor`.
 */
export function watchOpenAiAgents(dispatcher: object): void {
  const runs = new Map<string, Run>(), open = new Map<string, LibrarySpan>();
  const see = (name: string, look: (source: never, entry: Method) => void): void => {
    wrapMethod(dispatcher, name, (method) => function seenByUs(this: unknown, ...args: unknown[]) {
      silently(() => { look(args[0] as never, seenByUs); });
      return Reflect.apply(method, this, args);
    });
  };
  see('onTraceStart', (trace: { readonly traceId: string; readonly groupId?: unknown }, entry) => {
    if (!isTracedAlready() && runs.size < mostOpen) runs.set(trace.traceId, { group: trace.groupId, outer: outerSpan(), place: placeOfCaller(entry) });
  });
  see('onTraceEnd', (trace: { readonly traceId: string }) => { runs.delete(trace.traceId); });
  see('onSpanStart', (span: AgentsSpan, entry) => {
    if (!isTracedAlready() && open.size < mostOpen) open.set(span.spanId, begin(span, runs.get(span.traceId), open.get(span.parentId ?? ''), entry));
  });
  see('onSpanEnd', (span: AgentsSpan) => {
    const seen = open.get(span.spanId);
    open.delete(span.spanId);
    if (seen !== undefined) end(span, seen);
  });
}

const isTracedAlready = (): boolean => hasTracerOf('openai-agents', 'openai_agents', 'openai.agents');

function begin(span: AgentsSpan, run: Run | undefined, parent: LibrarySpan | undefined, entry: Method): LibrarySpan {
  const { spanData } = span, outer = run?.outer;
  return new LibrarySpan({
    name: nameOf(spanData), library: 'openai-agents', traceId: outer?.traceId ?? span.traceId, spanId: span.spanId, parentSpanId: span.parentId ?? outer?.spanId,
    attributes: { ...attributesOf(spanData), 'gen_ai.conversation.id': run?.group },
    startUnixMilli: timeOf(span.startedAt), around: parent?.place ?? run?.place,
  }, entry);
}

function end(span: AgentsSpan, seen: LibrarySpan): void {
  try {
    seen.set({ ...attributesOf(span.spanData), 'openai.agents.error.data': span.error?.data });
    if (span.error !== null) seen.fail(span.error.message ?? 'error');
  } finally {
    seen.end(timeOf(span.endedAt));
  }
}

function timeOf(text: string | null): number | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

function nameOf(data: AgentsSpan['spanData']): string {
  const { name, type, turn } = data;
  return type === 'turn' ? `turn ${String(turn)}` : typeof name === 'string' && name !== '' ? name : type;
}

function attributesOf(data: AgentsSpan['spanData']): Fields {
  return { 'gen_ai.operation.name': operations.get(data.type), 'openai.agents.type': data.type, ...ofType(data) };
}

function ofType(data: AgentsSpan['spanData']): Fields {
  switch (data.type) {
    case 'agent': return { 'gen_ai.agent.name': data['name'], 'openai.agents.tools': data['tools'], 'openai.agents.handoffs': data['handoffs'] };
    case 'generation': return {
      'gen_ai.request.model': data['model'], 'gen_ai.input.messages': data['input'], 'gen_ai.output.messages': data['output'],
      'openai.agents.model_config': data['model_config'], ...usageAttributes(data['usage']),
    };
    case 'response': return ofResponse(data);
    case 'function': return { 'gen_ai.tool.name': data['name'], 'gen_ai.tool.call.arguments': data['input'], 'gen_ai.tool.call.result': data['output'] };
    case 'handoff': return { 'gen_ai.handoff.from_agent': data['from_agent'], 'gen_ai.handoff.to_agent': data['to_agent'] };
    case 'guardrail': return { 'gen_ai.guardrail.name': data['name'], 'openai.agents.triggered': data['triggered'] };
    case 'mcp_tools': return { 'mcp.method.name': 'tools/list', 'openai.agents.mcp.server': data['server'], 'openai.agents.result': data['result'] };
    case 'turn': return { 'gen_ai.agent.name': data['agent_name'], ...usageAttributes(data['usage']) };
    case 'task': return {};
    default: return Object.fromEntries(Object.entries(data).filter(([key]) => key !== 'type').map(([key, value]) => [`openai.agents.${key}`, value]));
  }
}

function ofResponse(data: Fields): Fields {
  const { _input: input, _response: response } = data, instructions = fieldOf(response, 'instructions');
  return {
    'gen_ai.request.model': fieldOf(response, 'model'), 'gen_ai.response.id': fieldOf(response, 'id') ?? data['response_id'],
    'gen_ai.system_instructions': typeof instructions === 'string' ? instructions : undefined,
    'gen_ai.input.messages': typeof input === 'string' ? [{ role: 'user', content: input }] : input,
    'gen_ai.output.messages': fieldOf(response, 'output'), ...usageAttributes(fieldOf(response, 'usage')),
  };
}
