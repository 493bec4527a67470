import type { AttributeValue } from '../model/attributes.ts';
import { outputOf } from './codexItems.ts';
import type { CodexSession } from './codexSession.ts';
import { nanosIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { put } from './recordSpans.ts';
import type { Step } from './transcriptSteps.ts';

/** Events that repeat in another form what an item says, or only concern the screen. */
const silent = new Set(['agent_message_delta', 'agent_reasoning_delta', 'agent_reasoning_section_break', 'agent_reasoning_raw_content', 'exec_command_output_delta',
  'turn_diff', 'mcp_list_tools_response', 'list_custom_prompts_response', 'get_history_entry_response', 'raw_response_item', 'item_started', 'item_completed', 'agent_message_content_delta']);

/** What Codex tells as events: turns, tokens, and how long tools took. */
export class CodexEvents {
  private readonly session: CodexSession;

  constructor(session: CodexSession) { this.session = session; }

  /** `event_msg` of rollouts, `msg` of older output. */
  take(event: JsonObject): void {
    const { session } = this, type = textIn(event.get('type')), turnId = textIn(event.get('turn_id'));
    switch (type) {
      case 'session_configured': session.takeSession(event); break;
      case 'task_started': case 'turn_started': session.turnOf(turnId); break;
      case 'user_message': session.takePrompt(textIn(event.get('message'))); break;
      case 'agent_message': session.sayAgain('text', textIn(event.get('message'))); break;
      case 'agent_reasoning': session.sayAgain('reasoning', textIn(event.get('text'))); break;
      case 'token_count': session.takeTokens(objectIn(event.get('info')) ?? (event.has('input_tokens') ? new Map<string, JsonValue>([['total_token_usage', event]]) : undefined)); break;
      case 'task_complete': case 'turn_complete': this.endTurn(event); break;
      case 'turn_aborted': this.abortTurn(event); break;
      case 'error': this.fail(event); break;
      default: this.takeOther(type, event);
    }
  }

  private takeOther(type: string, event: JsonObject): void {
    if (silent.has(type)) this.session.passOver();
    else if (event.has('call_id') && type.endsWith('_begin')) this.beginTool(type, event);
    else if (event.has('call_id') && type.endsWith('_end')) this.endTool(event);
    else this.session.note(type, event);
  }

  private endTurn(event: JsonObject): void {
    const { session } = this, turn = session.turnOf(textIn(event.get('turn_id')));
    put(turn.attributes, 'codex.duration_ms', event.get('duration_ms'));
    put(turn.attributes, 'codex.time_to_first_token_ms', event.get('time_to_first_token_ms'));
    session.endTurn(session.time);
  }

  private abortTurn(event: JsonObject): void {
    const { session } = this, turn = session.turnOf(textIn(event.get('turn_id'))), reason = textIn(event.get('reason'));
    for (const tool of session.tools.values()) {
      session.steps.fail(tool, 'the turn was aborted');
      session.steps.end(tool, session.time);
    }
    session.tools.clear();
    session.steps.fail(turn, reason === '' ? 'aborted' : `aborted: ${reason}`);
    session.endTurn(session.time);
  }

  private fail(event: JsonObject): void {
    const { session } = this, message = textIn(event.get('message'));
    session.note('error', event);
    session.steps.fail(session.currentCall ?? session.turn ?? session.rootStep(), message);
  }

  /** Tools that the model calls are known already; others are told only here. */
  private beginTool(type: string, event: JsonObject): Step {
    const { session } = this, invocation = objectIn(event.get('invocation')), id = textIn(event.get('call_id'));
    const name = textIn(invocation?.get('tool')) || type.replace(/_(?:begin|end)$/, '');
    return session.beginTool({ id, name, arguments: invocation?.get('arguments') ?? event.get('command') ?? event.get('changes') ?? event.get('query') ?? null });
  }

  private endTool(event: JsonObject): void {
    const { session } = this, id = textIn(event.get('call_id')), step = session.tools.get(id);
    if (step === undefined) { session.passOver(); return; }
    const { exitCode } = outputOf(event), duration = durationOf(event.get('duration'));
    put(step.attributes, 'codex.exit_code', exitCode);
    for (const key of ['cwd', 'aggregated_output', 'stdout', 'stderr', 'result']) if (!step.attributes.has('gen_ai.tool.call.result')) put(step.attributes, `codex.${key}`, event.get(key));
    if (event.get('success') === false || (exitCode !== undefined && exitCode !== 0)) session.steps.fail(step, exitCode === undefined ? '' : `exit code ${exitCode}`);
    if (duration !== undefined) {
      step.start = session.time - duration;
      step.isTimed = true;
    }
    session.steps.end(step, session.time);
  }

  /** `codex exec --json`: threads, turns and items, without times. */
  takeThread(type: string, event: JsonObject): void {
    const { session } = this, usage = objectIn(event.get('usage')), item = objectIn(event.get('item'));
    switch (type) {
      case 'thread.started': session.takeSession(event); break;
      case 'turn.started': session.endTurn(session.time); session.turnOf(''); break;
      case 'turn.completed': {
        if (usage !== undefined && session.currentCall !== undefined) session.pay(session.currentCall, usage);
        session.endTurn(session.time);
        break;
      }
      case 'turn.failed': {
        session.steps.fail(session.turnOf(''), textIn(objectIn(event.get('error'))?.get('message')));
        session.endTurn(session.time);
        break;
      }
      case 'error': this.fail(event); break;
      default: if (item !== undefined) this.takeThreadItem(type, item); else session.passOver();
    }
  }

  private takeThreadItem(type: string, item: JsonObject): void {
    const { session } = this, kind = textIn(item.get('type')) || textIn(item.get('item_type')), isDone = type === 'item.completed', id = textIn(item.get('id'));
    if (kind === 'agent_message' || kind === 'assistant_message' || kind === 'reasoning') {
      if (isDone) session.sayAgain(kind === 'reasoning' ? 'reasoning' : 'text', textIn(item.get('text')));
      return;
    }
    if (kind === 'todo_list' || kind === 'error') {
      if (isDone) session.note(kind, item);
      return;
    }
    const step = session.beginTool({ id, name: toolNameOf(kind, item), arguments: argumentsOf(item) });
    if (!isDone) return;
    const output = item.get('aggregated_output') ?? item.get('result') ?? item.get('changes'), exitCode = item.get('exit_code');
    put(step.attributes, 'codex.status', textIn(item.get('status')));
    if (item.get('status') === 'failed' || (typeof exitCode === 'number' && exitCode !== 0)) session.steps.fail(step, textIn(objectIn(item.get('error'))?.get('message')) || (typeof exitCode === 'number' ? `exit code ${exitCode}` : ''));
    put(step.attributes, 'codex.exit_code', exitCode);
    put(step.attributes, 'gen_ai.tool.call.result', output);
    session.tools.delete(id);
    session.steps.end(step, session.time);
  }
}

function toolNameOf(kind: string, item: JsonObject): string { return textIn(item.get('tool')) || kind; }

function argumentsOf(item: JsonObject): AttributeValue {
  return item.get('arguments') ?? item.get('command') ?? item.get('query') ?? item.get('changes') ?? item.get('prompt') ?? null;
}

/** `{secs, nanos}`, or text such as `1.5s`. */
function durationOf(value: JsonValue | undefined): bigint | undefined {
  const object = objectIn(value);
  if (object !== undefined) return (nanosIn(object.get('secs'), 9) ?? 0n) + (nanosIn(object.get('nanos'), 0) ?? 0n);
  const [, figure = '', unit = ''] = /^([0-9.]{1,20})(ms|s)$/.exec(textIn(value)) ?? [];
  return figure === '' ? undefined : nanosIn(figure, unit === 'ms' ? 6 : 9);
}
