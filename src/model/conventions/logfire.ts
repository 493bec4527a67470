import type { AttributeValue } from '../attributes.ts';
import { roleRank } from './convention.ts';
import type { ContentFields, Convention, ConventionInput, StepFields } from './convention.ts';
import { messagesOf } from './messages.ts';
import { at, firstOf, listOf, structured, text } from './read.ts';

/** The whole conversation of a run: messages, or up to 2025 events of OpenTelemetry's older form as a list. */
const runKeys = ['pydantic_ai.all_messages', 'all_messages_events'] as const;
/** What Logfire shows for a span. */
const messageKey = 'logfire.msg';
const isChoice = (event: AttributeValue): boolean => at(event, 'index') !== undefined && at(event, 'message') !== undefined;

/**
 * Pydantic AI, whose spans Logfire shows (pydantic/pydantic-ai, pydantic_ai/models/instrumented.py): beside OpenTelemetry's
 * keys, runs of agents have their whole conversation and result, and older releases have a model's messages in `events`.
 */
export const logfire: Convention = {
  id: 'logfire',
  keyPrefixes: ['pydantic_ai.', 'all_messages_events', 'model_request_parameters', messageKey],
  claims: (input) => runKeys.some((key) => input.attributes.has(key)) || (input.attributes.has('events') && input.attributes.has('model_request_parameters')),
  role(input) {
    const source = runKeys.find((key) => input.attributes.has(key));
    return source && { value: 'agent', source, rank: roleRank.spanName };
  },
  step: (input): StepFields => ({
    agentName: firstOf(input, ['agent_name'], text),
    model: firstOf(input, ['model_name'], text),
  }),
  content,
  // The name is the template that the message was made of.
  label: (input) => text(input.attributes.get(messageKey)),
};

function content(input: ConventionInput): ContentFields {
  const key = ['events', ...runKeys].find((name) => input.attributes.has(name)) ?? '';
  const events = listOf(structured(input.attributes.get(key)));
  const asked = messagesOf(events.filter((event) => !isChoice(event)), 'user'), answered = messagesOf(events.filter(isChoice), 'assistant');
  return {
    inputMessages: asked && { value: asked, source: key },
    outputMessages: answered && { value: answered, source: key },
    output: firstOf(input, ['final_result'], structured),
  };
}
