import type { Format, ItemKeys, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodePhoenix } from './phoenixDecode.ts';

const spanKeys: ItemKeys = [['context', 'name'], ['context.span_id']];

/**
 * Spans of Arize Phoenix and of other OpenInference tools: what the REST API and the client give (a list, `{data,
 * next_cursor}`, a span a line), with `context{trace_id, span_id}` and `span_kind`; and a pandas dataframe of spans as
 * `to_json` writes it, in any orientation that names its columns (records, lines, columns, index, split, table), with
 * columns such as `context.span_id` and `attributes.llm.model_name`. Times without a zone mean UTC.
 * Shapes: Arize-ai/phoenix, packages/phoenix-client/src/phoenix/client/resources/spans.
 */
export const phoenix: Format = {
  id: 'phoenix-json',
  label: 'Phoenix spans (OpenInference)',
  pieces: 'values',
  opens: new Map([['data', { items: spanKeys }]]),
  records: spanKeys,
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    for (const key of keys) {
      const at = key.endsWith('context/trace_id') ? key.slice(0, -'context/trace_id'.length) : undefined;
      if (at !== undefined && (keys.has(`${at}span_kind`) || keys.has(`${at}status_code`)) && keys.has(`${at}context/span_id`) && !keys.has(`${at}kind`)) {
        return keys.has(`${at}span_kind`) ? { score: 0.95, reason: 'has spans with "context" and "span_kind"' } : { score: 0.4, reason: 'has spans with "context" and "status_code"' };
      }
      if (/(?:^|\/)context\.(?:trace|span)_id(?:\/|$)/.test(key)) return { score: 0.95, reason: 'has the column "context.trace_id" of a dataframe of spans' };
    }
    if (namesRows(keys)) return { score: 0.6, reason: 'has the columns "name" and "span_kind" of a dataframe of spans' };
    return isSplit(head, keys) ? { score: 0.95, reason: 'has the column "context.trace_id" of a dataframe of spans' } : { score: 0, reason: 'has no spans with "context" and "span_kind"' };
  },
  decode: decodePhoenix,
};

/** In the split orientation the names of columns are texts in a list, and no keys. */
function isSplit(head: Uint8Array, keys: ReadonlySet<string>): boolean {
  return keys.has('columns') && new TextDecoder().decode(head.subarray(0, 16 * 1024)).includes('"context.trace_id"');
}

/** Columns of many rows fill the front of an input before one with a telling name comes; their rows are named by span ids. */
function namesRows(keys: ReadonlySet<string>): boolean {
  for (const key of keys) {
    const row = /^name\/(.+)$/.exec(key)?.[1];
    if (row !== undefined && (keys.has(`span_kind/${row}`) || /^[0-9a-f]{16}$/.test(row))) return true;
  }
  return false;
}
