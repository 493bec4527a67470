import type { RetrievedDocument } from '../agent.ts';
import type { AttributeValue } from '../attributes.ts';
import type { Role } from '../role.ts';
import type { ContentFields, ConventionInput, Sourced, StepFields } from './convention.ts';
import { messagesIn } from './messages.ts';
import { at, firstOf, structured, text } from './read.ts';

/** The tool or the agent that a span of this role stands for: what other conventions say of it, or else its name. */
export function subjectNames(role: Role | undefined, input: ConventionInput): Pick<StepFields, 'toolName' | 'agentName'> {
  const name = input.name === '' ? undefined : { value: input.name, source: 'span name' };
  return {
    toolName: role === 'tool' ? firstOf(input, ['gen_ai.tool.name', 'tool.name'], text) ?? name : undefined,
    agentName: role === 'agent' ? firstOf(input, ['gen_ai.agent.name', 'agent.name'], text) ?? name : undefined,
  };
}

/** What is in the message with which a tool of LangChain answers, in the forms in which it is written as JSON; any other value as it is. */
export function answerContent(result: Payload): Payload {
  const message = at(result?.value, 'output') ?? result?.value;
  const body = [message, at(message, 'kwargs'), at(message, 'data')].find((each) => at(each, 'tool_call_id') !== undefined || at(each, 'type') === 'tool' && at(each, 'content') !== undefined);
  const content = structured(at(body, 'content'));
  return result === undefined || content === undefined ? result : { value: content, source: result.source };
}

/** What a tool of LangChain or of an MCP server was called with, in what is told of the call; any other value as it is. */
export function callArguments(given: Payload): Payload {
  const call = given?.value, isOfServer = at(call, 'tool_name') !== undefined && call instanceof Map && call.size === 2;
  const inputs = at(call, 'input_str') !== undefined ? at(call, 'inputs') : isOfServer ? at(call, 'arguments') : undefined;
  return given === undefined || inputs === undefined || inputs === null ? given : { value: inputs, source: given.source };
}

type Payload = Sourced<NonNullable<AttributeValue>> | undefined;

/**
 * What went into a step and came out of it, for conventions that have one attribute for each: arguments and result of a
 * tool, messages of a model call, documents of a retriever, and otherwise input and output.
 */
export function payload(role: Role | undefined, given: Payload, result: Payload): ContentFields {
  if (role === 'tool') return { toolArguments: given, toolResult: result };
  if (role === 'llm') {
    const inputMessages = messagesOf(given, 'user'), outputMessages = messagesOf(result, 'assistant');
    return { inputMessages, outputMessages, ...(inputMessages === undefined ? { input: given } : {}), ...(outputMessages === undefined ? { output: result } : {}) };
  }
  const documents = role === 'retriever' || role === 'reranker' ? documentsOf(result) : undefined;
  return { input: given, ...(documents === undefined ? { output: result } : { documents }) };
}

function messagesOf(value: Payload, defaultRole: string): ContentFields['inputMessages'] {
  const messages = messagesIn(value?.value, defaultRole);
  return messages && value && { value: messages, source: value.source };
}

/** Documents as LangChain writes them, `{page_content, metadata, id}`, in a list or in a member that is one. */
function documentsOf(value: Payload): ContentFields['documents'] {
  const read = structured(value?.value);
  const list = Array.isArray(read) ? read : ['documents', 'output'].map((key) => at(read, key)).find((member) => Array.isArray(member));
  if (value === undefined || !Array.isArray(list)) return undefined;
  const documents = (list as readonly AttributeValue[]).flatMap((item) => documentOf(item) ?? []);
  return documents.length > 0 ? { value: documents, source: value.source } : undefined;
}

function documentOf(item: AttributeValue): RetrievedDocument | undefined {
  const content = text(at(item, 'page_content')) ?? text(at(item, 'content')) ?? text(at(item, 'text'));
  if (content === undefined) return undefined;
  const id = text(at(item, 'id')), metadata = at(item, 'metadata'), score = Number(at(item, 'score') ?? at(metadata, 'score') ?? NaN);
  return { content, ...(id === undefined ? {} : { id }), ...(Number.isNaN(score) ? {} : { score }), ...(metadata === undefined ? {} : { metadata }) };
}
