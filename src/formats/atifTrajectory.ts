import type { AttributeValue } from '../model/attributes.ts';
import { listIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { momentIn, put } from './recordSpans.ts';
import { figureIn, messageOf, putUsage, reasoningPart, textPart, toolAttributes, toolCallPart, toolResponsePart } from './transcriptSteps.ts';
import type { Step, Steps } from './transcriptSteps.ts';

/** Which trajectory it is, and what it hangs below. */
export interface TrajectoryHead { readonly id: string; readonly sessionId: string; readonly traceId: string; readonly parentId: string }

/** Figures of single tokens are as many as there are tokens, and nobody reads them. */
const perToken = /token_ids$|logprobs$/;

/** Puts the steps of one trajectory together. */
export class Trajectory {
  private readonly steps: Steps;
  private readonly head: TrajectoryHead;
  private root: Step | undefined;
  private resource = 0;
  private model = '';
  private about: JsonObject = new Map();
  private input: AttributeValue[] = [];
  private time = 0n;
  private count = 0;
  /** Calls that began sub-agents: these end before the next step. */
  private delegating: Step[] = [];

  constructor(steps: Steps, head: TrajectoryHead) {
    this.steps = steps;
    this.head = head;
  }

  /** `about`: everything but the steps. */
  begin(about: JsonObject): void {
    const agent = objectIn(about.get('agent')), resource = new Map<string, AttributeValue>([['service.name', textIn(agent?.get('name')) || 'agent']]);
    put(resource, 'service.version', textIn(agent?.get('version')));
    this.resource = this.steps.writer.addResource(resource);
    this.model = textIn(agent?.get('model_name'));
    this.about = about;
  }

  take(step: JsonObject): void {
    const recorded = momentIn(step.get('timestamp')), before = this.time;
    if (recorded === undefined) this.steps.batch.report('steps have no times: they are shown in their order, a microsecond apart');
    this.time = recorded ?? before + 1000n;
    this.count++;
    this.endDelegation();
    const root = this.rootStep(), source = textIn(step.get('source'));
    if (source === 'agent' && step.get('is_copied_context') !== true) this.takeAgentStep(step, root, before === 0n ? this.time : before);
    else this.hear(source, step, root);
  }

  close(): void {
    this.endDelegation();
    if (this.root !== undefined) this.steps.end(this.root, this.time);
  }

  private rootStep(): Step {
    if (this.root !== undefined) return this.root;
    const { about, head, model } = this, agent = objectIn(about.get('agent')), name = textIn(agent?.get('name')) || 'agent';
    const attributes = new Map<string, AttributeValue>([['gen_ai.operation.name', 'invoke_agent'], ['gen_ai.agent.name', name], ['gen_ai.conversation.id', head.sessionId]]);
    put(attributes, 'gen_ai.agent.version', textIn(agent?.get('version')));
    put(attributes, 'atif.model_name', model);
    put(attributes, 'gen_ai.tool.definitions', agent?.get('tool_definitions'));
    for (const [key, value] of about) if (key !== 'agent' && key !== 'session_id') put(attributes, `atif.${key}`, value);
    put(attributes, 'atif.agent.extra', agent?.get('extra'));
    return this.root = this.beginStep(head.id, head.parentId, `invoke_agent ${name}`, this.time, attributes);
  }

  private beginStep(id: string, parentId: string, name: string, start: bigint, attributes: Map<string, AttributeValue>): Step {
    return this.steps.begin(this.head.traceId, id, parentId, name, start, this.resource, attributes);
  }

  /** What the user or the system says, or what was said in another trajectory before. */
  private hear(source: string, step: JsonObject, root: Step): void {
    const message = messageOf(source === 'agent' ? 'assistant' : source === '' ? 'user' : source, partsOf(step));
    this.input.push(message);
    if (source === 'user' && !root.attributes.has('gen_ai.input.messages')) root.attributes.set('gen_ai.input.messages', [message]);
    if (step.has('observation')) this.steps.event(root, 'observation', this.time, new Map([['observation', step.get('observation') ?? null]]));
  }

  private takeAgentStep(step: JsonObject, root: Step, start: bigint): void {
    const calls = objectsIn(step.get('tool_calls')), results = objectsIn(objectIn(step.get('observation'))?.get('results'));
    const parts = [...partsOf(step), ...calls.map((call) => toolCallPart(textIn(call.get('tool_call_id')), textIn(call.get('function_name')), call.get('arguments') ?? null))];
    const texts = parts.filter((part) => part instanceof Map && part.get('type') === 'text');
    if (texts.length > 0) root.attributes.set('gen_ai.output.messages', [messageOf('assistant', texts)]);
    // Steps that no model was asked for are only what their tools did.
    if (step.get('llm_call_count') !== 0) this.addModelCall(step, root, parts, start);
    for (const call of calls) this.addTool(call, results.filter((result) => textIn(result.get('source_call_id')) === textIn(call.get('tool_call_id')) || (calls.length === 1 && !result.has('source_call_id'))), root);
    for (const result of results) {
      const callId = textIn(result.get('source_call_id'));
      this.input.push(callId === '' ? messageOf('user', contentParts(result.get('content'))) : messageOf('tool', [toolResponsePart(callId, result.get('content') ?? null)]));
    }
  }

  private addModelCall(step: JsonObject, root: Step, parts: readonly AttributeValue[], start: bigint): void {
    const model = textIn(step.get('model_name')) || this.model, call = this.beginStep(`${this.head.id}/step ${this.count}`, root.id, model === '' ? 'chat' : `chat ${model}`, start, new Map<string, AttributeValue>([['gen_ai.operation.name', 'chat'], ['gen_ai.conversation.id', this.head.sessionId]]));
    const { attributes } = call, metrics = objectIn(step.get('metrics'));
    put(attributes, 'gen_ai.request.model', model);
    put(attributes, 'gen_ai.input.messages', this.input.splice(0));
    put(attributes, 'gen_ai.output.messages', parts.length === 0 ? undefined : [messageOf('assistant', parts)]);
    if (metrics !== undefined) {
      if (metrics.has('prompt_tokens') || metrics.has('completion_tokens')) putUsage(attributes, { input: figureIn(metrics.get('prompt_tokens')), output: figureIn(metrics.get('completion_tokens')), cacheRead: figureIn(metrics.get('cached_tokens')) });
      put(attributes, 'gen_ai.usage.cost', metrics.get('cost_usd'));
      for (const [key, value] of metrics) if (!perToken.test(key)) put(attributes, `atif.metrics.${key}`, value);
    }
    for (const key of ['step_id', 'reasoning_effort', 'extra']) put(attributes, `atif.${key}`, step.get(key));
    this.steps.end(call, this.time);
  }

  /** Nobody tells how long a tool took: its span is where its step is. */
  private addTool(call: JsonObject, results: readonly JsonObject[], root: Step): void {
    const id = textIn(call.get('tool_call_id')), name = textIn(call.get('function_name')), contents = results.map((result) => result.get('content') ?? null).filter((content) => content !== null);
    const tool = this.beginStep(`${this.head.id}/${id === '' ? `tool ${this.count}` : id}`, root.id, `execute_tool ${name}`, this.time, toolAttributes(name, id, call.get('arguments') ?? null));
    put(tool.attributes, 'gen_ai.tool.call.result', contents.length === 1 ? contents[0] : contents);
    put(tool.attributes, 'atif.extra', call.get('extra'));
    if (results.some((result) => result.has('subagent_trajectory_ref'))) this.delegating.push(tool); else this.steps.end(tool, this.time);
  }

  private endDelegation(): void { for (const tool of this.delegating.splice(0)) this.steps.end(tool, this.time); }
}

function partsOf(step: JsonObject): AttributeValue[] {
  const reasoning = textIn(step.get('reasoning_content'));
  return [...reasoning === '' ? [] : [reasoningPart(reasoning)], ...contentParts(step.get('message'))];
}

/** A text, or a list of parts, of which those of text are like everybody's. */
function contentParts(content: JsonValue | undefined): AttributeValue[] {
  if (typeof content === 'string') return content === '' ? [] : [textPart(content)];
  return listIn(content).map((part) => {
    const text = objectIn(part)?.get('text');
    return typeof text === 'string' ? textPart(text) : part;
  });
}
