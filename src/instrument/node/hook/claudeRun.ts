import { newSpanId, newTraceId } from '../ids.ts';
import { fieldOf } from './fields.ts';
import { LibrarySpan, outerSpan } from './librarySpans.ts';
import { anthropicUsage } from './tokenUsage.ts';
import type { SourceLocation } from '../location.ts';
import type { Method } from './wrapMethod.ts';

const mostOpen = 1000;
const outermost = '';

type Fields = Readonly<Record<string, unknown>>;

/** A call of the model that goes on: it may come in several messages with one id, a block of content each. */
interface Call { readonly span: LibrarySpan; id: unknown; readonly content: unknown[]; lastMs: number }

/**
 * What one process of Claude Code does for the Claude Agent SDK, by the messages on its standard streams (`--output-format
 * stream-json`): a run from what the user says to the result, in it calls of the model and tools, and in tools sub-agents.
 */
export class ClaudeRun {
  readonly #place: SourceLocation | undefined;
  #root: LibrarySpan | undefined;
  /** By the id of the tool call that began the sub-agent. */
  readonly #calls = new Map<string, Call>();
  readonly #tools = new Map<string, { readonly span: LibrarySpan; readonly scope: string }>();

  /** `place` is where the process was begun. */
  constructor(place: SourceLocation | undefined) {
    this.#place = place;
  }

