import { AsyncLocalStorage } from 'node:async_hooks';
import { fieldOf } from './fields.ts';
import { LibrarySpan, outerSpan } from './librarySpans.ts';
import { placeOfCaller } from './place.ts';
import { usageAttributes } from './tokenUsage.ts';
import { hasTracerOf, isOn } from './tracerNames.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { SourceLocation } from '../location.ts';
import type { Method } from './wrapMethod.ts';

/** OpenTelemetry's GenAI conventions have no word for a chain but a workflow. */
const operations = { llm: 'text_completion', chat: 'chat', tool: 'execute_tool', retriever: 'retrieval', chain: 'invoke_workflow' } as const;
const mostOpen = 10_000;
const begun = new AsyncLocalStorage<SourceLocation>();

type Fields = Readonly<Record<string, unknown>>;

/** What every callback of a start tells beside its own. */
interface Start {
  readonly kind: keyof typeof operations;
  readonly runId: unknown;
  readonly parentRunId: unknown;
  readonly name: string;
  readonly tags: unknown;
  readonly metadata: unknown;
  readonly attributes: Fields;
}

/**
 * LangChain's and LangGraph's runs, through the callbacks that every run asks for: all of them get a handler more.
 * `manager` is the class `CallbackManager`.
 */
export function watchLangChain(manager: object): void {
  const open = new Map<string, LibrarySpan>();
  wrapMethod(manager, '_configureSync', (configure) => function seenConfigure(this: unknown, ...args: unknown[]) {
    const configured = Reflect.apply(configure, this, args);
    try {
      if (isTracedAlready()) return configured;
      const callbacks = (configured ?? Reflect.construct(manager as new () => object, [])) as { handlers?: { name?: string }[]; addHandler(handler: object, inherit: boolean): void };
      // Runs within this one inherit the handler.
      if (callbacks.handlers?.some(({ name }) => name === LangChainHandler.handlerName) === false) callbacks.addHandler(new LangChainHandler(open, beginning(seenConfigure)), true);
      return callbacks;
    } catch {
      return configured;
    }
  });
}

/** What asked for a run. A graph asks twice, for the second time when somebody reads its results, with nobody of the program on the stack. */
function beginning(entry: Method): SourceLocation | undefined {
  const place = placeOfCaller(entry);
  if (place !== undefined) begun.enterWith(place);
  return place ?? begun.getStore();
}

/** LangSmith makes spans of OpenTelemetry of the runs when it is told to. */
function isTracedAlready(): boolean {
  return isOn('LANGSMITH_OTEL_ENABLED') || isOn('LANGCHAIN_OTEL_ENABLED') || hasTracerOf('langchain', 'langgraph', 'langsmith');
}

/** A handler of callbacks by LangChain's interface. No method throws: LangChain would print that. */
class LangChainHandler {
  static readonly handlerName = 'spanscope';
  readonly name = LangChainHandler.handlerName;
  /** In the turn of the caller, whose line is looked for, and not later in a queue. */
  readonly awaitHandlers = true;
  readonly raiseError = false;
  readonly ignoreLLM = false;
  readonly ignoreChain = false;
  readonly ignoreAgent = false;
  readonly ignoreRetriever = false;
  readonly ignoreCustomEvent = true;
  readonly #open: Map<string, LibrarySpan>;
  /** Where the outermost run was asked for. */
  readonly #place: SourceLocation | undefined;

  constructor(open: Map<string, LibrarySpan>, place: SourceLocation | undefined) {
    this.#open = open;
    this.#place = place;
  }

  handleLLMStart(llm: unknown, prompts: unknown, runId: unknown, parentRunId: unknown, extra: unknown, tags: unknown, metadata: unknown, runName: unknown): void {
    const messages = Array.isArray(prompts) ? prompts.map((content: unknown) => ({ role: 'user', content })) : [];
    this.#begin({ kind: 'llm', runId, parentRunId, name: nameOf(runName, llm), tags, metadata, attributes: modelAttributes(extra, metadata, messages) }, this.handleLLMStart as Method);
  }

  handleChatModelStart(llm: unknown, messages: unknown, runId: unknown, parentRunId: unknown, extra: unknown, tags: unknown, metadata: unknown, runName: unknown): void {
    const attributes = modelAttributes(extra, metadata, Array.isArray(messages) ? messages.flat() : []);
    this.#begin({ kind: 'chat', runId, parentRunId, name: nameOf(runName, llm), tags, metadata, attributes }, this.handleChatModelStart as Method);
  }

  handleChainStart(chain: unknown, inputs: unknown, runId: unknown, parentRunId: unknown, tags: unknown, metadata: unknown, _runType: unknown, runName: unknown): void {
    this.#begin({ kind: 'chain', runId, parentRunId, name: nameOf(runName, chain), tags, metadata, attributes: { 'input.value': inputs } }, this.handleChainStart as Method);
  }

  handleToolStart(tool: unknown, input: unknown, runId: unknown, parentRunId: unknown, tags: unknown, metadata: unknown, runName: unknown, callId: unknown): void {
    const name = nameOf(runName, tool);
    const attributes = { 'gen_ai.tool.name': name, 'gen_ai.tool.call.arguments': input, 'gen_ai.tool.call.id': callId };
    this.#begin({ kind: 'tool', runId, parentRunId, name, tags, metadata, attributes }, this.handleToolStart as Method);
  }

