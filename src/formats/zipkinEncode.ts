import type { AttributeValue } from '../model/attributes.ts';
import type { EncodeSpan } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';

/**
 * A list of Zipkin spans of version 2. It cannot hold links, logs, event attributes, scopes and resources but for the
 * service; times are whole µs, all values text. Ids of other texts are replaced by hashes.
 */
export function encodeZipkin(spans: readonly EncodeSpan[]): Uint8Array {
  return new TextEncoder().encode(`${jsonText(spans.map(spanOf), 2)}\n`);
}

function spanOf(span: EncodeSpan): Writable {
  const { content, statusMessage } = span;
  const tags = new Map([...content.attributes].map(([key, value]) => [key, textOf(value)]));
  if (span.status !== 'unset') tags.set('otel.status_code', span.status.toUpperCase());
  if (span.status === 'error' && !tags.has('error')) tags.set('error', statusMessage === '' ? 'true' : statusMessage);
  const duration = span.endUnixNano === 0n ? undefined : (span.endUnixNano - span.startUnixNano) / 1000n;
  return {
    traceId: traceIdHex(span.traceId), id: spanIdHex(span.spanId), parentId: span.parentSpanId === '' ? undefined : spanIdHex(span.parentSpanId),
    kind: span.kind === 'unspecified' || span.kind === 'internal' ? undefined : span.kind.toUpperCase(),
    name: span.name,
    timestamp: span.startUnixNano === 0n ? undefined : span.startUnixNano / 1000n,
    // Zipkin takes 0 for "not recorded".
    duration: duration === undefined || duration > 0n ? duration : 1n,
    localEndpoint: { serviceName: span.service },
    annotations: content.events.map(({ name, timeUnixNano }) => ({ timestamp: timeUnixNano / 1000n, value: name })),
    tags,
  };
}

const textOf = (value: AttributeValue): string => (typeof value === 'string' ? value : jsonText(value));