  /** A message to the process; `entry` is the function of ours that saw it. */
  sent(message: Fields, entry: Method): void {
    if (message['type'] !== 'user' || this.#root !== undefined) return;
    const said = fieldOf(message['message'], 'content');
    this.#begin(entry, { 'gen_ai.input.messages': [{ role: 'user', content: said }] });
    this.#call(outermost, entry);
  }

  /** A message of the process. */
  received(message: Fields, entry: Method): void {
    const scope = textOf(message['parent_tool_use_id']) ?? outermost;
    switch (message['type']) {
      case 'system':
        if (message['subtype'] === 'init') {
          this.#begin(entry, {});
          this.#root?.set({ 'gen_ai.conversation.id': message['session_id'], 'gen_ai.request.model': message['model'] });
        }
        break;
      case 'assistant': return this.#said(scope, message['message'], entry);
      case 'user': return this.#toolsEnded(scope, fieldOf(message['message'], 'content'), entry);
      case 'stream_event':
        if (fieldOf(message['event'], 'type') === 'message_stop') this.#endCall(scope, Date.now());
        break;
      case 'result': return this.#result(message);
      default:
    }
  }

  /** The process has ended; `failure` says why, when that is not as it should be. */
  over(failure: string | undefined): void {
    this.#endAll();
    if (failure !== undefined) this.#root?.fail(failure);
    this.#root?.end();
    this.#root = undefined;
  }

  #begin(entry: Method, attributes: Fields): void {
    if (this.#root !== undefined) return;
    const outer = outerSpan();
    this.#root = new LibrarySpan({
      name: 'Claude Agent', library: 'claude-agent-sdk', traceId: outer?.traceId ?? newTraceId(), spanId: newSpanId(), parentSpanId: outer?.spanId, around: this.#place,
      attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'Claude Agent', 'gen_ai.provider.name': 'anthropic', ...attributes },
    }, entry);
  }

  #within(scope: string, name: string, attributes: Fields, entry: Method): LibrarySpan | undefined {
    const above = this.#tools.get(scope)?.span ?? this.#root;
    if (above === undefined || this.#tools.size + this.#calls.size > mostOpen) return undefined;
    return new LibrarySpan({ name, library: 'claude-agent-sdk', traceId: above.traceId, spanId: newSpanId(), parentSpanId: above.spanId, attributes, around: this.#place }, entry);
  }

  /** The model is asked from now on. */
  #call(scope: string, entry: Method): Call | undefined {
    const span = this.#within(scope, 'chat', { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'anthropic' }, entry);
    if (span === undefined) return undefined;
    const call: Call = { span, id: undefined, content: [], lastMs: Date.now() };
    this.#calls.set(scope, call);
    return call;
  }

  #said(scope: string, message: unknown, entry: Method): void {
    const id = fieldOf(message, 'id'), content = fieldOf(message, 'content'), model = fieldOf(message, 'model');
    let call = this.#calls.get(scope);
    if (call?.id !== undefined && call.id !== id) {
      this.#endCall(scope, call.lastMs);
      call = undefined;
    }
    call ??= this.#call(scope, entry);
    if (call === undefined) return;
    call.id = id;
    call.lastMs = Date.now();
    if (Array.isArray(content)) call.content.push(...content);
    if (typeof model === 'string') call.span.rename(`chat ${model}`);
    call.span.set({
      'gen_ai.request.model': model, 'gen_ai.response.id': id, 'gen_ai.response.finish_reasons': [fieldOf(message, 'stop_reason')].filter((reason) => typeof reason === 'string'),
      'gen_ai.output.messages': [{ role: 'assistant', content: call.content }], ...anthropicUsage(fieldOf(message, 'usage')),
    });
    for (const block of Array.isArray(content) ? content as unknown[] : []) if (fieldOf(block, 'type') === 'tool_use') this.#toolBegan(scope, block, entry);
  }

  #toolBegan(scope: string, block: unknown, entry: Method): void {
    const id = textOf(fieldOf(block, 'id')), name = textOf(fieldOf(block, 'name')) ?? 'tool';
    const span = id === undefined || this.#tools.has(id) ? undefined : this.#within(scope, name, {
      'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, 'gen_ai.tool.call.id': id, 'gen_ai.tool.call.arguments': fieldOf(block, 'input'),
    }, entry);
    if (id !== undefined && span !== undefined) this.#tools.set(id, { span, scope });
  }

  /** What tools have given goes to the model again. */
  #toolsEnded(scope: string, content: unknown, entry: Method): void {
    let hasEnded = false;
    for (const block of Array.isArray(content) ? content as unknown[] : []) {
      const id = textOf(fieldOf(block, 'tool_use_id')) ?? '', tool = this.#tools.get(id);
      if (tool === undefined) continue;
      hasEnded = true;
      const result = fieldOf(block, 'content');
      this.#endCall(id, this.#calls.get(id)?.lastMs);
      this.#tools.delete(id);
      tool.span.set({ 'gen_ai.tool.call.result': result });
      if (fieldOf(block, 'is_error') === true) tool.span.fail(typeof result === 'string' ? result : JSON.stringify(result));
      tool.span.end();
    }
    if (!hasEnded) return;
    this.#endCall(scope, this.#calls.get(scope)?.lastMs);
    if (![...this.#tools.values()].some((tool) => tool.scope === scope)) this.#call(scope, entry);
  }

  #endCall(scope: string, unixMilli: number | undefined): void {
    const call = this.#calls.get(scope);
    this.#calls.delete(scope);
    call?.span.end(unixMilli);
  }

  #result(message: Fields): void {
    this.#endAll();
    const { result, errors } = message;
    this.#root?.set({
      'gen_ai.conversation.id': message['session_id'], 'claude.result': message['subtype'], 'claude.num_turns': message['num_turns'], 'claude.total_cost_usd': message['total_cost_usd'],
      'gen_ai.output.messages': result === undefined ? undefined : [{ role: 'assistant', content: result }],
    });
    if (message['is_error'] === true) this.over(textOf(result) ?? (Array.isArray(errors) ? errors.join('\n') : undefined) ?? textOf(message['subtype']) ?? 'error');
    else this.over(undefined);
  }

  #endAll(): void {
    for (const [scope, { id, lastMs }] of [...this.#calls]) this.#endCall(scope, id === undefined ? undefined : lastMs);
    for (const { span } of this.#tools.values()) span.end();
    this.#tools.clear();
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
