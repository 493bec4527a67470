import type { Format, ItemKeys, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodeLangSmith } from './langSmithDecode.ts';

const places = ['', 'runs/', 'data/', 'post/', 'patch/', 'child_runs/', 'runs/child_runs/'];
const runKeys: ItemKeys = [['id', 'run_type'], ['id', 'dotted_order'], ['id', 'trace_id']];

/**
 * LangSmith runs: lists as an array, a run a line or `{runs, cursors}`, a run with its `child_runs`, and what its SDKs send
 * (`{post, patch}`: a patch completes the post of the same id, in the same request or in a later one). Times are ISO text,
 * without a zone from the API (UTC), or ms from the JavaScript SDK. Shapes: langchain-ai/langsmith-sdk,
 * python/langsmith/schemas.py and js/src/schemas.ts.
 */
export const langSmith: Format = {
  id: 'langsmith-json',
  label: 'LangSmith runs',
  pieces: 'values',
  opens: new Map(['runs', 'data', 'post', 'patch'].map((key) => [key, { items: runKeys }])),
  records: runKeys,
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const place = places.find((at) => keys.has(`${at}dotted_order`) && ['run_type', 'trace_id', 'outputs'].some((key) => keys.has(at + key)))
      ?? places.find((at) => keys.has(`${at}run_type`) && keys.has(`${at}start_time`) && keys.has(`${at}inputs`));
    if (place === undefined) return { score: 0, reason: 'has no runs with "run_type" and "dotted_order"' };
    return { score: 0.9, reason: `has runs with "run_type" and "dotted_order"${place === '' ? '' : ` at "${place.slice(0, -1).replaceAll('/', '.')}"`}` };
  },
  decode: decodeLangSmith,
};
