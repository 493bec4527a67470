import type { AttributeValue } from '../model/attributes.ts';
import { listIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { momentIn, put } from './recordSpans.ts';
import { figureIn, messageOf, putUsage, reasoningPart, textPart, toolAttributes, toolCallPart } from './transcriptSteps.ts';
import type { Step, Steps } from './transcriptSteps.ts';

interface Session {
  readonly id: string;
  root: Step | undefined;
  info: JsonObject;
  /** Turns by the id of the user's message. */
  readonly turns: Map<string, Step>;
  lastTurn: Step | undefined;
  time: bigint;
}

interface Message {
  readonly sessionId: string;
  readonly role: string;
  readonly step: Step;
  /** What it says, by the id of the part. */
  readonly parts: Map<string, AttributeValue>;
}

/** The sessions of opencode and what happened in them. */
export class OpencodeSessions {
  private readonly steps: Steps;
  private readonly sessions = new Map<string, Session>();
  private readonly messages = new Map<string, Message>();
  private readonly tools = new Map<string, Step>();
  /** Tool calls by the session of the sub-agent that they began. */
  private readonly callers = new Map<string, Step>();
  private readonly resources = new Map<string, number>();
  /** Parts of messages that have not come yet. */
  private readonly waiting = new Map<string, { readonly part: JsonObject; readonly time: bigint | undefined }[]>();

  constructor(steps: Steps) { this.steps = steps; }

  passOver(): void { this.steps.batch.tally(1, 'records are no messages and were passed over', 'record is no message and was passed over'); }

  session(info: JsonObject): void {
    const session = this.sessionOf(textIn(info.get('id'))), root = this.rootOf(session, info), title = textIn(info.get('title'));
    session.info = info;
    if (title !== '' && !isSubagent(session)) root.name = title;
    for (const [key, value] of info) if (key !== 'id' && key !== 'time' && key !== 'permission') put(root.attributes, `opencode.session.${key}`, value);
    this.steps.touch(root);
  }

  message(info: JsonObject): void {
    const id = textIn(info.get('id')), session = this.sessionOf(textIn(info.get('sessionID'))), created = momentIn(objectIn(info.get('time'))?.get('created')) ?? session.time;
    this.passed(session, created);
    const message = this.messages.get(id) ?? this.beginMessage(id, session, info, created);
    if (message.role === 'assistant') this.describeAnswer(message.step, info, session);
    else put(message.step.attributes, 'opencode.agent', textIn(info.get('agent')));
    this.steps.touch(message.step);
    for (const { part, time } of this.waiting.get(id) ?? []) this.part(part, time);
    this.waiting.delete(id);
  }

  /** A part of a message, which comes again when it has changed. `time`: when it was told. */
  part(part: JsonObject, time: bigint | undefined): void {
    const messageId = textIn(part.get('messageID')), message = this.messages.get(messageId);
    if (message === undefined) {
      this.waiting.set(messageId, [...this.waiting.get(messageId) ?? [], { part, time }]);
      return;
    }
    const session = this.sessionOf(message.sessionId), id = textIn(part.get('id'));
    if (time !== undefined) this.passed(session, time);
    switch (textIn(part.get('type'))) {
      case 'text': message.parts.set(id, textPart(textIn(part.get('text')))); break;
      case 'reasoning': message.parts.set(id, reasoningPart(textIn(part.get('text')))); break;
      case 'file': message.parts.set(id, part); break;
      case 'tool': this.tool(part, message, session, time); break;
      case 'step-finish': this.finishStep(part, message); break;
      case 'compaction': case 'retry': case 'subtask': this.steps.event(message.step, textIn(part.get('type')), time ?? session.time, part); break;
      default: return;
    }
    this.describeMessage(message, session);
  }

  /** What the model is told beside the conversation. */
  setSystem(about: JsonObject | undefined, given: JsonObject | undefined): void {
    const root = this.sessions.get(textIn(about?.get('sessionID')))?.root, system = listIn(given?.get('system')).map((text) => textPart(textIn(text)));
    if (root === undefined || system.length === 0 || root.attributes.has('gen_ai.system_instructions')) return;
    root.attributes.set('gen_ai.system_instructions', system);
    this.steps.touch(root);
  }

  idle(sessionId: string): void {
    const session = this.sessions.get(sessionId), turn = session?.lastTurn;
    if (session !== undefined && turn !== undefined && turn.end === 0n) this.steps.end(turn, session.time);
  }

  note(sessionId: string, name: string, properties: JsonObject): void {
    const session = this.sessionOf(sessionId), step = session.lastTurn ?? this.rootOf(session, new Map());
    this.steps.event(step, name, session.time, properties);
    const error = objectIn(properties.get('error'));
    if (name === 'session.error') this.steps.fail(step, textIn(objectIn(error?.get('data'))?.get('message')) || textIn(error?.get('message')) || textIn(error?.get('name')));
  }

  close(): void {
    for (const session of this.sessions.values()) {
      const { root, lastTurn } = session, answers = [...this.messages.values()].filter((each) => each.sessionId === session.id && each.role === 'assistant');
      const isDone = answers.every(({ step }) => step.end !== 0n);
      if (isDone && lastTurn !== undefined && lastTurn.end === 0n && answers.length > 0) this.steps.end(lastTurn, session.time);
      if (root !== undefined && (lastTurn === undefined || lastTurn.end !== 0n)) this.steps.end(root, session.time);
    }
  }

  private passed(session: Session, time: bigint): void { if (time > session.time) session.time = time; }

  private sessionOf(id: string): Session {
    let session = this.sessions.get(id);
    if (session === undefined) this.sessions.set(id, session = { id, root: undefined, info: new Map(), turns: new Map(), lastTurn: undefined, time: 0n });
    return session;
  }

  /** The trace of a sub-agent's session is that of the session around it. */
  private traceOf(session: Session): string {
    let { id } = session;
    for (const seen = new Set([id]); ;) {
      const parent = textIn(this.sessions.get(id)?.info.get('parentID'));
      if (parent === '' || seen.has(parent)) return id;
      seen.add(parent);
      id = parent;
    }
  }

  private rootOf(session: Session, info: JsonObject): Step {
    const created = momentIn(objectIn(info.get('time'))?.get('created')) ?? session.time;
    if (session.root !== undefined) {
      this.placeRoot(session, session.root);
      return session.root;
    }
    if (info.size > 0) session.info = info;
    this.passed(session, created);
    const isAgent = isSubagent(session), attributes = new Map<string, AttributeValue>([['gen_ai.operation.name', isAgent ? 'invoke_agent' : 'invoke_workflow']]);
    if (!isAgent) attributes.set('gen_ai.workflow.name', 'opencode');
    session.root = this.begin(session, session.id, '', isAgent ? 'invoke_agent sub-agent' : 'opencode session', created, attributes);
    this.placeRoot(session, session.root);
    return session.root;
  }

  /** A sub-agent lies below the call that began it, or else below the session that it was begun in. */
  private placeRoot(session: Session, root: Step): void {
    const caller = this.callers.get(session.id), parentId = caller?.id ?? textIn(session.info.get('parentID'));
    const name = textIn(objectIn(caller?.attributes.get('gen_ai.tool.call.arguments') as JsonValue | undefined)?.get('subagent_type'));
    if (name !== '') {
      root.name = `invoke_agent ${name}`;
      root.attributes.set('gen_ai.agent.name', name);
    }
    if (root.parentId === parentId) return;
    root.parentId = parentId;
    this.steps.touch(root);
  }

  private begin(session: Session, id: string, parentId: string, name: string, start: bigint, attributes: Map<string, AttributeValue>): Step {
    attributes.set('gen_ai.conversation.id', session.id);
    return this.steps.begin(this.traceOf(session), id, parentId, name, start, this.resourceOf(session.info), attributes);
  }

  private resourceOf(info: JsonObject): number {
    const version = textIn(info.get('version')), directory = textIn(info.get('directory')), key = `${version}\0${directory}`;
    let index = this.resources.get(key);
    if (index === undefined) {
      const attributes = new Map<string, AttributeValue>([['service.name', 'opencode']]);
      put(attributes, 'service.version', version);
      put(attributes, 'process.working_directory', directory);
      this.resources.set(key, index = this.steps.writer.addResource(attributes));
    }
    return index;
  }

  private beginMessage(id: string, session: Session, info: JsonObject, created: bigint): Message {
    const root = this.rootOf(session, new Map()), role = textIn(info.get('role'));
    const step = role === 'assistant' ? this.beginAnswer(id, session, info, root, created) : this.beginTurn(id, session, root, created);
    const message = { sessionId: session.id, role, step, parts: new Map<string, AttributeValue>() };
    this.messages.set(id, message);
    return message;
  }

  private beginTurn(id: string, session: Session, root: Step, created: bigint): Step {
    if (session.lastTurn !== undefined && session.lastTurn.end === 0n) this.steps.end(session.lastTurn, session.time < created ? session.time : created);
    const turn = this.begin(session, id, root.id, `turn ${session.turns.size + 1}`, created, new Map([['gen_ai.operation.name', 'invoke_agent'], ['gen_ai.agent.name', 'opencode']]));
    turn.isTimed = true;
    session.turns.set(id, turn);
    session.lastTurn = turn;
    return turn;
  }

  private beginAnswer(id: string, session: Session, info: JsonObject, root: Step, created: bigint): Step {
    const turn = session.turns.get(textIn(info.get('parentID'))) ?? session.lastTurn ?? root, call = this.begin(session, id, turn.id, 'chat', created, new Map([['gen_ai.operation.name', 'chat']]));
    call.isTimed = true;
    return call;
  }

  private describeAnswer(call: Step, info: JsonObject, session: Session): void {
    const { attributes } = call, model = textIn(info.get('modelID')), tokens = objectIn(info.get('tokens')), cache = objectIn(tokens?.get('cache')), error = objectIn(info.get('error'));
    const completed = momentIn(objectIn(info.get('time'))?.get('completed')), finish = textIn(info.get('finish'));
    if (model !== '') call.name = `chat ${model}`;
    put(attributes, 'gen_ai.request.model', model);
    put(attributes, 'gen_ai.provider.name', textIn(info.get('providerID')));
    put(attributes, 'gen_ai.agent.name', textIn(info.get('agent') ?? info.get('mode')));
    if (finish !== '') attributes.set('gen_ai.response.finish_reasons', [finish]);
    if (tokens !== undefined) {
      const cacheRead = figureIn(cache?.get('read')), cacheWrite = figureIn(cache?.get('write')), reasoning = figureIn(tokens.get('reasoning'));
      putUsage(attributes, { input: figureIn(tokens.get('input')) + cacheRead + cacheWrite, output: figureIn(tokens.get('output')) + reasoning, cacheRead, cacheWrite, reasoning });
      attributes.set('opencode.tokens', tokens);
    }
    put(attributes, 'gen_ai.usage.cost', info.get('cost'));
    if (error !== undefined) this.steps.fail(call, textIn(objectIn(error.get('data'))?.get('message')) || textIn(error.get('name')));
    if (completed === undefined) return;
    this.passed(session, completed);
    this.steps.end(call, completed);
  }

  /** The messages of a step, from its parts. */
  private describeMessage(message: Message, session: Session): void {
    const { step, role, parts } = message, own = messageOf(role, [...parts.values()]);
    if (parts.size > 0) step.attributes.set(role === 'assistant' ? 'gen_ai.output.messages' : 'gen_ai.input.messages', [own]);
    this.steps.touch(step);
    const texts = [...parts.values()].filter((part) => part instanceof Map && part.get('type') === 'text'), turn = session.lastTurn;
    if (role !== 'assistant' || texts.length === 0 || turn === undefined || turn.id !== step.parentId) return;
    turn.attributes.set('gen_ai.output.messages', [messageOf('assistant', texts)]);
    this.steps.touch(turn);
  }

  private finishStep(part: JsonObject, { step }: Message): void {
    const reason = textIn(part.get('reason'));
    if (reason !== '' && !step.attributes.has('gen_ai.response.finish_reasons')) step.attributes.set('gen_ai.response.finish_reasons', [reason]);
  }

  private tool(part: JsonObject, message: Message, session: Session, time: bigint | undefined): void {
    const callId = textIn(part.get('callID')), name = textIn(part.get('tool')), state = objectIn(part.get('state')), times = objectIn(state?.get('time'));
    const status = textIn(state?.get('status')), start = momentIn(times?.get('start')), end = momentIn(times?.get('end')), id = callId || textIn(part.get('id')), key = `${session.id}\0${id}`;
    const tool = this.tools.get(key) ?? this.begin(session, id, message.step.id, `execute_tool ${name}`, start ?? time ?? message.step.start, toolAttributes(name, callId, undefined));
    this.tools.set(key, tool);
    if (start !== undefined) {
      tool.start = start;
      tool.isTimed = true;
    }
    const input: JsonValue = state?.get('input') ?? null;
    if (input instanceof Map ? input.size > 0 : input !== null) tool.attributes.set('gen_ai.tool.call.arguments', input);
    put(tool.attributes, 'gen_ai.tool.call.result', state?.get('output'));
    put(tool.attributes, 'opencode.title', state?.get('title'));
    put(tool.attributes, 'opencode.metadata', state?.get('metadata'));
    if (status === 'error') this.steps.fail(tool, textIn(state?.get('error')));
    if (status === 'completed' || status === 'error') this.steps.end(tool, end ?? time ?? session.time);
    if (end !== undefined) this.passed(session, end);
    message.parts.set(textIn(part.get('id')), toolCallPart(callId, name, input));
    this.steps.touch(tool);
    const child = textIn(objectIn(state?.get('metadata'))?.get('sessionId'));
    if (child === '') return;
    this.callers.set(child, tool);
    const agent = this.sessions.get(child);
    if (agent?.root !== undefined) this.placeRoot(agent, agent.root);
  }
}

const isSubagent = ({ info }: Session): boolean => textIn(info.get('parentID')) !== '';
