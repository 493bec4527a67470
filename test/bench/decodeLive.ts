import type { EncodeSpan } from '../../src/formats/format.ts';
import { jsonText } from '../../src/formats/jsonText.ts';

/** The spans as messages of the live protocol, one a line. */
export function liveText(spans: readonly EncodeSpan[]): Uint8Array {
  const lines = spans.map((span) => jsonText({
    type: 'span',
    span: {
      traceId: span.traceId, spanId: span.spanId, parentSpanId: span.parentSpanId === '' ? undefined : span.parentSpanId, name: span.name, kind: span.kind,
      startTimeUnixNano: span.startUnixNano.toString(), endTimeUnixNano: span.endUnixNano.toString(), status: { code: span.status }, attributes: span.content.attributes,
      resource: { attributes: span.resource.attributes },
    },
  }));
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
}
