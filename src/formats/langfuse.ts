import { decodeWhole } from './format.ts';
import type { Format, ItemKeys, Opens, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { LangfuseDecoder } from './langfuseDecode.ts';

const observationKeys: ItemKeys = [['id', 'traceId', 'type'], ['id', 'trace_id', 'type']];
const observations: Opens = new Map([['observations', { items: observationKeys }]]);
/** What the events of a batch for ingestion are called; other programs send batches, too. */
const ingestion = /"type"\s*:\s*"(?:trace-create|score-create|(?:span|generation|event|observation|agent|tool|chain|retriever|evaluator|embedding|guardrail)-(?:create|update))"/;

/**
 * Langfuse: what its UI downloads (`{trace, observations}`), traces and lists of observations of its API (`{data, meta}`),
 * and batch exports of observations as JSON or JSON lines, with keys in camelCase or snake_case; and what its SDKs send
 * (`{batch: [{type: "span-create", body}]}`: an update completes the observation of the same id, in the same request or in another
 * one). Times have ms only. What is said of a trace (name, user, session, tags, input, output) stands in the resource of its spans, or
 * where the SDK sends it as a record of its own, at its roots; observations that came through OpenTelemetry have their first
 * attributes back. Shapes: langfuse/langfuse,
 * packages/shared/src/domain/observations.ts, worker/src/features/database-read-stream.
 */
export const langfuse: Format = {
  id: 'langfuse-json',
  label: 'Langfuse traces',
  pieces: 'values',
  opens: new Map([...observations, ['data', { inner: observations, items: [...observationKeys, ['id', 'observations']] }], ['batch', { items: [['type', 'body']] }]]),
  records: observationKeys,
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    for (const place of ['observations/', 'trace/observations/', 'data/observations/', 'data/', '']) {
      const isCamel = keys.has(`${place}traceId`) && ['parentObservationId', 'completionStartTime', 'usageDetails'].some((key) => keys.has(place + key));
      const isSnake = keys.has(`${place}trace_id`) && ['parent_observation_id', 'completion_start_time', 'usage_details'].some((key) => keys.has(place + key));
      if (isCamel || isSnake) return { score: 0.95, reason: `has observations with "${isCamel ? 'traceId' : 'trace_id'}"${place === '' ? '' : ` at "${place.slice(0, -1).replaceAll('/', '.')}"`}` };
    }
    if ((keys.has('batch/body/id') || keys.has('body/id')) && ingestion.test(new TextDecoder().decode(head))) return { score: 0.95, reason: 'has events of a batch for ingestion, such as "span-create"' };
    // A long input of the trace may fill the front.
    const isTrace = ['trace/', ''].some((place) => keys.has(`${place}bookmarked`) && keys.has(`${place}projectId`));
    return isTrace ? { score: 0.6, reason: 'has a trace with "projectId" and "bookmarked"' } : { score: 0, reason: 'has no observations with "traceId"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new LangfuseDecoder(batch, options), bytes, options.offset); },
  open: (batch, options) => new LangfuseDecoder(batch, options),
};
