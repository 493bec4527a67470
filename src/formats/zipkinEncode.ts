import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { isHex } from '../model/ids.ts';
import type { EncodeSpan, SpanEncoder } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';
import { TextBytes } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';

const serverHalf = /^([0-9a-f]{16}):server$/;

/**
 * A list of Zipkin spans of version 2. It cannot hold links, logs, event attributes, scopes, the kind `internal`, and resources but for the
 * service and its address; times are whole µs, all values text, and so a failed span has its message as tag `error`. Ids of other texts are
 * replaced by hashes.
 */
export function zipkinEncoder(write: WriteBytes): SpanEncoder {
  const out = new TextBytes(write), parents = new Map<string, Map<string, string>>();
  let separator = '[', last = '';
  return {
    add(spans): void {
      // Only the last trace goes on.
      for (const traceId of parents.keys()) if (traceId !== last) parents.delete(traceId);
      for (const { traceId, spanId, parentSpanId } of spans) {
        const ofTrace = parents.get(traceId);
        if (ofTrace === undefined) parents.set(traceId, new Map([[spanId, parentSpanId]])); else ofTrace.set(spanId, parentSpanId);
        last = traceId;
      }
      for (const span of spans) {
        out.add(`${separator}\n  ${jsonText(spanOf(span, parents.get(span.traceId) ?? new Map()), 2, 1)}`);
        separator = ',';
      }
    },
    end(): void {
      out.add(separator === '[' ? '[]\n' : '\n]\n');
      out.flush();
    },
  };
}

function spanOf(span: EncodeSpan, parents: ReadonlyMap<string, string>): Writable {
  const { content, statusMessage } = span, shared = serverHalf.exec(span.spanId)?.[1];
  const tags = new Map([...content.attributes].map(([key, value]) => [key, textOf(value)]));
  if (span.status !== 'unset') tags.set('otel.status_code', span.status.toUpperCase());
  if (span.status === 'error' && !tags.has('error')) tags.set('error', statusMessage === '' ? 'true' : statusMessage);
  const duration = span.endUnixNano === 0n ? undefined : span.endUnixNano / 1000n - span.startUnixNano / 1000n;
  // Both halves of a span have its id and its parent.
  const parentId = shared === undefined ? span.parentSpanId : parents.get(shared) ?? '';
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
