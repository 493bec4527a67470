import { getTracer } from './defaultTracer.ts';
import { callerLocation } from './location.ts';
import { runSpan } from './run.ts';
import { splitOptions } from './tracer.ts';
import { LlmSpan } from './llmSpan.ts';
import { cutText } from './values.ts';
import type { LlmCallOptions } from './llmSpan.ts';
import type { Span } from './span.ts';
import type { SpanOptions, Tracer, WithOptions } from './tracer.ts';
import type { Attributes } from './values.ts';

export interface AgentRunOptions extends SpanOptions {
  readonly agentName?: string;
  readonly agentType?: string;
  readonly model?: string;
  readonly conversationId?: string;
  /** Recorded with the event `agent_started`. */
  readonly config?: Attributes;
}

export interface ToolCallOptions extends SpanOptions {
  readonly arguments?: unknown;
  /** The id by which the model asked for this call. */
  readonly callId?: string;
  readonly description?: string;
}

export interface MemoryOptions extends SpanOptions {
  /** `vector`, `conversation`, `key_value`, … */
  readonly memoryType?: string;
  readonly key?: string;
  readonly query?: string;
}

export interface DecisionOptions extends SpanOptions {
  readonly options?: readonly unknown[];
  readonly chosen?: unknown;
  readonly reason?: string;
}

const previewLength = 100;

/** Spans of the steps of an agent, with the names and attributes by which they are recognised. */
export class AgentTracer {
  readonly tracer: Tracer;

  constructor(tracer: Tracer = getTracer()) {
    this.tracer = tracer;
  }

  /** The span `agent_run` around everything an agent does for one task. */
  agentRun<T>(task: string, work: (span: Span) => T): T;
  agentRun<T>(task: string, options: AgentRunOptions, work: (span: Span) => T): T;
  agentRun<T>(task: string, ...rest: WithOptions<AgentRunOptions, (span: Span) => T>): T {
    const [options, work] = splitOptions(rest);
    const text = String(task);
    const span = this.tracer.openSpan('agent_run', {
      ...options,
      entry: AgentTracer.prototype.agentRun,
      attributes: {
        task_preview: cutText(text, previewLength),
        'task.length': text.length,
        agent_type: options.agentType,
        model: options.model,
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.agent.name': options.agentName ?? this.tracer.resource['service.name'],
        'gen_ai.conversation.id': options.conversationId,
        'gen_ai.input.messages': [{ role: 'user', parts: [{ type: 'text', content: text }] }],
        ...options.attributes,
      },
    });
    span.addEvent('agent_started', { config: options.config ?? { type: options.agentType, model: options.model } });
    return runSpan(span, work);
  }

  /** The span `iteration_N` around one round of an agent's loop; `number` counts from 1. */
  iteration<T>(number: number, work: (span: Span) => T): T {
    const entry = AgentTracer.prototype.iteration;
    return runSpan(this.tracer.openSpan(`iteration_${number}`, { entry, attributes: { iteration: number } }), work);
  }

  /**
   * The loop of an executor: rounds in spans `iteration_N` until one gives a result, at most `maxIterations`.
   * The number of rounds is set on the span around it as `total_iterations`. Undefined when no round gave a result.
   */
  async iterate<T>(maxIterations: number, round: (number: number, span: Span) => Promise<T | undefined> | T | undefined): Promise<T | undefined> {
    const around = this.tracer.currentSpan;
    const entry = AgentTracer.prototype.iterate;
    // In later rounds the caller is on the stack only if it awaits this promise itself.
    const fallback = callerLocation(entry);
    let result: T | undefined;
    for (let number = 1; number <= maxIterations && result === undefined; number++) {
      around?.setAttribute('total_iterations', number);
      const span = this.tracer.openSpan(`iteration_${number}`, { entry, fallback, attributes: { iteration: number } });
      result = await runSpan(span, () => round(number, span));
    }
    return result;
  }

