import type { OtelSpan } from './otelTypes.ts';

/** When a span begins, when it ends, or when its status becomes error. */
export type Moment = 'start' | 'end' | 'error';

/** What of a span breakpoints are about, whoever made it. */
export type SpanSource = Pick<OtelSpan, 'name' | 'attributes' | 'spanContext'>;

/** What a breakpoint asks of a span. The extension knows more conventions; these are the ones that say it at the start. */
export interface SpanFacts {
  /** In lower case. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly role: string;
  readonly tool: string | undefined;
  readonly model: string | undefined;
}

const operationRoles = new Map([
  ['invoke_agent', 'agent'], ['create_agent', 'agent'], ['invoke_workflow', 'chain'],
  ['chat', 'llm'], ['generate_content', 'llm'], ['text_completion', 'llm'], ['execute_tool', 'tool'],
  ['embeddings', 'embedding'], ['retrieval', 'retriever'], ['plan', 'decision'], ['handoff', 'handoff'],
]);
/** Of OpenInference and OpenLLMetry. */
const kindRoles = new Map([
  ['workflow', 'chain'], ['task', 'chain'], ['chain', 'chain'], ['agent', 'agent'], ['llm', 'llm'], ['tool', 'tool'], ['retriever', 'retriever'],
  ['embedding', 'embedding'], ['reranker', 'reranker'], ['guardrail', 'guardrail'], ['evaluator', 'evaluator'],
]);
const inputTokenKeys = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt', 'ai.usage.inputTokens', 'ai.usage.promptTokens', 'llm.prompt_tokens'];
const outputTokenKeys = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion', 'ai.usage.outputTokens', 'ai.usage.completionTokens', 'llm.completion_tokens'];

/** Reads a span as it is now: tool and role are looked for when they are asked for. */
export function factsOf({ name, attributes }: SpanSource): SpanFacts {
  const text = (...keys: string[]): string | undefined => keys.map((key) => attributes[key]).find((value) => typeof value === 'string' && value !== '') as string | undefined;
  return {
    name: name.toLowerCase(),
    attributes,
    get role() { return roleOf(name, text); },
    get tool() { return text('gen_ai.tool.name', 'tool.name', 'ai.toolCall.name') ?? (name.startsWith('tool:') ? name.slice(5) : undefined); },
    get model() { return text('gen_ai.response.model', 'gen_ai.request.model', 'llm.model_name', 'ai.response.model', 'ai.model.id', 'llm.model'); },
  };
}

function roleOf(name: string, text: (...keys: string[]) => string | undefined): string {
  const known = operationRoles.get(text('gen_ai.operation.name')?.toLowerCase() ?? '')
    ?? kindRoles.get(text('openinference.span.kind', 'traceloop.span.kind')?.toLowerCase() ?? '');
  if (known !== undefined) return known;
  const operation = text('ai.operationId');
  if (operation !== undefined) return operation === 'ai.toolCall' ? 'tool' : /\.do(?:Generate|Stream)$/.test(operation) ? 'llm' : /embed/i.test(operation) ? 'embedding' : 'agent';
  if (text('gen_ai.tool.name') !== undefined) return 'tool';
  if (text('gen_ai.request.model', 'gen_ai.response.model') !== undefined) return 'llm';
  const said = /^(?:(agent)_run$|(llm)_call$|(tool|memory|decision):)/.exec(name);
  return said?.[1] ?? said?.[2] ?? said?.[3] ?? (/^iteration_\d/.test(name) ? 'chain' : 'other');
}

/** Input and output tokens of a model call; 0 for spans that sum up those of others. */
export function tokensOf(span: SpanSource): number {
  if (factsOf(span).role !== 'llm') return 0;
  const figure = (keys: readonly string[]): number => keys.map((key) => span.attributes[key]).find((value) => typeof value === 'number') ?? 0;
  return figure(inputTokenKeys) + figure(outputTokenKeys);
}
