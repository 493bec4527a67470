import { doubleOf, integerOf, takeKeyValue, takeText } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import type { BatchMetricPoint, SpanBatch } from '../model/spanBatch.ts';
import { joinHalves } from '../model/time.ts';
import { WireReader, wireTypes } from '../model/wire.ts';

type MetricType = BatchMetricPoint['type'];
type PointField = 'attributes' | 'startUnixNano' | 'timeUnixNano' | 'value' | 'count' | 'min' | 'max' | 'bucketCounts' | 'explicitBounds';
type Point = Pick<BatchMetricPoint, PointField>;
type MutablePoint = { -readonly [K in keyof Point]: Point[K] };
interface MetricData { readonly type: MetricType; readonly points: Point[]; temporality: number; monotonic: boolean }
/** The lists of a histogram point. */
interface Buckets { readonly counts: bigint[]; readonly bounds: number[] }

/** The field of each kind of data in a Metric message, and of the attributes in its points. */
const kinds = new Map<number, { readonly type: MetricType; readonly attributes: number }>([
  [0x2a, { type: 'gauge', attributes: 7 }],
  [0x3a, { type: 'sum', attributes: 7 }],
  [0x4a, { type: 'histogram', attributes: 9 }],
  [0x52, { type: 'exponentialHistogram', attributes: 1 }],
  [0x5a, { type: 'summary', attributes: 7 }],
]);
const temporalities = ['unspecified', 'delta', 'cumulative'] as const;

/** Adds the points of the OTLP protobuf Metric message bytes[start..end) to the batch. Exemplars and quantiles are passed over. */
export function addMetric(batch: SpanBatch, bytes: Uint8Array, start: number, end: number, resource: number, scope: number): void {
  const reader = new WireReader(bytes, start, end);
  let instrument = '', description = '', unit = '';
  let data: MetricData | undefined;
  while (reader.next()) {
    const kind = kinds.get(reader.tag);
    if (kind !== undefined) data = takeData(reader, kind.type, kind.attributes);
    else if (reader.tag === 0x0a) instrument = takeText(reader);
    else if (reader.tag === 0x12) description = takeText(reader);
    else if (reader.tag === 0x1a) unit = takeText(reader);
    else reader.skip();
  }
  if (data === undefined) return;
  const { type, monotonic } = data;
  const temporality = temporalities[data.temporality] ?? 'unspecified';
  for (const point of data.points) {
    batch.metrics.push({ instrument, unit, description, type, temporality, monotonic, resource, scope, ...point });
  }
}

function takeData(reader: WireReader, type: MetricType, attributesField: number): MetricData {
  const data: MetricData = { type, points: [], temporality: 0, monotonic: false };
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  while (reader.next()) {
    switch (reader.tag) {
      case 0x0a: data.points.push(takePoint(reader, type, attributesField)); break;
      case 0x10: reader.varint(); data.temporality = reader.low; break;
      case 0x18: reader.varint(); data.monotonic = reader.low !== 0; break;
      default: reader.skip();
    }
  }
  reader.end = outer;
  return data;
}

function takePoint(reader: WireReader, type: MetricType, attributesField: number): Point {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  const attributes = new Map<string, AttributeValue>();
  const buckets: Buckets = { counts: [], bounds: [] };
  const point: MutablePoint = { attributes, startUnixNano: 0n, timeUnixNano: 0n, value: 0 };
  const attributesTag = attributesField * 8 + wireTypes.bytes;
  while (reader.next()) {
    if (reader.tag === attributesTag) takeKeyValue(reader, 0, attributes);
    else if (reader.tag === 0x11) point.startUnixNano = takeUint64(reader);
    else if (reader.tag === 0x19) point.timeUnixNano = takeUint64(reader);
    else if (type === 'gauge' || type === 'sum') takeNumber(reader, point);
    else if (type !== 'histogram' || !takeBuckets(reader, buckets)) takeDistribution(reader, type, point);
  }
  if (buckets.counts.length > 0) point.bucketCounts = buckets.counts;
  if (buckets.bounds.length > 0) point.explicitBounds = buckets.bounds;
  reader.end = outer;
  return point;
}

function takeUint64(reader: WireReader): bigint {
  reader.fixed64();
  return joinHalves(reader.high, reader.low);
}

function takeNumber(reader: WireReader, point: MutablePoint): void {
  if (reader.tag === 0x21) point.value = doubleOf(reader);
  else if (reader.tag === 0x31) {
    reader.fixed64();
    point.value = integerOf(reader.high, reader.low);
  } else reader.skip();
}

function takeDistribution(reader: WireReader, type: MetricType, point: MutablePoint): void {
  const [min, max] = type === 'histogram' ? [0x59, 0x61] : type === 'exponentialHistogram' ? [0x61, 0x69] : [0, 0];
  if (reader.tag === 0x21) point.count = takeUint64(reader);
  else if (reader.tag === 0x29) point.value = doubleOf(reader);
  else if (reader.tag === min) point.min = doubleOf(reader);
  else if (reader.tag === max) point.max = doubleOf(reader);
  else reader.skip();
}

/** Reads a field of the lists of a histogram, packed or not; false when the field is another one. */
function takeBuckets(reader: WireReader, { counts, bounds }: Buckets): boolean {
  switch (reader.tag) {
    case 0x32: takePacked(reader, counts, takeUint64); return true;
    case 0x31: counts.push(takeUint64(reader)); return true;
    case 0x3a: takePacked(reader, bounds, doubleOf); return true;
    case 0x39: bounds.push(doubleOf(reader)); return true;
    default: return false;
  }
}

/** Reads a packed list of 8-byte values. */
function takePacked<T>(reader: WireReader, into: T[], take: (reader: WireReader) => T): void {
  const end = reader.valueEnd(), outer = reader.end;
  reader.end = end;
  while (reader.position < end) into.push(take(reader));
  reader.end = outer;
}