  /** The span `llm_call` around one request to a model; it takes streamed text (`chunk`) and the answer (`respond`). */
  llmCall<T>(model: string, work: (span: LlmSpan) => T): T;
  llmCall<T>(model: string, options: LlmCallOptions, work: (span: LlmSpan) => T): T;
  llmCall<T>(model: string, ...rest: WithOptions<LlmCallOptions, (span: LlmSpan) => T>): T {
    const [options, work] = splitOptions(rest);
    const attributes = { ...LlmSpan.attributesOf(model, options), ...options.attributes };
    const entry = AgentTracer.prototype.llmCall;
    const span = this.tracer.openSpan('llm_call', { kind: 'client', ...options, attributes, entry }, LlmSpan);
    return runSpan(span, work, { succeeded: () => span.finish(), failed: () => span.finish() });
  }

  /** The span `tool:NAME` around one use of a tool; what `work` gives is recorded as its result. */
  toolCall<T>(name: string, work: (span: Span) => T): T;
  toolCall<T>(name: string, options: ToolCallOptions, work: (span: Span) => T): T;
  toolCall<T>(name: string, ...rest: WithOptions<ToolCallOptions, (span: Span) => T>): T {
    const [options, work] = splitOptions(rest);
    const input = options.arguments;
    const span = this.tracer.openSpan(`tool:${name}`, {
      ...options,
      entry: AgentTracer.prototype.toolCall,
      attributes: {
        'tool.name': name,
        'tool.input_size': input === undefined ? undefined : textOf(input).length,
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.description': options.description,
        'gen_ai.tool.call.id': options.callId,
        'gen_ai.tool.call.arguments': input,
        ...options.attributes,
      },
    });
    span.addEvent('tool_invoked', { input_keys: typeof input === 'object' && input !== null ? Object.keys(input) : [] });
    return runSpan(span, work, {
      succeeded: (result) => span.setAttributes({ 'tool.success': true, 'gen_ai.tool.call.result': result }),
      failed: () => span.setAttribute('tool.success', false),
    });
  }

  /** The span `memory:OPERATION` around reading or writing what an agent remembers. */
  memoryOperation<T>(operation: string, work: (span: Span) => T): T;
  memoryOperation<T>(operation: string, options: MemoryOptions, work: (span: Span) => T): T;
  memoryOperation<T>(operation: string, ...rest: WithOptions<MemoryOptions, (span: Span) => T>): T {
    const [options, work] = splitOptions(rest);
    const attributes = {
      'memory.operation': operation,
      'memory.type': options.memoryType,
      'memory.key': options.key,
      'gen_ai.memory.query.text': options.query,
      ...options.attributes,
    };
    return runSpan(this.tracer.openSpan(`memory:${operation}`, { ...options, attributes, entry: AgentTracer.prototype.memoryOperation }), work);
  }

  /** The span `decision:TYPE` around a choice; what `decide` gives is recorded as chosen. Without it, `chosen` is. */
  decision<T>(type: string, options: DecisionOptions, decide: (span: Span) => T): T;
  decision(type: string, options: DecisionOptions): void;
  decision<T>(type: string, options: DecisionOptions, decide?: (span: Span) => T): T | undefined {
    const span = this.tracer.openSpan(`decision:${type}`, {
      ...options,
      entry: AgentTracer.prototype.decision,
      attributes: {
        'decision.type': type,
        'decision.option_count': options.options?.length,
        'decision.options': options.options,
        'decision.chosen': options.chosen,
        'decision.reason': options.reason,
        ...options.attributes,
      },
    });
    if (decide === undefined) {
      span.end();
      return undefined;
    }
    return runSpan(span, decide, {
      succeeded: (chosen) => { if (!span.attributes.has('decision.chosen')) span.setAttributes({ 'decision.chosen': chosen }); },
    });
  }
}

function textOf(value: unknown): string {
  try {
    return typeof value === 'string' ? value : JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}