  handleRetrieverStart(retriever: unknown, query: unknown, runId: unknown, parentRunId: unknown, tags: unknown, metadata: unknown, runName: unknown): void {
    const attributes = { 'gen_ai.retrieval.query.text': query };
    this.#begin({ kind: 'retriever', runId, parentRunId, name: nameOf(runName, retriever), tags, metadata, attributes }, this.handleRetrieverStart as Method);
  }

  handleLLMEnd(output: unknown, runId: unknown): void {
    this.#end(runId, () => resultAttributes(output));
  }

  handleChainEnd(outputs: unknown, runId: unknown): void {
    this.#end(runId, () => ({ 'output.value': outputs }));
  }

  handleToolEnd(output: unknown, runId: unknown): void {
    this.#end(runId, () => ({ 'gen_ai.tool.call.result': fieldOf(output, 'content') ?? output, 'gen_ai.tool.call.id': fieldOf(output, 'tool_call_id') }));
  }

  handleRetrieverEnd(documents: unknown, runId: unknown): void {
    this.#end(runId, () => ({ 'gen_ai.retrieval.documents': documents }));
  }

  handleLLMError(error: unknown, runId: unknown): void { this.#fail(runId, error); }
  handleChainError(error: unknown, runId: unknown): void { this.#fail(runId, error); }
  handleToolError(error: unknown, runId: unknown): void { this.#fail(runId, error); }
  handleRetrieverError(error: unknown, runId: unknown): void { this.#fail(runId, error); }

  #begin({ kind, runId, parentRunId, name, tags, metadata, attributes }: Start, entry: Method): void {
    try {
      const id = idOf(runId), parent = this.#open.get(idOf(parentRunId));
      const above = parent ?? outerSpan();
      const told = {
        'gen_ai.operation.name': operations[kind], 'langchain.run_type': kind === 'chat' ? 'chat_model' : kind, 'langchain.tags': tags,
        'gen_ai.conversation.id': ['thread_id', 'session_id', 'conversation_id'].map((key) => fieldOf(metadata, key)).find((value) => typeof value === 'string'),
        'langgraph.node': fieldOf(metadata, 'langgraph_node'), 'langgraph.step': fieldOf(metadata, 'langgraph_step'),
        ...attributes,
      };
      // The end of a run's id: in its front there may be the time.
      const ids = { traceId: above?.traceId ?? id, spanId: id.slice(16), parentSpanId: above?.spanId };
      if (this.#open.size < mostOpen) this.#open.set(id, new LibrarySpan({ ...ids, name, library: 'langchain', attributes: told, around: parent?.place ?? this.#place }, entry));
    } catch {
      // A version whose callbacks are others.
    }
  }

  #end(runId: unknown, attributes: () => Fields): void {
    try {
      this.#take(runId, (span) => { span.set(attributes()); });
    } catch {
      // As above.
    }
  }

  #fail(runId: unknown, error: unknown): void {
    try {
      this.#take(runId, (span) => { span.fail(error); });
    } catch {
      // As above.
    }
  }

  #take(runId: unknown, work: (span: LibrarySpan) => void): void {
    const id = idOf(runId), span = this.#open.get(id);
    if (span === undefined) return;
    this.#open.delete(id);
    try {
      work(span);
    } finally {
      span.end();
    }
  }
}

const idOf = (runId: unknown): string => (typeof runId === 'string' ? runId.replaceAll('-', '') : '');

function nameOf(runName: unknown, made: unknown): string {
  const path = fieldOf(made, 'id');
  for (const name of [runName, fieldOf(made, 'name'), Array.isArray(path) ? path.at(-1) : undefined]) if (typeof name === 'string' && name !== '') return name;
  return 'run';
}

function modelAttributes(extra: unknown, metadata: unknown, messages: readonly unknown[]): Fields {
  const parameters = fieldOf(extra, 'invocation_params');
  return {
    'gen_ai.request.model': fieldOf(parameters, 'model') ?? fieldOf(parameters, 'model_name') ?? fieldOf(metadata, 'ls_model_name'),
    'gen_ai.provider.name': fieldOf(metadata, 'ls_provider'), 'gen_ai.request.temperature': fieldOf(metadata, 'ls_temperature'),
    'gen_ai.request.max_tokens': fieldOf(metadata, 'ls_max_tokens'), 'gen_ai.tool.definitions': fieldOf(parameters, 'tools'),
    'gen_ai.input.messages': messages,
  };
}

function resultAttributes(output: unknown): Fields {
  const groups = fieldOf(output, 'generations');
  const generations: readonly unknown[] = Array.isArray(groups) ? groups.flat() : [];
  const messages = generations.map((each) => fieldOf(each, 'message') ?? { role: 'assistant', content: fieldOf(each, 'text') });
  const usage = messages.map((message) => fieldOf(message, 'usage_metadata')).find((told) => told !== undefined);
  const about = fieldOf(output, 'llmOutput');
  return { 'gen_ai.output.messages': messages, ...usageAttributes(usage ?? fieldOf(about, 'tokenUsage') ?? fieldOf(about, 'usage')) };
}
