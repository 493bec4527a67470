import { fieldOf } from './fields.ts';

const nothing = {};

/** Counts of tokens in the words of OpenAI, of LangChain and of older adapters as attributes. */
export function usageAttributes(usage: unknown): Readonly<Record<string, unknown>> {
  const figure = (...paths: readonly string[]): unknown =>
    paths.map((path) => path.split('.').reduce(fieldOf, usage)).find((value) => typeof value === 'number');
  return typeof usage !== 'object' || usage === null ? nothing : {
    'gen_ai.usage.input_tokens': figure('input_tokens', 'prompt_tokens', 'inputTokens', 'promptTokens'),
    'gen_ai.usage.output_tokens': figure('output_tokens', 'completion_tokens', 'outputTokens', 'completionTokens'),
    'gen_ai.usage.cache_read.input_tokens': figure('input_tokens_details.cached_tokens', 'prompt_tokens_details.cached_tokens', 'input_token_details.cache_read', 'cached_input_tokens'),
    'gen_ai.usage.cache_creation.input_tokens': figure('input_token_details.cache_creation', 'cache_write_input_tokens'),
    'gen_ai.usage.reasoning.output_tokens': figure('output_tokens_details.reasoning_tokens', 'completion_tokens_details.reasoning_tokens', 'output_token_details.reasoning'),
  };
}

/** The same of Anthropic's API, where tokens of the cache are not among those of the input. */
export function anthropicUsage(usage: unknown): Readonly<Record<string, unknown>> {
  if (typeof usage !== 'object' || usage === null) return nothing;
  const figure = (name: string): number => (typeof Reflect.get(usage, name) === 'number' ? Reflect.get(usage, name) as number : 0);
  const read = figure('cache_read_input_tokens'), written = figure('cache_creation_input_tokens');
  return {
    'gen_ai.usage.input_tokens': figure('input_tokens') + read + written,
    'gen_ai.usage.output_tokens': figure('output_tokens'),
    'gen_ai.usage.cache_read.input_tokens': read || undefined,
    'gen_ai.usage.cache_creation.input_tokens': written || undefined,
  };
}
