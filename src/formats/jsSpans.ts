import { DraftOrigins } from './draftOrigins.ts';
import { dumpedLists, forEachDumped } from './dumpedSpans.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { addJsLog, addJsMetrics, isJsLog } from './jsSignals.ts';
import { isJsSpan, jsSpanDraft } from './jsSpan.ts';
import { DraftWriter } from './spanDrafts.ts';

/** What tells spans of the SDK from those of other formats: where their ids, and that times are pairs or there is a context. */
function reasonOf(keys: ReadonlySet<string>): string | undefined {
  for (const at of ['', 'spans/', 'traces/spans/', 'data/', 'data/spans/']) {
    if (keys.has(`${at}_spanContext/spanId`) && keys.has(`${at}startTime`)) return 'has "_spanContext" beside "startTime"';
    const hasIds = (keys.has(`${at}traceId`) && keys.has(`${at}spanId`)) || keys.has(`${at}spanContext/spanId`);
    const isOwn = ['traceFlags', 'ended', 'parentSpanContext', 'instrumentationScope', 'instrumentationLibrary', 'spanContext', 'droppedAttributesCount'].some((key) => keys.has(at + key));
    if (hasIds && isOwn && keys.has(`${at}startTime`) && keys.has(`${at}kind`)) return 'has "traceId", "spanId" and "startTime" as the JavaScript SDK names them';
  }
  if ((keys.has('hrTime') || keys.has('_hrTime')) && (keys.has('instrumentationScope') || keys.has('resource'))) return 'has log records of the JavaScript SDK';
  return keys.has('scopeMetrics/metrics/descriptor') ? 'has metrics of the JavaScript SDK' : undefined;
}

/**
 * Spans as OpenTelemetry's JavaScript SDK holds them, written with `JSON.stringify`: of its objects (`_spanContext`,
 * `_rawAttributes`), or of their public members, as the file exporter of Copilot Chat does (microsoft/vscode,
 * extensions/copilot, platform/otel/node/fileExporters.ts), whose log records and metrics stand in the same file. One a
 * line, in a list, or in lists under `spans`. Limits and counters of the SDK's objects are not kept.
 */
export const jsSpans: Format = {
  id: 'js-spans',
  label: 'OpenTelemetry JavaScript spans',
  pieces: 'values',
  opens: dumpedLists,
  sniff(head): Sniff {
    const reason = reasonOf(jsonKeys(head));
    return reason === undefined ? { score: 0, reason: 'has no spans of the JavaScript SDK' } : { score: 0.94, reason };
  },
  decode(bytes, batch, options): void {
    const writer = new DraftWriter(batch, options), origins = new DraftOrigins(writer);
    forEachDumped(bytes, batch, options, (object) => {
      if (isJsSpan(object)) writer.add(jsSpanDraft(object, origins));
      else if (isJsLog(object)) addJsLog(writer, origins, object);
      else if (object.has('scopeMetrics')) addJsMetrics(batch, origins, object);
      else return false;
      writer.handOver();
      return true;
    });
    writer.flush();
  },
};
