import type { AttributeValue } from '../model/attributes.ts';
import { nanosOfIso } from '../model/time.ts';
import { blocksIn, partOf, putClaudeUsage, putToolUseResult, resultOf, textOfBlocks } from './claudeMessages.ts';
import { nanosIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { put } from './recordSpans.ts';
import { messageOf, toolAttributes } from './transcriptSteps.ts';
import type { Step, Steps, TranscriptReader } from './transcriptSteps.ts';

const agentName = 'Claude Code';
const interrupted = '[Request interrupted by user';
/** What a command of the user printed is no prompt. */
const printed = /^<(?:local-command|bash)-(?:stdout|stderr)>/;

/** A conversation: that with the user, or that of a sub-agent with its task. */
interface Chain {
  /** Around the steps: the turn, or the sub-agent. */
  container: Step | undefined;
  call: Step | undefined;
  /** Model calls of the turn by the id of their message. */
  readonly calls: Map<string, Step>;
  /** When the last record was written. */
  time: bigint;
  lastUuid: string;
  turns: number;
  /** Messages that the next model call is given. */
  input: AttributeValue[];
  /** Whether the model said something last and wants nothing more, and when. */
  isDone: boolean;
  doneAt: bigint;
}

interface Session {
  readonly id: string;
  readonly resource: number;
  root: Step | undefined;
  readonly main: Chain;
  readonly turns: Step[];
  /** How many turns there were when a record was written. */
  readonly turnOfRecord: Map<string, number>;
  readonly tools: Map<string, Step>;
  /** Calls of the tool that begins sub-agents, the latest last, with the task. */
  readonly tasks: { readonly step: Step; readonly prompt: string; readonly kind: string; isTaken: boolean }[];
  /** Sub-agents by their id, or by the id of their first record. */
  readonly agents: Map<string, Chain>;
  readonly taskOfAgent: Map<string, Step>;
}

const newChain = (): Chain => ({ container: undefined, call: undefined, calls: new Map(), time: 0n, lastUuid: '', turns: 0, input: [], isDone: false, doneAt: 0n });

/** Puts the records of Claude Code together to steps. */
export class ClaudeTranscript implements TranscriptReader {
  private readonly steps: Steps;
  private readonly sessions = new Map<string, Session>();
  private current: Session | undefined;
  private title = '';
  private readonly seen = new Set<string>();
  /** Messages of earlier turns: sessions that are resumed repeat them. */
  private readonly seenMessages = new Set<string>();
  /** The sub-agent of a record without an agent's id. */
  private readonly chainOfRecord = new Map<string, Chain>();

  constructor(steps: Steps) { this.steps = steps; }

  take(record: JsonObject): void {
    const type = textIn(record.get('type')), uuid = textIn(record.get('uuid'));
    if (type === 'summary' || type === 'ai-title' || type === 'custom-title') {
      this.setTitle(textIn(record.get('summary') ?? record.get('aiTitle') ?? record.get('customTitle')));
      return;
    }
    if (uuid !== '' && this.seen.has(uuid)) {
      this.steps.batch.tally(1, 'records are there twice', 'record is there twice');
      return;
    }
    if (uuid !== '') this.seen.add(uuid);
    const session = this.sessionOf(record), message = objectIn(record.get('message'));
    if (session === undefined) return;
    const chain = record.get('isSidechain') === true ? this.agentChain(session, record, uuid) : session.main, time = nanosOfIso(textIn(record.get('timestamp'))) ?? chain.time;
    if ((type === 'user' || type === 'tool_result') && message !== undefined) this.takeUser(session, chain, record, message, time);
    else if (type === 'assistant' && message !== undefined) this.takeAssistant(session, chain, record, message, time);
    else if (type === 'system') this.takeSystem(session, chain, record, time);
    else if (type !== 'progress' || !this.takeProgress(session, record)) this.steps.batch.tally(1, 'records are no messages and were passed over', 'record is no message and was passed over');
    if (message !== undefined) chain.time = time > chain.time ? time : chain.time;
    if (uuid === '') return;
    chain.lastUuid = uuid;
    if (chain === session.main) session.turnOfRecord.set(uuid, session.turns.length);
  }

  /** What a sub-agent says is repeated while it works; its own transcript may be in another file. */
  private takeProgress(session: Session, record: JsonObject): boolean {
    const data = objectIn(record.get('data')), said = objectIn(data?.get('message')), message = objectIn(said?.get('message')), agentId = data?.get('agentId') ?? null;
    if (data?.get('type') !== 'agent_progress' || said === undefined || message === undefined || textIn(agentId) === '') return false;
    const task = session.tools.get(textIn(record.get('parentToolUseID')));
    if (task !== undefined) session.taskOfAgent.set(textIn(agentId), task);
    this.take(new Map<string, JsonValue>([
      ['type', said.get('type') ?? message.get('role') ?? null], ['uuid', said.get('uuid') ?? null], ['timestamp', said.get('timestamp') ?? record.get('timestamp') ?? null],
      ['sessionId', session.id], ['isSidechain', true], ['agentId', agentId], ['message', message], ['requestId', said.get('requestId') ?? null],
    ]));
    return true;
  }

  close(): void {
    for (const session of this.sessions.values()) {
      for (const chain of [...session.agents.values(), session.main]) {
        this.endCall(chain);
        if (chain.container !== undefined && chain.container.end === 0n && (chain.isDone || chain !== session.main)) this.steps.end(chain.container, chain.isDone ? chain.doneAt : chain.time);
      }
      const { root, main } = session;
      if (root !== undefined && main.container?.end !== 0n) this.steps.end(root, main.time);
    }
  }

  private setTitle(title: string): void {
    this.title = title;
    const root = this.current?.root;
    if (root === undefined || title === '') return;
    root.name = title;
    root.attributes.set('claude_code.title', title);
    this.steps.touch(root);
  }

  private sessionOf(record: JsonObject): Session | undefined {
    const id = textIn(record.get('sessionId'));
    if (id === '') return this.current;
    let session = this.sessions.get(id);
    if (session === undefined) {
      const attributes = new Map<string, AttributeValue>([['service.name', 'claude-code']]);
      put(attributes, 'service.version', textIn(record.get('version')));
      put(attributes, 'process.working_directory', textIn(record.get('cwd')));
      put(attributes, 'vcs.ref.head.name', textIn(record.get('gitBranch')));
      session = { id, resource: this.steps.writer.addResource(attributes), root: undefined, main: newChain(), turns: [], turnOfRecord: new Map(), tools: new Map(), tasks: [], agents: new Map(), taskOfAgent: new Map() };
      this.sessions.set(id, session);
    }
    this.current = session;
    return session;
  }

  private begin(session: Session, id: string, parentId: string, name: string, start: bigint, attributes: Map<string, AttributeValue>): Step {
    attributes.set('gen_ai.conversation.id', session.id);
    return this.steps.begin(session.id, id, parentId, name, start, session.resource, attributes);
  }

  /** The session itself; sub-agents in files of their own have none. */
  private rootOf(session: Session, time: bigint): Step {
    const name = this.title === '' ? `${agentName} session` : this.title;
    session.root ??= this.begin(session, session.id, '', name, time, new Map<string, AttributeValue>([['gen_ai.operation.name', 'invoke_workflow'], ['gen_ai.workflow.name', agentName]]));
    if (this.title !== '') session.root.attributes.set('claude_code.title', this.title);
    return session.root;
  }

  private beginTurn(session: Session, chain: Chain, record: JsonObject, time: bigint): Step {
    this.endTurn(chain, chain.isDone ? chain.doneAt : chain.time);
    const root = this.rootOf(session, time), parentUuid = textIn(record.get('parentUuid'));
    const attributes = new Map<string, AttributeValue>([['gen_ai.operation.name', 'invoke_agent'], ['gen_ai.agent.name', agentName]]);
    const turn = this.begin(session, textIn(record.get('uuid')) || `${session.id} turn ${chain.turns + 1}`, root.id, `turn ${++chain.turns}`, time, attributes);
    // Who goes back to an earlier message begins another branch there.
    if (parentUuid !== '' && chain.lastUuid !== '' && parentUuid !== chain.lastUuid && this.seen.has(parentUuid)) {
      this.steps.event(turn, 'conversation.rewound', time, new Map([['claude_code.parent_uuid', parentUuid]]));
      for (const left of session.turns.slice(session.turnOfRecord.get(parentUuid) ?? session.turns.length)) {
        left.attributes.set('claude_code.abandoned', true);
        this.steps.touch(left);
      }
    }
    session.turns.push(turn);
    chain.container = turn;
    chain.isDone = false;
    return turn;
  }

  private endTurn(chain: Chain, time: bigint): void {
    this.endCall(chain);
    if (chain.container !== undefined && chain.container.end === 0n) this.steps.end(chain.container, time);
    for (const id of chain.calls.keys()) this.seenMessages.add(id);
    chain.calls.clear();
    chain.container = undefined;
  }

  /** A model call has ended with the last record of its message. */
  private endCall(chain: Chain): void {
    const { call } = chain;
    if (call === undefined) return;
    this.steps.end(call, chain.time);
    chain.call = undefined;
  }

  private takeUser(session: Session, chain: Chain, record: JsonObject, message: JsonObject, time: bigint): void {
    const blocks = blocksIn(message.get('content')), results = blocks.filter((block) => block.get('type') === 'tool_result');
    const text = textOfBlocks(blocks), input = messageOf(results.length > 0 ? 'tool' : 'user', blocks.map(partOf));
    this.endCall(chain);
    for (const block of results) this.endTool(session, chain, block, record, time);
    if (record.get('isCompactSummary') === true) this.steps.event(this.around(session, chain, time), 'conversation.compacted', time, new Map([['summary', text]]));
    else if (text.startsWith(interrupted) && chain.container !== undefined) {
      this.steps.event(chain.container, 'interrupted', time);
      if (chain === session.main) this.endTurn(chain, time);
      return;
    } else if (results.length === 0 && record.get('isMeta') !== true && !printed.test(text) && chain === session.main) {
      this.beginTurn(session, chain, record, time).attributes.set('gen_ai.input.messages', [input]);
    } else if (chain !== session.main && results.length === 0 && chain.container?.attributes.has('gen_ai.input.messages') === false) {
      chain.container.attributes.set('gen_ai.input.messages', [input]);
    }
    chain.input.push(input);
    chain.isDone &&= results.length === 0;
  }

  /** What an event belongs to that is about the conversation: the turn while it goes on. */
  private around(session: Session, chain: Chain, time: bigint): Step {
    return chain.container === undefined || (chain.isDone && chain === session.main) ? this.rootOf(session, time) : chain.container;
  }

  private endTool(session: Session, chain: Chain, block: JsonObject, record: JsonObject, time: bigint): void {
    const id = textIn(block.get('tool_use_id')), agentId = textIn(record.get('agentId') ?? objectIn(record.get('toolUseResult'))?.get('agentId'));
    // The call may stand in another file.
    const tool = session.tools.get(id) ?? this.begin(session, id || textIn(record.get('uuid')), chain.container?.id ?? '', 'execute_tool', time, toolAttributes('', id, undefined));
    session.tools.delete(id);
    put(tool.attributes, 'gen_ai.tool.call.result', resultOf(block.get('content')));
    putToolUseResult(tool.attributes, record.get('toolUseResult'));
    if (block.get('is_error') === true) this.steps.fail(tool, textOfBlocks(blocksIn(block.get('content'))));
    this.steps.end(tool, time);
    if (agentId === '' || chain !== session.main) return;
    session.taskOfAgent.set(agentId, tool);
    const agent = session.agents.get(agentId)?.container;
    if (agent !== undefined && agent.parentId !== tool.id) {
      agent.parentId = tool.id;
      this.steps.touch(agent);
    }
  }

  private takeAssistant(session: Session, chain: Chain, record: JsonObject, message: JsonObject, time: bigint): void {
    const id = textIn(message.get('id')) || textIn(record.get('uuid')), blocks = blocksIn(message.get('content'));
    if (this.seenMessages.has(id)) return;
    const container = chain.container ?? this.beginTurn(session, chain, record, time);
    let call = chain.calls.get(id);
    if (call !== chain.call) this.endCall(chain);
    if (call === undefined) {
      call = this.beginCall(session, chain, record, id, container, time);
      chain.calls.set(id, call);
    }
    chain.call = call;
    this.describeCall(call, record, message, blocks);
    let wantsTools = false;
    for (const block of blocks) if (block.get('type') === 'tool_use') wantsTools = this.beginTool(session, container, block, time) || wantsTools;
    chain.isDone = !wantsTools && message.get('stop_reason') !== 'tool_use';
    chain.doneAt = time;
    // Nobody says that a sub-agent has ended; should it go on, it ends later.
    if (chain.isDone && chain !== session.main) this.steps.end(container, time);
    const said = textOfBlocks(blocks);
    if (said !== '') container.attributes.set('gen_ai.output.messages', [messageOf('assistant', [partOf(new Map([['type', 'text'], ['text', said]]))])]);
    this.steps.touch(container);
  }

  private beginCall(session: Session, chain: Chain, record: JsonObject, id: string, container: Step, time: bigint): Step {
    const duration = nanosIn(record.get('durationMs'), 6), start = duration !== undefined ? time - duration : chain.time > 0n && chain.time < time ? chain.time : time;
    const call = this.begin(session, id, container.id, 'chat', start < container.start ? container.start : start, new Map<string, AttributeValue>([['gen_ai.operation.name', 'chat'], ['gen_ai.provider.name', 'anthropic']]));
    if (chain.input.length > 0) call.attributes.set('gen_ai.input.messages', chain.input.splice(0));
    return call;
  }

  /** Every record of a message has more of its content, and its usage once more. */
  private describeCall(call: Step, record: JsonObject, message: JsonObject, blocks: readonly JsonObject[]): void {
    const { attributes } = call, model = textIn(message.get('model')), stop = textIn(message.get('stop_reason')), usage = objectIn(message.get('usage'));
    if (model !== '') call.name = `chat ${model}`;
    put(attributes, 'gen_ai.request.model', model);
    put(attributes, 'gen_ai.response.model', model);
    put(attributes, 'gen_ai.response.id', textIn(message.get('id')));
    if (stop !== '') attributes.set('gen_ai.response.finish_reasons', [stop]);
    put(attributes, 'claude_code.request_id', textIn(record.get('requestId')));
    put(attributes, 'gen_ai.usage.cost', record.get('costUSD'));
    if (usage !== undefined) putClaudeUsage(attributes, usage);
    const said = (attributes.get('gen_ai.output.messages') as readonly ReadonlyMap<string, AttributeValue>[] | undefined)?.[0]?.get('parts');
    attributes.set('gen_ai.output.messages', [messageOf('assistant', [...Array.isArray(said) ? said as readonly AttributeValue[] : [], ...blocks.map(partOf)])]);
    if (record.get('isApiErrorMessage') === true) this.steps.fail(call, textOfBlocks(blocks));
    this.steps.touch(call);
  }

  /** Whether the tool was not called before. */
  private beginTool(session: Session, container: Step, block: JsonObject, time: bigint): boolean {
    const id = textIn(block.get('id')), name = textIn(block.get('name')), input = objectIn(block.get('input'));
    if (session.tools.has(id)) return false;
    const step = this.begin(session, id, container.id, `execute_tool ${name}`, time, toolAttributes(name, id, block.get('input') ?? null));
    session.tools.set(id, step);
    if (input?.has('subagent_type') === true || name === 'Task' || name === 'Agent') {
      session.tasks.push({ step, prompt: textIn(input?.get('prompt')), kind: textIn(input?.get('subagent_type')), isTaken: false });
    }
    return true;
  }

  private takeSystem(session: Session, chain: Chain, record: JsonObject, time: bigint): void {
    const subtype = textIn(record.get('subtype')), attributes = new Map<string, AttributeValue>();
    for (const key of ['content', 'level', 'compactMetadata', 'durationMs', 'error', 'logicalParentUuid']) put(attributes, key, record.get(key));
    if (subtype === 'compact_boundary') chain.lastUuid = '';
    this.steps.event(this.around(session, chain, time), subtype === 'compact_boundary' ? 'conversation.compacting' : `system${subtype === '' ? '' : `.${subtype}`}`, time, attributes);
  }

  /** The conversation of a sub-agent's record: by its id, by the record before it, or the one that nobody named yet. */
  private agentChain(session: Session, record: JsonObject, uuid: string): Chain {
    const agentId = textIn(record.get('agentId')), parentUuid = textIn(record.get('parentUuid'));
    let chain = this.chainOfRecord.get(parentUuid) ?? session.agents.get(agentId);
    if (chain === undefined && agentId !== '') {
      const [unnamed] = [...session.agents].filter(([key]) => this.chainOfRecord.has(key)).map(([, each]) => each);
      if (unnamed !== undefined && parentUuid !== '') chain = unnamed;
    }
    if (chain === undefined) {
      chain = newChain();
      this.beginAgent(session, chain, record, agentId === '' ? uuid : agentId);
    }
    if (agentId !== '') session.agents.set(agentId, chain); else if (!session.agents.has(uuid) && [...session.agents.values()].every((each) => each !== chain)) session.agents.set(uuid, chain);
    if (uuid !== '') this.chainOfRecord.set(uuid, chain);
    return chain;
  }

  private beginAgent(session: Session, chain: Chain, record: JsonObject, id: string): void {
    const prompt = textOfBlocks(blocksIn(objectIn(record.get('message'))?.get('content'))), time = nanosOfIso(textIn(record.get('timestamp'))) ?? 0n;
    const known = session.taskOfAgent.get(id);
    const task = session.tasks.find(({ step }) => step === known) ?? session.tasks.find((each) => !each.isTaken && each.prompt !== '' && each.prompt === prompt) ?? session.tasks.findLast(({ isTaken }) => !isTaken);
    if (task !== undefined) task.isTaken = true;
    const kind = task?.kind ?? '', parent = known ?? task?.step ?? session.root;
    const attributes = new Map<string, AttributeValue>([['gen_ai.operation.name', 'invoke_agent']]);
    put(attributes, 'gen_ai.agent.name', kind === '' ? 'sub-agent' : kind);
    put(attributes, 'gen_ai.agent.id', textIn(record.get('agentId')));
    chain.container = this.begin(session, `agent-${id}`, parent?.id ?? '', `invoke_agent ${kind === '' ? 'sub-agent' : kind}`, time, attributes);
  }
}
