import type { AttributeValue } from '../model/attributes.ts';
import { canonicalId } from '../model/ids.ts';
import type { SpanEvent } from '../model/span.ts';
import { nanosIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { WrongTypeError } from './jsonReader.ts';
import { jsonText } from './jsonText.ts';

/** What a client, a server or a proxy said about a span; several reports may be about the same one. */
export interface ZipkinReport {
  traceId: string;
  readonly id: string;
  readonly parentId: string;
  readonly name: string;
  readonly kind: ZipkinKind | '';
  /** Whether the span has the id that its client gave it. */
  readonly isShared: boolean;
  /** ns; undefined when not reported. */
  readonly start: bigint | undefined;
  readonly duration: bigint | undefined;
  readonly service: string;
  /** Addresses of the reporting service; part of its resource. */
  readonly local: ReadonlyMap<string, AttributeValue>;
  readonly attributes: Map<string, AttributeValue>;
  readonly events: readonly SpanEvent[];
  readonly isRepaired: boolean;
}

export const zipkinKinds = ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;
export type ZipkinKind = (typeof zipkinKinds)[number];

const micros = 3;

/** Reads a span of version 2. Throws WrongTypeError where a field is of a wrong type. */
export function reportOf(span: JsonObject): ZipkinReport {
  const { attributes, isRepaired } = tagsOf(span.get('tags'));
  const local = endpointOf(span.get('localEndpoint')), remote = endpointOf(span.get('remoteEndpoint'));
  const kind = textOrNone(span, 'kind').toUpperCase(), isKnownKind = kind === '' || zipkinKinds.includes(kind as ZipkinKind);
  if (remote.service !== '') attributes.set('peer.service', remote.service);
  for (const [key, value] of remote.address) attributes.set(`network.peer.${key}`, value);
  return {
    ...idsOf(span), name: textOrNone(span, 'name'), kind: isKnownKind ? kind as ZipkinKind | '' : '', isShared: span.get('shared') === true,
    start: timeOf(span, 'timestamp'), duration: timeOf(span, 'duration'), service: local.service, local: local.address, attributes,
    events: listOf(span, 'annotations').map(eventOf), isRepaired: isRepaired || !isKnownKind,
  };
}

/** Reads a span of version 1, which may be the reports of a client and a server in one. */
export function reportsOfVersion1(span: JsonObject): ZipkinReport[] {
  const annotations = listOf(span, 'annotations'), binary = listOf(span, 'binaryAnnotations');
  const named = (name: string): JsonObject | undefined => annotations.find((annotation) => annotation.get('value') === name);
  const sides = ([['CLIENT', 'cs', 'cr', 'sa'], ['SERVER', 'sr', 'ss', 'ca'], ['PRODUCER', 'ms', '', 'ma'], ['CONSUMER', 'mr', '', 'ma']] as const)
    .map(([kind, begin, end, remote]) => ({ kind, begin: named(begin), end: named(end), remote }))
    .filter(({ begin, end }) => begin !== undefined || end !== undefined);
  const coreNames = new Set<JsonValue | undefined>(['cs', 'cr', 'sr', 'ss', 'ms', 'mr']);
  const reports = sides.length > 0 ? sides : [{ kind: '' as const, begin: undefined, end: undefined, remote: 'sa' as const }];
  return reports.map(({ kind, begin, end, remote }, i) => {
    const endpoint = endpointOf((begin ?? end ?? annotations[0] ?? binary[0])?.get('endpoint'));
    const isOwn = (item: JsonObject): boolean => {
      const { service } = endpointOf(item.get('endpoint'));
      return reports.length === 1 || service === endpoint.service || (i === 0 && reports.every((other) => endpointOf((other.begin ?? other.end)?.get('endpoint')).service !== service));
    };
    const { attributes, isRepaired } = tagsOfVersion1(binary, remote, isOwn);
    const first = nanosIn(begin?.get('timestamp'), micros), last = nanosIn(end?.get('timestamp'), micros);
    const isOwner = kind !== 'SERVER' || reports.length === 1;
    const start = (isOwner ? timeOf(span, 'timestamp') : undefined) ?? first;
    return {
      ...idsOf(span), name: textOrNone(span, 'name'), kind, isShared: !isOwner, start,
      duration: (isOwner ? timeOf(span, 'duration') : undefined) ?? (first === undefined || last === undefined ? undefined : last - first),
      service: endpoint.service, local: endpoint.address, attributes,
      events: annotations.filter((annotation) => !coreNames.has(annotation.get('value')) && isOwn(annotation)).map(eventOf), isRepaired,
    };
  });
}

function tagsOfVersion1(binary: readonly JsonObject[], remoteKey: string, isOwn: (item: JsonObject) => boolean): { attributes: Map<string, AttributeValue>; isRepaired: boolean } {
  const attributes = new Map<string, AttributeValue>();
  let isRepaired = false;
  for (const item of binary) {
    const key = textIn(item.get('key')), value = item.get('value') ?? null;
    if ((key === 'sa' || key === 'ca' || key === 'ma') && value === true) {
      if (key !== remoteKey) continue;
      const { service, address } = endpointOf(item.get('endpoint'));
      if (service !== '') attributes.set('peer.service', service);
      for (const [part, text] of address) attributes.set(`network.peer.${part}`, text);
    } else if (isOwn(item) && !(key === 'lc' && value === '')) {
      isRepaired ||= typeof value !== 'string';
      attributes.set(key, typeof value === 'string' ? value : jsonText(value));
    }
  }
  return { attributes, isRepaired };
}

function idsOf(span: JsonObject): { traceId: string; id: string; parentId: string } {
  return { traceId: canonicalId(textOrNone(span, 'traceId')), id: canonicalId(textOrNone(span, 'id')), parentId: canonicalId(textOrNone(span, 'parentId')) };
}

function textOrNone(span: JsonObject, key: string): string {
  const value = span.get(key) ?? '';
  if (typeof value !== 'string') throw new WrongTypeError(`a string in "${key}"`);
  return value;
}

/** µs as ns; undefined when it is missing, or a time of zero, which means the same. */
function timeOf(span: JsonObject, key: 'timestamp' | 'duration'): bigint | undefined {
  const value = span.get(key) ?? null;
  if (value === null) return undefined;
  const nanos = nanosIn(value, micros);
  if (nanos === undefined) throw new WrongTypeError(`a number in "${key}"`);
  return nanos === 0n && key === 'timestamp' ? undefined : nanos;
}

function listOf(span: JsonObject, key: string): readonly JsonObject[] {
  const value = span.get(key) ?? [];
  if (!Array.isArray(value)) throw new WrongTypeError(`a list in "${key}"`);
  return objectsIn(value);
}

/** Tags are text by definition; other values are kept as their JSON text. */
function tagsOf(value: JsonValue | undefined): { attributes: Map<string, AttributeValue>; isRepaired: boolean } {
  const attributes = new Map<string, AttributeValue>();
  let isRepaired = false;
  if ((value ?? null) === null) return { attributes, isRepaired };
  if (!(value instanceof Map)) throw new WrongTypeError('an object in "tags"');
  for (const [key, tag] of value) {
    isRepaired ||= typeof tag !== 'string';
    attributes.set(key, typeof tag === 'string' ? tag : jsonText(tag));
  }
  return { attributes, isRepaired };
}

function endpointOf(value: JsonValue | undefined): { service: string; address: Map<string, AttributeValue> } {
  if ((value ?? null) !== null && !(value instanceof Map)) throw new WrongTypeError('an object in an endpoint');
  const endpoint = objectIn(value), address = new Map<string, AttributeValue>();
  const ip = textIn(endpoint?.get('ipv4') ?? undefined) || textIn(endpoint?.get('ipv6') ?? undefined), port = endpoint?.get('port') ?? 0;
  if (ip !== '') address.set('address', ip);
  if (port !== 0) address.set('port', typeof port === 'number' ? port : textIn(port));
  return { service: textIn(endpoint?.get('serviceName') ?? undefined), address };
}

function eventOf(annotation: JsonObject): SpanEvent {
  return { name: textIn(annotation.get('value')), timeUnixNano: nanosIn(annotation.get('timestamp'), micros) ?? 0n, attributes: new Map(), droppedAttributesCount: 0 };
}
