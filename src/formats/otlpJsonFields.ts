import { KnownTexts } from './knownTexts.ts';

/** How a field is written in OTLP/JSON and in the protobuf message. */
export type FieldKind =
  | 'text' | 'boolean' | 'enum' | 'uint32' | 'fixed32' | 'fixed64' | 'sfixed64' | 'double' | 'traceId' | 'spanId' | 'parentId' | 'anyValue';

export interface Field {
  /** As the specification spells it. */
  readonly key: string;
  readonly number: number;
  readonly kind: FieldKind | Fields;
  readonly isList: boolean;
  /** Names of the enum's values by number, without their common prefix, for files that write names. */
  readonly names?: readonly string[];
}

/** JSON key → field of one message. */
export class Fields extends Map<string, Field> {
  /** The same by the bytes of the keys. */
  readonly known: KnownTexts<Field>;

  constructor(fields: readonly Field[]) {
    const byKey = fields.map((field) => [field.key, field] as const);
    super(byKey);
    this.known = new KnownTexts(byKey);
  }
}

type Entry = readonly [key: string, number: number, kind: FieldKind | Fields];

function message(entries: readonly Entry[], lists: readonly Entry[] = [], enums: readonly (readonly [string, number, readonly string[]])[] = []): Fields {
  return new Fields([
    ...entries.map(([key, number, kind]) => ({ key, number, kind, isList: false })),
    ...lists.map(([key, number, kind]) => ({ key, number, kind, isList: true })),
    ...enums.map(([key, number, names]) => ({ key, number, kind: 'enum' as const, isList: false, names })),
  ]);
}

export const keyValue = message([['key', 1, 'text'], ['value', 2, 'anyValue']]);

const event = message(
  [['timeUnixNano', 1, 'fixed64'], ['name', 2, 'text'], ['droppedAttributesCount', 4, 'uint32']],
  [['attributes', 3, keyValue]],
);
const link = message(
  [['traceId', 1, 'traceId'], ['spanId', 2, 'spanId'], ['traceState', 3, 'text'], ['droppedAttributesCount', 5, 'uint32'], ['flags', 6, 'fixed32']],
  [['attributes', 4, keyValue]],
);
const kindNames = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];
const status = message([['message', 2, 'text']], [], [['code', 3, ['UNSET', 'OK', 'ERROR']]]);

/** The records of the three signals and what they belong to (opentelemetry-proto, version 1). */
export const span = message(
  [
    ['traceId', 1, 'traceId'], ['spanId', 2, 'spanId'], ['traceState', 3, 'text'], ['parentSpanId', 4, 'parentId'], ['name', 5, 'text'],
    ['startTimeUnixNano', 7, 'fixed64'], ['endTimeUnixNano', 8, 'fixed64'], ['droppedAttributesCount', 10, 'uint32'],
    ['droppedEventsCount', 12, 'uint32'], ['droppedLinksCount', 14, 'uint32'], ['status', 15, status], ['flags', 16, 'fixed32'],
  ],
  [['attributes', 9, keyValue], ['events', 11, event], ['links', 13, link]],
  [['kind', 6, kindNames]],
);

const severityNames = ['UNSPECIFIED', ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`])];
export const logRecord = message(
  [
    ['timeUnixNano', 1, 'fixed64'], ['severityText', 3, 'text'], ['body', 5, 'anyValue'], ['droppedAttributesCount', 7, 'uint32'],
    ['flags', 8, 'fixed32'], ['traceId', 9, 'traceId'], ['spanId', 10, 'spanId'], ['observedTimeUnixNano', 11, 'fixed64'], ['eventName', 12, 'text'],
  ],
  [['attributes', 6, keyValue]],
  [['severityNumber', 2, severityNames]],
);

const pointTimes: readonly Entry[] = [['startTimeUnixNano', 2, 'fixed64'], ['timeUnixNano', 3, 'fixed64']];
const countAndSum: readonly Entry[] = [['count', 4, 'fixed64'], ['sum', 5, 'double']];
const numberPoint = message([...pointTimes, ['asDouble', 4, 'double'], ['asInt', 6, 'sfixed64']], [['attributes', 7, keyValue]]);
const histogramPoint = message(
  [...pointTimes, ...countAndSum, ['min', 11, 'double'], ['max', 12, 'double']],
  [['attributes', 9, keyValue], ['bucketCounts', 6, 'fixed64'], ['explicitBounds', 7, 'double']],
);
const exponentialPoint = message([...pointTimes, ...countAndSum, ['min', 12, 'double'], ['max', 13, 'double']], [['attributes', 1, keyValue]]);
const summaryPoint = message([...pointTimes, ...countAndSum], [['attributes', 7, keyValue]]);
const temporality = ['aggregationTemporality', 2, ['UNSPECIFIED', 'DELTA', 'CUMULATIVE']] as const;

export const metric = message([
  ['name', 1, 'text'], ['description', 2, 'text'], ['unit', 3, 'text'],
  ['gauge', 5, message([], [['dataPoints', 1, numberPoint]])],
  ['sum', 7, message([['isMonotonic', 3, 'boolean']], [['dataPoints', 1, numberPoint]], [temporality])],
  ['histogram', 9, message([], [['dataPoints', 1, histogramPoint]], [temporality])],
  ['exponentialHistogram', 10, message([], [['dataPoints', 1, exponentialPoint]], [temporality])],
  ['summary', 11, message([], [['dataPoints', 1, summaryPoint]])],
]);

export const resource = message([['droppedAttributesCount', 2, 'uint32']], [['attributes', 1, keyValue]]);
export const scope = message(
  [['name', 1, 'text'], ['version', 2, 'text'], ['droppedAttributesCount', 4, 'uint32']],
  [['attributes', 3, keyValue]],
);
