import { isoOfNanos } from '../model/time.ts';
import { DraftOrigins } from './draftOrigins.ts';
import { encodeWhole } from './format.ts';
import type { EncodeScope, EncodeSpan, Format, Sniff, SpanEncoder } from './format.ts';
import { idIn, objectsIn } from './jsonFields.ts';
import { jsonKeys } from './jsonKeys.ts';
import { forEachRecord } from './jsonRecords.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { DraftWriter } from './spanDrafts.ts';
import { TextBytes } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';
import { ownExceptionKeys, renamed, tutorialSpanDraft } from './tutorialSpan.ts';

/**
 * The JSON of the tutorial tracer's `to_json`: `{trace_id, spans: [{span_id, parent_span_id, name, start_time, end_time,
 * duration_ms, status, attributes, events}]}`, one object, a list or one a line. Times have no zone and mean UTC; ids are
 * uuids; the service and the status message stand among the attributes as `service.name` and `status_description`.
 * `encode` cannot hold kinds, links, logs, scopes and resources but for the service.
 */
export const tutorial: Format = {
  id: 'tutorial-json',
  label: 'Tutorial tracer JSON',
  pieces: 'values',
  opens: new Map([['spans', { after: ['trace_id'], items: [['span_id', 'name']] }]]),
  records: [['trace_id', 'spans']],
  extension: '.trace.json',
  losses: ['kind', 'links', 'logs', 'scope', 'resource', 'traceState', 'dropped', 'marks'],
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const isTutorial = keys.has('trace_id') && keys.has('spans/span_id') && (keys.has('spans/start_time') || keys.has('spans/duration_ms'));
    return isTutorial ? { score: 0.95, reason: 'has "trace_id" beside "spans" with "span_id" and "start_time"' } : { score: 0, reason: 'has no "trace_id" beside "spans" with "span_id"' };
  },
  decode(bytes, batch, options): void {
    const writer = new DraftWriter(batch, options), origins = new DraftOrigins(writer);
    forEachRecord(bytes, batch, options, 'object', (reader) => {
      const trace = reader.takeObject();
      for (const span of objectsIn(trace.get('spans'))) writer.add(tutorialSpanDraft(span, idIn(trace.get('trace_id')), origins));
      writer.handOver();
      return trace.size === 0 || trace.has('spans');
    });
    writer.flush();
  },
  encoder,
  encode: (spans) => encodeWhole(encoder, [...Map.groupBy(spans, ({ traceId }) => traceId).values()].flat()),
};

/** One trace is an object, several are a list. */
function encoder(write: WriteBytes, { traceCount }: EncodeScope): SpanEncoder {
  const out = new TextBytes(write), level = traceCount === 1 ? 0 : 1, indent = '  '.repeat(level);
  let current: string | undefined;
  const add = (text: string): void => { out.add(text.replaceAll(/[\u007f-\uffff]/g, escapeUnit)); };
  const endTrace = (): void => { if (current !== undefined) add(`\n${indent}  ]\n${indent}}`); };
  return {
    add(spans): void {
      for (const span of spans) {
        const isFirst = span.traceId !== current;
        if (isFirst) {
          endTrace();
          add(`${level === 0 ? '' : current === undefined ? '[\n  ' : ',\n  '}{\n${indent}  "trace_id": ${JSON.stringify(span.traceId)},\n${indent}  "spans": [`);
          current = span.traceId;
        }
        add(`${isFirst ? '' : ','}\n${indent}    ${jsonText(jsonSpan(span), 2, level + 2)}`);
      }
    },
    end(): void {
      endTrace();
      add(current === undefined ? '[]\n' : level === 0 ? '\n' : '\n]\n');
      out.flush();
    },
  };
}

function jsonSpan(span: EncodeSpan): Writable {
  const { content, service, statusMessage, startUnixNano: start, endUnixNano: end } = span;
  const attributes = new Map<string, Writable>(service === '' || content.attributes.has('service.name') ? [] : [['service.name', service]]);
  for (const [key, value] of content.attributes) attributes.set(key, value);
  if (statusMessage !== '') attributes.set('status_description', statusMessage);
  return {
    span_id: span.spanId,
    parent_span_id: span.parentSpanId === '' ? null : span.parentSpanId,
    name: span.name,
    start_time: isoTime(start),
    end_time: end === 0n ? null : isoTime(end),
    duration_ms: end === 0n ? null : Number(end - start) / 1e6,
    status: span.status,
    attributes,
    events: content.events.map(({ name, timeUnixNano, attributes: own }) => ({
      name, timestamp: isoTime(timeUnixNano), attributes: name === 'exception' ? renamed(own, ownExceptionKeys) : own,
    })),
  };
}

/** UTC without a zone; microseconds, left out when they are zero, or nanoseconds where there are any. */
function isoTime(nanos: bigint): string {
  const [seconds = '', fraction = ''] = isoOfNanos(nanos).replace('Z', '').split('.');
  if (fraction === '000000000') return seconds;
  return `${seconds}.${fraction.endsWith('000') ? fraction.slice(0, 6) : fraction}`;
}

/** Python's json module writes ASCII only. */
const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
