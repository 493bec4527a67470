import { hrtime } from 'node:process';
import { Span } from './span.ts';
import type { SpanOptions } from './tracer.ts';
import type { Attributes } from './values.ts';

export interface LlmCallOptions extends SpanOptions {
  readonly provider?: string;
  readonly promptTokens?: number;
  readonly temperature?: number;
  readonly maxTokens?: number;
  /** Messages of OpenTelemetry's form: `{role, parts}`. */
  readonly inputMessages?: readonly unknown[];
  readonly systemInstructions?: readonly unknown[];
  readonly toolDefinitions?: readonly unknown[];
}

/** What a model answered; all of it optional. */
export interface LlmResponse {
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly cachedTokens?: number;
  readonly reasoningTokens?: number;
  readonly finishReason?: string;
  readonly responseId?: string;
  readonly responseModel?: string;
  readonly costUsd?: number;
  readonly outputMessages?: readonly unknown[];
}

/** While text streams in, the span shows it at most this often, */
const streamIntervalNs = 50_000_000n;
/** and only when it has grown by this factor, so that a long answer is not sent a thousand times. */
const streamGrowth = 1.1;

/** One request to a model while it runs. */
export class LlmSpan extends Span {
  readonly #began = hrtime.bigint();
  #text = '';
  #firstChunk: bigint | undefined;
  #shownAt = 0n;
  #shownLength = 0;
  #answered = false;

  /** @internal */
  static attributesOf(model: string, options: LlmCallOptions): Attributes {
    return {
      'llm.model': model,
      'llm.prompt_tokens': options.promptTokens,
      'llm.temperature': options.temperature,
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': options.provider,
      'gen_ai.request.model': model,
      'gen_ai.request.temperature': options.temperature,
      'gen_ai.request.max_tokens': options.maxTokens,
      'gen_ai.usage.input_tokens': options.promptTokens,
      'gen_ai.system_instructions': options.systemInstructions,
      'gen_ai.input.messages': options.inputMessages,
      'gen_ai.tool.definitions': options.toolDefinitions,
    };
  }

  /** A piece of streamed text; the span shows what has come so far. */
  chunk(text: string): void {
    const now = hrtime.bigint();
    this.#text += text;
    if (this.#firstChunk === undefined) {
      this.#firstChunk = now;
      this.addEvent('gen_ai.content.first_chunk');
      this.setAttribute('gen_ai.response.time_to_first_chunk', Number(now - this.#began) / 1e9);
    }
    if (now - this.#shownAt < streamIntervalNs || this.#text.length < this.#shownLength * streamGrowth) return;
    this.#shownAt = now;
    this.#shownLength = this.#text.length;
    this.#showText();
  }

  /** Records the answer. */
  respond(response: LlmResponse): void {
    this.#answered = true;
    if (response.outputMessages === undefined && this.#text !== '') this.#showText(response.finishReason);
    this.setAttributes({
      'llm.prompt_tokens': response.promptTokens,
      'llm.completion_tokens': response.completionTokens,
      'gen_ai.usage.input_tokens': response.promptTokens,
      'gen_ai.usage.output_tokens': response.completionTokens,
      'gen_ai.usage.cache_read.input_tokens': response.cachedTokens,
      'gen_ai.usage.reasoning.output_tokens': response.reasoningTokens,
      'gen_ai.response.finish_reasons': response.finishReason === undefined ? undefined : [response.finishReason],
      'gen_ai.response.id': response.responseId,
      'gen_ai.response.model': response.responseModel,
      'gen_ai.output.messages': response.outputMessages,
      'gen_ai.usage.cost': response.costUsd,
    });
  }

  /**
   * Records what is known only when the request is over.
   * @internal
   */
  finish(): void {
    if (!this.#answered && this.#text !== '') this.#showText();
    this.setAttribute('llm.duration_ms', Number(hrtime.bigint() - this.#began) / 1e6);
  }

  #showText(finishReason?: string): void {
    const message = { role: 'assistant', parts: [{ type: 'text', content: this.#text }], finish_reason: finishReason };
    this.setAttribute('gen_ai.output.messages', [message]);
  }
}
