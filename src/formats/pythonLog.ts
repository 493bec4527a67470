import { encodeLogRecord } from '../model/wireLogRecord.ts';
import type { DraftOrigins } from './draftOrigins.ts';
import { attributesIn, objectIn, textIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';
import { pythonId } from './pythonSpan.ts';
import { countIn, sdkTime } from './sdkFields.ts';
import type { DraftWriter } from './spanDrafts.ts';

/** Whether an object is a log record as the Python SDK's console exporter prints it. */
export const isPythonLog = (object: JsonObject): boolean => object.has('body') && object.has('severity_number') && object.has('trace_id');

/** Adds a log record of the Python SDK. */
export function addPythonLog(writer: DraftWriter, origins: DraftOrigins, record: JsonObject): void {
  const resource = objectIn(record.get('resource')), scope = objectIn(record.get('instrumentation_scope'));
  const traceId = pythonId(record.get('trace_id'), 32), spanId = pythonId(record.get('span_id'), 16);
  const time = sdkTime(record.get('timestamp')) ?? 0n, observed = sdkTime(record.get('observed_timestamp')) ?? 0n;
  const log = encodeLogRecord({
    traceId, spanId, timeUnixNano: time, observedTimeUnixNano: observed,
    severityNumber: countIn(record.get('severity_number')), severityText: textIn(record.get('severity_text')), eventName: textIn(record.get('event_name')),
    body: record.get('body') ?? null, attributes: attributesIn(record.get('attributes')),
    flags: countIn(record.get('trace_flags')), droppedAttributesCount: countIn(record.get('dropped_attributes')),
  });
  writer.addLog(log, {
    traceId, spanId, timeUnixNano: time === 0n ? observed : time,
    resource: origins.resource(objectIn(resource?.get('attributes')) ?? new Map(), textIn(resource?.get('schema_url'))),
    scope: origins.scope(textIn(scope?.get('name')), textIn(scope?.get('version'))),
  });
}
