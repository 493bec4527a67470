import { DraftOrigins } from './draftOrigins.ts';
import { dumpedLists, forEachDumped } from './dumpedSpans.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { addPythonLog, isPythonLog } from './pythonLog.ts';
import { isPythonSpan, pythonSpanDraft } from './pythonSpan.ts';
import { DraftWriter } from './spanDrafts.ts';

/** Where spans stand in dumps. */
const places = ['', 'spans/', 'traces/spans/', 'trace/spans/', 'traces/'];

/**
 * What the console exporter of OpenTelemetry's Python SDK prints (`ReadableSpan.to_json`, indented or one a line), other
 * output of the program in between; and dumps of such spans that programs write themselves: `{spans: […]}`,
 * `{traces: [{spans: […]}]}`, times as numbers, ids as integers (mozilla-ai/any-agent). The console shows no scope, no
 * counts of what was dropped, and µs only. Log records of its other console exporter are read too. Spans printed at start and at end are one span for the store.
 */
export const pythonSpans: Format = {
  id: 'python-spans',
  label: 'OpenTelemetry Python console',
  pieces: 'values',
  opens: dumpedLists,
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const at = places.find((place) => keys.has(`${place}context/trace_id`) && keys.has(`${place}context/span_id`) && keys.has(`${place}name`)
      && !keys.has(`${place}span_kind`) && !keys.has(`${place}status_code`) && (keys.has(`${place}kind`) || keys.has(`${place}status`) || keys.has(`${place}start_time`)));
    return at === undefined ? { score: 0, reason: 'has no "context.trace_id" as the Python SDK writes it' } : { score: 0.93, reason: `has "${at.replaceAll('/', '.')}context.trace_id" beside "kind"` };
  },
  decode(bytes, batch, options): void {
    const writer = new DraftWriter(batch, options), origins = new DraftOrigins(writer);
    forEachDumped(bytes, batch, options, (object) => {
      if (isPythonSpan(object)) writer.add(pythonSpanDraft(object, origins));
      else if (isPythonLog(object)) addPythonLog(writer, origins, object);
      else return false;
      writer.handOver();
      return true;
    });
    writer.flush();
  },
};
