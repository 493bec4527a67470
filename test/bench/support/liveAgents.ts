import { nowNs } from './liveSender.ts';

const agentCount = 4;
/** What the first step is taken to have lasted. */
const firstStepNs = 10_000_000n;
/** A new iteration begins after so many spans. */
const spansPerIteration = 200;
const names = ['chat claude-sonnet-4-5', 'execute_tool read_file', 'execute_tool search_docs', 'SELECT chunks'];

interface Agent { readonly spanId: string; iteration: string; inIteration: number; lastNs: bigint }

/** Agents that work at the same time: iterations of short steps, told as they begin and end. */
export class LiveAgents {
  readonly #traceId: string;
  readonly #parentSpanId: string;
  readonly #agents: Agent[] = [];
  #spans = 0;

  constructor(traceId: string, parentSpanId: string) {
    this.#traceId = traceId;
    this.#parentSpanId = parentSpanId;
  }

  /** The messages of the next spans, whose times fill the time since the last call. */
  step(count: number): object[] {
    const now = nowNs(), messages: object[] = [];
    if (this.#agents.length === 0) for (let i = 0; i < agentCount; i++) messages.push(this.#startAgent(now));
    for (const [i, agent] of this.#agents.entries()) {
      const share = Math.floor(((i + 1) * count) / agentCount) - Math.floor((i * count) / agentCount);
      const stepNs = (now - agent.lastNs) / BigInt(Math.max(1, share));
      for (let k = 0; k < share; k++) this.#step(agent, agent.lastNs, (agent.lastNs += stepNs), messages);
    }
    return messages;
  }

  #startAgent(now: bigint): object {
    const spanId = this.#newId();
    const lastNs = now - firstStepNs;
    this.#agents.push({ spanId, iteration: '', inIteration: 0, lastNs });
    return this.#start(spanId, this.#parentSpanId, `invoke_agent worker ${this.#agents.length}`, lastNs);
  }

  #step(agent: Agent, from: bigint, to: bigint, messages: object[]): void {
    if (agent.inIteration-- <= 0) {
      if (agent.iteration !== '') messages.push(this.#end(agent.iteration, from));
      agent.iteration = this.#newId();
      agent.inIteration = spansPerIteration;
      messages.push(this.#start(agent.iteration, agent.spanId, 'iteration', from));
    }
    const spanId = this.#newId(), name = names[this.#spans % names.length] as string;
    messages.push(this.#start(spanId, agent.iteration, name, from), this.#end(spanId, to));
  }

  #start(spanId: string, parentSpanId: string, name: string, at: bigint): object {
    return {
      type: 'start',
      span: {
        traceId: this.#traceId, spanId, parentSpanId, name, service: 'bench', startTimeUnixNano: String(at),
        attributes: { 'gen_ai.operation.name': name.split(' ')[0], 'thread.id': 8, 'code.file.path': '/srv/agent/tools.py', 'code.line.number': 120 },
      },
    };
  }

  #end(spanId: string, at: bigint): object {
    return { type: 'end', traceId: this.#traceId, spanId, endTimeUnixNano: String(at), status: { code: 'ok' } };
  }

  #newId(): string {
    return (0xa000_0000_0000 + ++this.#spans).toString(16).padStart(16, '0');
  }
}
