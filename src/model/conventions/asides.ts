import type { AttributeValue } from '../attributes.ts';
import { evaluationEvent } from './convention.ts';
import type { ContentFields, ConventionInput, Sourced } from './convention.ts';
import { at, firstOf, listOf, nested, structured, text } from './read.ts';

const userKeys = [
  'user.id', 'enduser.id', 'langfuse.user.id', 'ai.telemetry.metadata.userId', 'gen_ai.user', 'llm.user', 'traceloop.association.properties.user_id',
  'langsmith.metadata.user_id', 'mlflow.trace.user',
];

/** For whom a step was done. */
export const userOf = (input: ConventionInput): Sourced<string> | undefined => firstOf(input, userKeys, (value) => text(structured(value)));

const otelPrefix = 'gen_ai.evaluation.';
const members = [['name', 'name'], ['score', 'score.value'], ['label', 'score.label'], ['explanation', 'explanation']] as const;

/** What evaluators or people said of a step: an event or a log record each (OpenTelemetry), or indexed keys (OpenInference). */
export function evaluationsOf(input: ConventionInput): ContentFields['evaluations'] {
  const told = [
    ...input.events.filter(({ name }) => name === evaluationEvent).map(({ attributes }) => ({ attributes, where: 'event' })),
    ...input.logs.filter(({ eventName, attributes }) => eventName === evaluationEvent || attributes.get('event.name') === evaluationEvent).map(({ attributes }) => ({ attributes, where: 'log' })),
  ];
  if (told.length > 0) {
    return { value: told.map(({ attributes }) => made(members.map(([name, key]) => [name, attributes.get(otelPrefix + key)]))), source: `${told[0]?.where ?? ''}:${evaluationEvent}` };
  }
  for (const [prefix, member] of [['evaluations', 'evaluation'], ['annotations', 'annotation']] as const) {
    const list = [...input.attributes.keys()].some((key) => key.startsWith(`${prefix}.0.${member}.`)) ? listOf(nested(input, prefix)) : [];
    if (list.length > 0) return { value: list.map((item) => made(members.map(([name]) => [name, at(item, `${member}.${name}`)]))), source: prefix };
  }
  return undefined;
}

const made = (entries: readonly (readonly [string, AttributeValue | undefined])[]): AttributeValue =>
  new Map(entries.flatMap(([name, value]): [string, AttributeValue][] => (value === undefined ? [] : [[name, value]])));
