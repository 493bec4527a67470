import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodeWeave } from './weaveDecode.ts';

/**
 * Calls of W&B Weave: lines of `calls/stream_query`, the array that its UI downloads, `{calls}`, and what `to_dict` of the
 * Python client gives. The name is the middle of `weave:///entity/project/op/<name>:<hash>`. Calls that were made of
 * OpenTelemetry spans keep the original in `attributes.otel_span`. Deleted calls are left out and counted.
 * Shapes: wandb/weave, weave/trace_server/trace_server_interface.py.
 */
export const weave: Format = {
  id: 'weave-json',
  label: 'W&B Weave calls',
  pieces: 'values',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const place = ['', 'calls/', 'call/', 'data/'].find((at) => keys.has(`${at}op_name`) && (keys.has(`${at}started_at`) || keys.has(`${at}project_id`)));
    return place === undefined ? { score: 0, reason: 'has no calls with "op_name" and "started_at"' } : { score: 0.9, reason: 'has calls with "op_name" and "started_at"' };
  },
  decode: decodeWeave,
};
