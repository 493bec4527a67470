import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodeLangfuse } from './langfuseDecode.ts';

/**
 * Langfuse: what its UI downloads (`{trace, observations}`), traces and lists of observations of its API (`{data, meta}`),
 * and batch exports of observations as JSON or JSON lines, with keys in camelCase or snake_case. Times have ms only. What
 * is said of a trace (name, user, session, tags, input, output) stands in the resource of its spans; observations that came
 * through OpenTelemetry have their first attributes back. Shapes: langfuse/langfuse,
 * packages/shared/src/domain/observations.ts, worker/src/features/database-read-stream.
 */
export const langfuse: Format = {
  id: 'langfuse-json',
  label: 'Langfuse traces',
  pieces: 'values',
  opens: new Map([['observations', {}], ['data', { inner: new Map([['observations', {}]]) }]]),
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    for (const place of ['observations/', 'trace/observations/', 'data/observations/', 'data/', '']) {
      const isCamel = keys.has(`${place}traceId`) && ['parentObservationId', 'completionStartTime', 'usageDetails'].some((key) => keys.has(place + key));
      const isSnake = keys.has(`${place}trace_id`) && ['parent_observation_id', 'completion_start_time', 'usage_details'].some((key) => keys.has(place + key));
      if (isCamel || isSnake) return { score: 0.95, reason: `has observations with "${isCamel ? 'traceId' : 'trace_id'}"${place === '' ? '' : ` at "${place.slice(0, -1).replaceAll('/', '.')}"`}` };
    }
    // A long input of the trace may fill the front.
    const isTrace = ['trace/', ''].some((place) => keys.has(`${place}bookmarked`) && keys.has(`${place}projectId`));
    return isTrace ? { score: 0.6, reason: 'has a trace with "projectId" and "bookmarked"' } : { score: 0, reason: 'has no observations with "traceId"' };
  },
  decode: decodeLangfuse,
};
