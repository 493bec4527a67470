import { nanosOfIso } from '../time.ts';
import type { ConventionInput, Sourced } from './convention.ts';
import { structured, text } from './read.ts';

/** The moment as ISO text, also as JSON of one. */
const momentKey = 'langfuse.observation.completion_start_time';

/**
 * Names of the events that libraries write when the first part of a streamed answer comes: the Vercel AI SDK, OpenInference,
 * OpenLLMetry, AgentOps, MLflow, LangSmith.
 */
const chunkEvents = /^(?:ai\.stream\.firstChunk|First Token Stream Event|(?:llm|gen_ai)\.content\.completion\.chunk|gen_ai\.completion\.chunk|mlflow\.chunk\.item\.0|new_token)$/;

/** Nanoseconds from the start of a span to its first token, where the moment was recorded; undefined where the start is not known. */
export function firstTokenOf({ startUnixNano = 0n, attributes, events }: ConventionInput): Sourced<number> | undefined {
  if (startUnixNano === 0n) return undefined;
  const after = (moment: bigint | undefined, source: string): Sourced<number> | undefined =>
    (moment === undefined || moment < startUnixNano ? undefined : { value: Number(moment - startUnixNano), source });
  const told = attributes.has(momentKey) ? text(structured(attributes.get(momentKey))) : undefined, found = told === undefined ? undefined : after(nanosOfIso(told), momentKey);
  if (found !== undefined) return found;
  const first = events.reduce<(typeof events)[number] | undefined>((least, event) =>
    (chunkEvents.test(event.name) && event.timeUnixNano > 0n && (least === undefined || event.timeUnixNano < least.timeUnixNano) ? event : least), undefined);
  return first && after(first.timeUnixNano, `event:${first.name}`);
}
