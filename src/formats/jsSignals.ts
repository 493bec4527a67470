import type { BatchMetricPoint, SpanBatch } from '../model/spanBatch.ts';
import { encodeLogRecord } from '../model/wireLogRecord.ts';
import type { DraftOrigins } from './draftOrigins.ts';
import { attributesIn, idIn, listIn, nanosIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { jsResource, jsScope } from './jsSpan.ts';
import { countIn, sdkTime } from './sdkFields.ts';
import type { DraftWriter } from './spanDrafts.ts';

/** A member of an SDK object, which may be one of its own, with an underscore in front. */
const member = (record: JsonObject, name: string): JsonValue | undefined => record.get(name) ?? record.get(`_${name}`);

/** Whether an object is a log record of the JavaScript SDK, or as its console exporter shows it. */
export const isJsLog = (object: JsonObject): boolean =>
  Array.isArray(member(object, 'hrTime')) || (object.has('timestamp') && object.has('severityNumber') && object.has('body'));

/** Adds a log record of the JavaScript SDK. */
export function addJsLog(writer: DraftWriter, origins: DraftOrigins, record: JsonObject): void {
  const context = objectIn(member(record, 'spanContext')) ?? record;
  const traceId = idIn(context.get('traceId')), spanId = idIn(context.get('spanId'));
  const time = sdkTime(member(record, 'hrTime')) || nanosIn(record.get('timestamp'), 3) || 0n, observed = sdkTime(member(record, 'hrTimeObserved')) ?? 0n;
  const log = encodeLogRecord({
    traceId, spanId, timeUnixNano: time, observedTimeUnixNano: observed,
    severityNumber: countIn(member(record, 'severityNumber')), severityText: textIn(member(record, 'severityText')), eventName: textIn(member(record, 'eventName')),
    body: member(record, 'body') ?? null, attributes: attributesIn(record.get('attributes')),
    flags: countIn(context.get('traceFlags')), droppedAttributesCount: countIn(member(record, 'droppedAttributesCount')),
  });
  writer.addLog(log, { traceId, spanId, timeUnixNano: time === 0n ? observed : time, resource: jsResource(record.get('resource'), origins), scope: jsScope(record, origins) });
}

/** By the number that the SDK has for the kind of a data point. */
const pointTypes = ['histogram', 'exponentialHistogram', 'gauge', 'sum'] as const;
const temporalities = ['delta', 'cumulative'] as const;

/** Adds the metrics of a collection of the JavaScript SDK: `{resource, scopeMetrics: [{scope, metrics}]}`. */
export function addJsMetrics(batch: SpanBatch, origins: DraftOrigins, collected: JsonObject): void {
  const resource = jsResource(collected.get('resource'), origins);
  for (const group of objectsIn(collected.get('scopeMetrics'))) {
    const own = objectIn(group.get('scope')), scope = origins.scope(textIn(own?.get('name')), textIn(own?.get('version')));
    for (const metric of objectsIn(group.get('metrics'))) addMetric(batch, metric, resource, scope);
  }
}

function addMetric(batch: SpanBatch, metric: JsonObject, resource: number, scope: number): void {
  const descriptor = objectIn(metric.get('descriptor')), type = pointTypes[Number(textIn(metric.get('dataPointType')) || 2)];
  if (descriptor === undefined || type === undefined) return;
  for (const point of objectsIn(metric.get('dataPoints'))) {
    batch.metrics.push({
      instrument: textIn(descriptor.get('name')), unit: textIn(descriptor.get('unit')), description: textIn(descriptor.get('description')), type,
      temporality: temporalities[Number(textIn(metric.get('aggregationTemporality')) || -1)] ?? 'unspecified', monotonic: metric.get('isMonotonic') === true,
      resource, scope, attributes: attributesIn(point.get('attributes')),
      startUnixNano: sdkTime(point.get('startTime')) ?? 0n, timeUnixNano: sdkTime(point.get('endTime')) ?? 0n, ...valueOf(point.get('value')),
    });
  }
}

type PointValue = Pick<BatchMetricPoint, 'value' | 'count' | 'min' | 'max' | 'bucketCounts' | 'explicitBounds'>;

/** A number, or what is known of a distribution. */
function valueOf(value: JsonValue | undefined): PointValue {
  const whole = objectIn(value), buckets = objectIn(whole?.get('buckets'));
  if (whole === undefined) return { value: numberIn(value) ?? 0 };
  const min = numberIn(whole.get('min')), max = numberIn(whole.get('max')), counts = listIn(buckets?.get('counts')), bounds = listIn(buckets?.get('boundaries'));
  return {
    value: numberIn(whole.get('sum')) ?? 0, count: BigInt(countIn(whole.get('count'))),
    ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }),
    ...(counts.length === 0 ? {} : { bucketCounts: counts.map((count) => BigInt(countIn(count))) }),
    ...(bounds.length === 0 ? {} : { explicitBounds: bounds.map((bound) => numberIn(bound) ?? 0) }),
  };
}

const numberIn = (value: JsonValue | undefined): number | undefined => (typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined);
