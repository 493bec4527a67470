import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { hexOfBytes, isHex } from '../model/ids.ts';
import type { Resource, SpanLink } from '../model/span.ts';
import { base64OfBytes } from './base64.ts';
import type { EncodeSpan, SpanEncoder } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { TextBytes } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';

/**
 * The answer of Jaeger's query API for these spans, as its UI opens it. It cannot hold open spans (their duration is 0),
 * parts of microseconds, logs, dropped counts, and of links more than the ids; lists, maps and null become JSON text. A root
 * that links to a span of its own trace is read as the child of that span.
 */
export function jaegerEncoder(write: WriteBytes): SpanEncoder {
  const out = new TextBytes(write), ids = new Map<Resource, string>();
  let processes = new Map<string, Writable>(), traces = 0, current: string | undefined;
  const endTrace = (): void => {
    if (current === undefined) return;
    out.add(`\n      ],\n      "processes": ${jsonText(processes, 2, 3)},\n      "warnings": null\n    }`);
    processes = new Map();
    ids.clear();
  };
  const processOf = ({ resource, service }: EncodeSpan): string => {
    let id = ids.get(resource);
    if (id === undefined) {
      ids.set(resource, id = `p${ids.size + 1}`);
      processes.set(id, { serviceName: service, tags: [...resource.attributes].filter(([key]) => key !== 'service.name').map(tagOf) });
    }
    return id;
  };
  return {
    add(spans): void {
      for (const span of spans) {
        const isFirst = span.traceId !== current;
        if (isFirst) {
          endTrace();
          current = span.traceId;
          out.add(`${traces++ === 0 ? '{\n  "data": [' : ','}\n    {\n      "traceID": ${JSON.stringify(current)},\n      "spans": [`);
        }
        out.add(`${isFirst ? '' : ','}\n        ${jsonText(spanOf(span, processOf(span)), 2, 4)}`);
      }
    },
    end(): void {
      endTrace();
      out.add(`${traces === 0 ? '{\n  "data": []' : '\n  ]'},\n  "total": ${traces},\n  "limit": 0,\n  "offset": 0,\n  "errors": null\n}\n`);
      out.flush();
    },
  };
}

function spanOf(span: EncodeSpan, processID: string): Writable {
  const { traceId: traceID, parentSpanId, content, scope, status, statusMessage } = span;
  const told: [string, AttributeValue][] = [];
  if (span.kind !== 'unspecified') told.push(['span.kind', span.kind]);
  if (status !== 'unset') told.push(['otel.status_code', status.toUpperCase()]);
  if (status === 'error') told.push(['error', true]);
  if (statusMessage !== '') told.push(['otel.status_description', statusMessage]);
  if (scope.name !== '') told.push(['otel.scope.name', scope.name]);
  if (scope.version !== '') told.push(['otel.scope.version', scope.version]);
  if (content.traceState !== '') told.push(['w3c.tracestate', content.traceState]);
  return {
    traceID, spanID: span.spanId, flags: content.flags & 0xff, operationName: span.name,
    references: [
      ...(parentSpanId === '' ? [] : [{ refType: 'CHILD_OF', traceID, spanID: parentSpanId }]),
      ...content.links.map((link) => ({ refType: referenceType(link), traceID: link.traceId, spanID: link.spanId })),
    ],
    startTime: microsOf(span.startUnixNano),
    duration: span.endUnixNano === 0n ? 0n : microsOf(span.endUnixNano) - microsOf(span.startUnixNano),
    tags: [...attributesWithout(content.attributes, told), ...told].map(tagOf),
    logs: content.events.map(({ name, timeUnixNano, attributes }) => ({
      timestamp: microsOf(timeUnixNano), fields: [tagOf(['event', name]), ...[...attributes].map(tagOf)],
    })),
    processID, warnings: null,
  };
}

const attributesWithout = (attributes: Attributes, told: readonly [string, AttributeValue][]): [string, AttributeValue][] =>
  [...attributes].filter(([key]) => told.every(([other]) => other !== key));

const referenceType = ({ attributes }: SpanLink): string => (attributes.get('opentracing.ref_type') === 'child_of' ? 'CHILD_OF' : 'FOLLOWS_FROM');

const microsOf = (nanos: bigint): bigint => nanos / 1000n;

function tagOf([key, value]: readonly [string, AttributeValue]): Writable {
  switch (typeof value) {
    case 'string': return { key, type: 'string', value };
    case 'boolean': return { key, type: 'bool', value };
    case 'bigint': return { key, type: 'int64', value: value.toString() };
    case 'number': return { key, type: Number.isSafeInteger(value) ? 'int64' : 'float64', value };
    default: return value instanceof Uint8Array ? { key, type: 'binary', value: binaryText(value) } : { key, type: 'string', value: jsonText(value) };
  }
}

/** Base64; hex where base64 would read as hex. */
function binaryText(bytes: Uint8Array): string {
  const text = base64OfBytes(bytes);
  return isHex(text, text.length) ? hexOfBytes(bytes, 0, bytes.length) : text;
}
