import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isHex } from '../model/ids.ts';
import type { EncodeSpan } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';

const serverHalf = /^([0-9a-f]{16}):server$/;

/**
 * A list of Zipkin spans of version 2. It cannot hold links, logs, event attributes, scopes, the kind `internal`, and resources but for the
 * service and its address; times are whole µs, all values text, and so a failed span has its message as tag `error`. Ids of other texts are
 * replaced by hashes.
 */
export function encodeZipkin(spans: readonly EncodeSpan[]): Uint8Array {
  const parents = new Map(spans.map((span) => [`${span.traceId} ${span.spanId}`, span.parentSpanId]));
  return new TextEncoder().encode(`${jsonText(spans.map((span) => spanOf(span, parents)), 2)}\n`);
}

function spanOf(span: EncodeSpan, parents: ReadonlyMap<string, string>): Writable {
  const { content, statusMessage } = span, shared = serverHalf.exec(span.spanId)?.[1];
  const tags = new Map([...content.attributes].map(([key, value]) => [key, textOf(value)]));
  if (span.status !== 'unset') tags.set('otel.status_code', span.status.toUpperCase());
  if (span.status === 'error' && !tags.has('error')) tags.set('error', statusMessage === '' ? 'true' : statusMessage);
  const duration = span.endUnixNano === 0n ? undefined : (span.endUnixNano - span.startUnixNano) / 1000n;
  // Both halves of a span have its id and its parent.
  const parentId = shared === undefined ? span.parentSpanId : parents.get(`${span.traceId} ${shared}`) ?? '';
  return {
    traceId: isHex(span.traceId, 16) ? span.traceId : traceIdHex(span.traceId), id: spanIdHex(shared ?? span.spanId),
    parentId: parentId === '' ? undefined : spanIdHex(serverHalf.exec(parentId)?.[1] ?? parentId), shared: shared === undefined ? undefined : true,
    kind: span.kind === 'unspecified' || span.kind === 'internal' ? undefined : span.kind.toUpperCase(),
    name: span.name,
    timestamp: span.startUnixNano === 0n ? undefined : span.startUnixNano / 1000n,
    // Zipkin takes 0 for "not recorded".
    duration: duration === undefined || duration > 0n ? duration : 1n,
    localEndpoint: endpointOf(span.service, span.resource.attributes, 'network.local'),
    remoteEndpoint: remoteOf(content.attributes, tags),
    annotations: content.events.map(({ name, timeUnixNano }) => ({ timestamp: timeUnixNano / 1000n, value: name })),
    tags,
  };
}

/** The attributes that say who was called are an endpoint here and no tags. */
function remoteOf(attributes: Attributes, tags: Map<string, string>): Writable {
  const service = attributes.get('peer.service'), remote = endpointOf(typeof service === 'string' ? service : '', attributes, 'network.peer');
  if (remote === undefined) return undefined;
  if (remote.has('serviceName')) tags.delete('peer.service');
  if (remote.has('ipv4') || remote.has('ipv6')) tags.delete('network.peer.address');
  if (remote.has('port')) tags.delete('network.peer.port');
  return remote;
}

function endpointOf(service: string, attributes: Attributes, prefix: string): Map<string, Writable> | undefined {
  const endpoint = new Map<string, Writable>(), address = attributes.get(`${prefix}.address`), port = attributes.get(`${prefix}.port`);
  if (service !== '') endpoint.set('serviceName', service);
  if (typeof address === 'string' && /^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) endpoint.set('ipv4', address);
  else if (typeof address === 'string' && /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(address)) endpoint.set('ipv6', address);
  if (typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65536) endpoint.set('port', port);
  return endpoint.size === 0 ? undefined : endpoint;
}

const textOf = (value: AttributeValue): string => (typeof value === 'string' ? value : jsonText(value));
