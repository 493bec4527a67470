import { decodeWhole } from './format.ts';
import type { Format, Opens, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { MlflowDecoder } from './mlflowDecode.ts';

const spans: Opens = new Map([['spans', { items: [['span_id', 'name'], ['context', 'name']] }]]);
const ofTrace: Opens = new Map([...spans, ['data', { inner: spans }]]);

/**
 * MLflow traces, versions 2 and 3: `Trace.to_json` (`{info, data: {spans}}`), lists of them, the artefact `traces.json`
 * (`{spans}`), dataframes of `search_traces`, and spans of `Span.to_dict`. Ids are base64 (3), or hex with `0x` or without
 * (2); every value of an attribute is JSON text, which is decoded once. What is said of the trace stands in the resource of
 * its spans. Shapes: mlflow/mlflow, mlflow/entities/span.py, trace_info.py.
 */
export const mlflow: Format = {
  id: 'mlflow-json',
  label: 'MLflow traces',
  pieces: 'values',
  opens: new Map([...ofTrace, ['traces', { inner: ofTrace, items: [['info'], ['data']] }]]),
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    for (const place of ['data/spans/', 'spans/', 'traces/data/spans/', '']) {
      const isNew = keys.has(`${place}start_time_unix_nano`) && keys.has(`${place}trace_id`), isOld = keys.has(`${place}context/span_id`) && keys.has(`${place}status_code`);
      const isMlflow = keys.has(`${place}attributes/mlflow.traceRequestId`) || keys.has(`${place}attributes/mlflow.spanType`);
      if ((isNew || isOld) && isMlflow) return { score: 0.97, reason: 'has spans with "mlflow.traceRequestId"' };
      if (place.startsWith('data/') && keys.has('info') && (isNew || isOld)) return { score: 0.9, reason: 'has "info" beside "data.spans"' };
    }
    const hasInfo = ['info/trace_id', 'info/request_id'].some((key) => keys.has(key)) && ['info/trace_metadata', 'info/request_metadata'].some((key) => keys.has(key));
    return hasInfo ? { score: 0.8, reason: 'has "info" with "trace_metadata"' } : { score: 0, reason: 'has no "info" beside "data.spans"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new MlflowDecoder(batch, options), bytes, options.offset); },
  open: (batch, options) => new MlflowDecoder(batch, options),
};
