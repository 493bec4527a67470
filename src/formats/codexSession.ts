import type { AttributeValue } from '../model/attributes.ts';
import { nanosOfIso } from '../model/time.ts';
import { callOf, outputOf, partsOf, textOfParts } from './codexItems.ts';
import type { CodexCall } from './codexItems.ts';
import { objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { hashHex } from './otlpIds.ts';
import { put } from './recordSpans.ts';
import { figureIn, messageOf, putUsage, reasoningPart, textPart, toolAttributes, toolCallPart, toolResponsePart } from './transcriptSteps.ts';
import type { Step, Steps } from './transcriptSteps.ts';

/** The steps of a session of Codex. `time` is that of the record that is read. */
export class CodexSession {
  readonly steps: Steps;
  time = 0n;
  turn: Step | undefined;
  readonly tools = new Map<string, Step>();
  private traceId = '';
  private resource = 0;
  private root: Step | undefined;
  private call: Step | undefined;
  /** What the model said in the call. */
  private said: AttributeValue[] = [];
  /** What is known of it only from events, until the item comes. */
  private unconfirmed: { readonly kind: 'text' | 'reasoning'; readonly text: string }[] = [];
  /** The last call, whose tokens may be told after the outputs of its tools. */
  private unpaid: Step | undefined;
  private input: AttributeValue[] = [];
  /** When the last message was written, and when the model said something last. */
  private lastTime = 0n;
  private saidTime = 0n;
  private turns = 0;
  private calls = 0;
  private model = '';
  private provider = 'openai';
  private isDone = false;
  private totals = '';
  private turnId = '';

  constructor(steps: Steps) { this.steps = steps; }

  /** The record that comes next was written then; undefined where it does not say. */
  at(time: bigint | undefined): void { this.time = time ?? this.tick(); }

  /** A message was read: what comes next begins where it was written. */
  passed(): void { if (this.time > this.lastTime) this.lastTime = this.time; }

  /** Records without times are a microsecond apart, so that their order is seen. */
  private tick(): bigint {
    this.steps.batch.report('records have no times: they are shown in their order, a microsecond apart');
    return this.lastTime + 1000n;
  }

  close(): void {
    this.endCall();
    if (this.turn !== undefined && this.isDone && this.tools.size === 0) this.endTurn(this.lastTime);
    if (this.root !== undefined && this.turn === undefined && this.turns > 0) this.steps.end(this.root, this.lastTime);
  }

  passOver(): void { this.steps.batch.tally(1, 'records are no messages and were passed over', 'record is no message and was passed over'); }

  /** A session that was forked repeats the beginning of the other one, with its line about it; the first line counts. */
  takeSession(about: JsonObject): void {
    if (this.traceId !== '') {
      this.passOver();
      return;
    }
    this.traceId = textIn(about.get('id')) || textIn(about.get('thread_id')) || textIn(about.get('session_id'));
    const resource = new Map<string, AttributeValue>([['service.name', 'codex']]), git = objectIn(about.get('git'));
    put(resource, 'service.version', textIn(about.get('cli_version')));
    put(resource, 'process.working_directory', textIn(about.get('cwd')));
    put(resource, 'vcs.ref.head.name', textIn(git?.get('branch')));
    put(resource, 'vcs.ref.head.revision', textIn(git?.get('commit_hash')));
    this.resource = this.steps.writer.addResource(resource);
    this.provider = textIn(about.get('model_provider')) || this.provider;
    this.model = textIn(about.get('model')) || this.model;
    const begin = nanosOfIso(textIn(about.get('timestamp'))) ?? this.time, root = this.rootStep(begin);
    for (const [key, value] of about) if (!['id', 'timestamp', 'instructions', 'base_instructions'].includes(key)) put(root.attributes, `codex.session.${key}`, value);
    put(root.attributes, 'gen_ai.system_instructions', [textIn(objectIn(about.get('base_instructions'))?.get('text')) || textIn(about.get('instructions'))].filter((text) => text !== '').map(textPart));
    // The session that this one was forked from, or whose sub-agent it is; its root has the id of the session.
    const spawn = objectIn(objectIn(objectIn(about.get('source'))?.get('subagent'))?.get('thread_spawn')), other = textIn(spawn?.get('parent_thread_id')) || textIn(about.get('forked_from_id'));
    if (other !== '') root.links.push({ traceId: other, spanId: other, traceState: '', attributes: new Map([['codex.link', spawn === undefined ? 'forked_from' : 'parent']]), droppedAttributesCount: 0, flags: 0 });
    if (this.lastTime < begin) this.lastTime = begin;
  }

  rootStep(start = this.time): Step {
    if (this.traceId === '') this.traceId = `codex-${hashHex(String(this.time), 1)}`;
    this.root ??= this.begin(this.traceId, '', 'Codex session', start, new Map([['gen_ai.operation.name', 'invoke_workflow'], ['gen_ai.workflow.name', 'Codex']]));
    return this.root;
  }

  begin(id: string, parentId: string, name: string, start: bigint, attributes: Map<string, AttributeValue>): Step {
    attributes.set('gen_ai.conversation.id', this.traceId);
    return this.steps.begin(this.traceId, id, parentId, name, start, this.resource, attributes);
  }

  /** A turn repeats its context whenever it changes. */
  takeContext(context: JsonObject): void {
    const turnId = textIn(context.get('turn_id'));
    this.model = textIn(context.get('model')) || this.model;
    // Where turns have no ids, a context after the answer is that of the next turn.
    if (turnId === '' && this.turnId === '' && this.isDone && this.turn !== undefined) this.endTurn(this.lastTime);
    const turn = this.turnOf(turnId);
    for (const key of ['model', 'effort', 'approval_policy', 'sandbox_policy', 'cwd', 'personality']) put(turn.attributes, `codex.${key}`, context.get(key));
    this.steps.touch(turn);
  }

  /** The turn with an id; records of old versions name none and belong to the current one. */
  turnOf(id: string): Step {
    if (this.turn !== undefined && (id === '' || this.turnId === '' || id === this.turnId)) {
      this.turnId ||= id;
      return this.turn;
    }
    if (this.turn !== undefined) this.endTurn(this.lastTime);
    const root = this.rootStep();
    this.isDone = false;
    this.turnId = id;
    this.turn = this.begin(id === '' ? `${this.traceId} turn ${this.turns + 1}` : id, root.id, `turn ${++this.turns}`, this.time, new Map([['gen_ai.operation.name', 'invoke_agent'], ['gen_ai.agent.name', 'Codex']]));
    return this.turn;
  }

  endTurn(time: bigint): void {
    this.endCall();
    if (this.turn !== undefined && this.turn.end === 0n) this.steps.end(this.turn, time);
    this.turn = undefined;
    this.turnId = '';
    this.isDone = true;
    this.unpaid = undefined;
  }

  /** What the user asked for in this turn; an item says the same. */
  takePrompt(text: string): void {
    if (this.turn?.attributes.has('gen_ai.input.messages') === true && this.turnId === '') this.endTurn(this.lastTime);
    const turn = this.turnOf(''), prompts = turn.attributes.get('gen_ai.input.messages'), message = messageOf('user', [textPart(text)]);
    turn.attributes.set('gen_ai.input.messages', [...Array.isArray(prompts) ? prompts as readonly AttributeValue[] : [], message]);
    this.steps.touch(turn);
  }

  takeItem(item: JsonObject): void {
    const type = textIn(item.get('type')), role = textIn(item.get('role')), call = callOf(item);
    if (type === 'message' && role === 'assistant') this.say(partsOf(item.get('content')), 'text', textOfParts(item.get('content')));
    else if (type === 'message') this.hear(role === '' ? 'user' : role, partsOf(item.get('content')));
    else if (type === 'reasoning') this.say(textOfParts(item.get('summary')) === '' ? [] : [reasoningPart(textOfParts(item.get('summary')))], 'reasoning', textOfParts(item.get('summary')));
    else if (call !== undefined) this.callTool(call, item);
    else if (type.endsWith('_output')) this.endTool(textIn(item.get('call_id')), item.get('output') ?? item.get('tools'));
    else this.passOver();
  }

  /** The model is given something, so what it said before was all. */
  private hear(role: string, parts: readonly AttributeValue[]): void {
    this.endCall();
    if (role === 'user' && this.turnId === '' && this.isDone && this.turn !== undefined) this.endTurn(this.lastTime);
    this.input.push(messageOf(role, parts));
  }

  /** Something the model said as an item; an event may have said so before. */
  private say(parts: readonly AttributeValue[], kind: 'text' | 'reasoning', text: string): void {
    this.modelCall();
    this.unconfirmed = this.unconfirmed.filter((each) => each.kind !== kind || !text.includes(each.text));
    this.said.push(...parts);
    this.isDone = kind === 'text';
  }

  /** Something the model said as an event; the item follows, or does not. */
  sayAgain(kind: 'text' | 'reasoning', text: string): void {
    const call = this.modelCall();
    if (text !== '' && !this.said.some((part) => part instanceof Map && textIn(part.get('content') as JsonValue).includes(text))) this.unconfirmed.push({ kind, text });
    this.isDone ||= kind === 'text';
    this.steps.touch(call);
  }

  private modelCall(): Step {
    this.saidTime = this.time;
    if (this.call !== undefined) {
      this.steps.touch(this.call);
      return this.call;
    }
    const turn = this.turnOf(''), start = this.lastTime < turn.start ? turn.start : this.lastTime;
    this.call = this.begin(`${this.traceId} call ${++this.calls}`, turn.id, this.model === '' ? 'chat' : `chat ${this.model}`, start, new Map([['gen_ai.operation.name', 'chat'], ['gen_ai.provider.name', this.provider]]));
    put(this.call.attributes, 'gen_ai.request.model', this.model);
    // Rollouts without events tell of a prompt only as a message.
    const asked = this.input.findLast((message) => message instanceof Map && message.get('role') === 'user');
    if (asked !== undefined && !turn.attributes.has('gen_ai.input.messages')) turn.attributes.set('gen_ai.input.messages', [asked]);
    put(this.call.attributes, 'gen_ai.input.messages', this.input.splice(0));
    this.said = [];
    return this.call;
  }

  endCall(): void {
    const { call } = this;
    if (call === undefined) return;
    const parts = [...this.unconfirmed.map(({ kind, text }) => (kind === 'text' ? textPart(text) : reasoningPart(text))), ...this.said];
    if (parts.length > 0) call.attributes.set('gen_ai.output.messages', [messageOf('assistant', parts)]);
    const texts = parts.filter((part) => part instanceof Map && part.get('type') === 'text');
    if (texts.length > 0 && this.turn !== undefined) {
      this.turn.attributes.set('gen_ai.output.messages', [messageOf('assistant', texts)]);
      this.steps.touch(this.turn);
    }
    this.unconfirmed = [];
    this.steps.end(call, this.saidTime);
    this.call = undefined;
    this.unpaid = call.attributes.has('gen_ai.usage.input_tokens') ? undefined : call;
  }

  private callTool(call: CodexCall, item: JsonObject): void {
    this.modelCall();
    this.said.push(toolCallPart(call.id, call.name, call.arguments));
    this.isDone = false;
    const step = this.beginTool(call);
    put(step.attributes, 'codex.status', textIn(item.get('status')));
    // Nothing more is heard of a search.
    if (item.get('type') !== 'web_search_call') return;
    this.tools.delete(call.id);
    this.steps.end(step, this.time);
  }

  /** The step of a tool call, which an event may have told of already. */
  beginTool(call: CodexCall): Step {
    const known = this.tools.get(call.id);
    if (known !== undefined) return known;
    const id = call.id === '' ? `${this.traceId} call ${++this.calls}` : call.id;
    const step = this.begin(id, this.turnOf('').id, `execute_tool ${call.name}`, this.time, toolAttributes(call.name, call.id, call.arguments));
    this.tools.set(id, step);
    return step;
  }

  endTool(callId: string, output: JsonValue | undefined): void {
    this.endCall();
    const { value, exitCode, isError } = outputOf(output), step = this.tools.get(callId) ?? this.beginTool({ id: callId, name: '', arguments: null });
    this.tools.delete(callId);
    put(step.attributes, 'gen_ai.tool.call.result', value);
    put(step.attributes, 'codex.exit_code', exitCode);
    if (isError) this.steps.fail(step, exitCode === undefined ? '' : `exit code ${exitCode}`);
    if (step.end === 0n) this.steps.end(step, this.time); else this.steps.touch(step);
    this.input.push(messageOf('tool', [toolResponsePart(callId, value)]));
    this.isDone = false;
  }

  /** Tokens are told again and again; they count when the totals have changed. */
  takeTokens(info: JsonObject | undefined): void {
    const total = objectIn(info?.get('total_token_usage')), last = objectIn(info?.get('last_token_usage')) ?? total;
    const key = JSON.stringify([...total ?? []].map(([name, count]) => [name, String(count)]));
    const call = this.call ?? this.unpaid;
    if (last === undefined || key === this.totals || call === undefined) return;
    this.totals = key;
    this.pay(call, last);
    this.unpaid = undefined;
  }

  pay(call: Step, usage: JsonObject): void {
    putUsage(call.attributes, {
      input: figureIn(usage.get('input_tokens')), output: figureIn(usage.get('output_tokens')),
      cacheRead: figureIn(usage.get('cached_input_tokens')), reasoning: figureIn(usage.get('reasoning_output_tokens')),
    });
    call.attributes.set('codex.usage', usage);
    this.steps.touch(call);
  }

  /** The call that is being made, or the last one of the turn, for tokens that are told for a turn. */
  get currentCall(): Step | undefined { return this.call ?? this.unpaid; }

  /** Plans and other things that are no messages. */
  note(name: string, event: JsonObject): void {
    const attributes = new Map<string, AttributeValue>();
    for (const [key, value] of event) if (key !== 'type') put(attributes, key, value);
    this.steps.event(this.turn ?? this.rootStep(), name, this.time, attributes);
  }
}
