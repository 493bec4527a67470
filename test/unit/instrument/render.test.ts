import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { toJaegerFormat, toJson, toTimeline } from '../../../src/instrument/node/render.ts';
import { Span, Trace } from '../../../src/instrument/node/span.ts';
import { findPython } from './python.ts';
import { run } from './shippedKit.ts';
import type { SpanStatus } from '../../../src/instrument/node/records.ts';

interface WrittenSpan {
  readonly span_id: string;
  readonly parent_span_id: string | null;
  readonly name: string;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly status: SpanStatus['code'];
  readonly attributes: Record<string, unknown>;
  readonly events: readonly { readonly name: string; readonly timestamp: string; readonly attributes: Record<string, unknown> }[];
}
interface WrittenTrace { readonly trace_id: string; readonly spans: readonly WrittenSpan[] }

const silent = { resource: { 'service.name': 'agent_service' }, spanChanged: () => undefined, spanEnded: () => undefined };

/** A trace with the ids, times and contents of a written one. */
function rebuild(written: WrittenTrace): Trace {
  const trace = new Trace(written.trace_id);
  for (const one of written.spans) {
    const span = new Span({
      trace, name: one.name, spanId: one.span_id, parentSpanId: one.parent_span_id ?? undefined, kind: 'internal', links: [],
      startTimeUnixNano: nanoseconds(one.start_time), attributes: {}, observer: silent,
    });
    for (const [key, value] of Object.entries(one.attributes)) span.setAttribute(key, value);
    for (const event of one.events) span.addEvent(event.name, event.attributes, nanoseconds(event.timestamp));
    span.setStatus(one.status);
    if (one.end_time !== null) span.end(nanoseconds(one.end_time));
    trace.add(span);
  }
  return trace;
}

function nanoseconds(iso: string): bigint {
  const [seconds = '', fraction = ''] = iso.split('.');
  return BigInt(Date.parse(`${seconds}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

const small: WrittenTrace = {
  trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
  spans: [
    { span_id: 'a000000000000001', parent_span_id: null, name: 'agent_run', start_time: '2026-04-10T10:30:00', end_time: '2026-04-10T10:30:09', status: 'ok', attributes: { task: 'Züge \u{1f686}', n: 3, ratio: 0.5, flag: true, none: null, list: [1, { a: 'b' }] }, events: [] },
    { span_id: 'a000000000000002', parent_span_id: 'a000000000000001', name: 'tool:search', start_time: '2026-04-10T10:30:01.000500', end_time: '2026-04-10T10:30:03.250123', status: 'error', attributes: { 'status_description': 'down' }, events: [{ name: 'exception', timestamp: '2026-04-10T10:30:03', attributes: { 'exception.type': 'Error', depth: { a: [1] } } }] },
    { span_id: 'a000000000000003', parent_span_id: 'a000000000000001', name: 'evil\u001b[31m\u202e name', start_time: '2026-04-10T10:30:04', end_time: null, status: 'unset', attributes: {}, events: [] },
  ],
};

describe('the timeline', () => {
  it('shows names, durations and bars, and no control characters', () => {
    expect(toTimeline(rebuild(small), { width: 18 })).toBe([
      'Trace 4bf92f3577b34da6a3ce929d0e0e4736, 3 spans, 9000.0ms',
      '+ agent_run [9000.0ms]',
      '|==================|',
      '  x tool:search [2249.6ms]',
      '  |  ====            |',
      '  ? evil\\u001b[31m\\u202e name [running]',
      '  |        ==========|',
      '',
    ].join('\n'));
  });

  it('of an empty trace and of 10,000 levels is text as well', () => {
    expect(toTimeline(new Trace('t'))).toBe('Trace t, 0 spans, 0.0ms\n');
    const deep = { trace_id: 't', spans: Array.from({ length: 10_000 }, (_, index) => ({ ...small.spans[0] as WrittenSpan, span_id: `s${index}`, parent_span_id: index === 0 ? null : `s${index - 1}` })) };
    expect(toTimeline(rebuild(deep)).split('\n')).toHaveLength(20_002);
  });
});

describe('Jaeger\'s format', () => {
  it('has the shape that Jaeger opens, with typed tags and the error', () => {
    const { data: [trace] } = toJaegerFormat(rebuild(small));
    expect(trace).toMatchObject({ traceID: small.trace_id, processes: { p1: { serviceName: 'agent_service' } } });
    expect(trace?.spans.map((span) => [span.startTime, span.duration])).toEqual([[1775817000000000, 9_000_000], [1775817001000500, 2_249_623], [1775817004000000, 0]]);
    expect(trace?.spans[0]?.tags.slice(0, 7).map((tag) => [tag.key, tag.type, tag.value])).toEqual([
      ['service.name', 'string', 'agent_service'], ['task', 'string', 'Züge \u{1f686}'], ['n', 'int64', 3], ['ratio', 'float64', 0.5],
      ['flag', 'bool', true], ['none', 'string', 'null'], ['list', 'string', '[1,{"a":"b"}]'],
    ]);
    expect(trace?.spans[1]).toMatchObject({ references: [{ refType: 'CHILD_OF', traceID: small.trace_id, spanID: 'a000000000000001' }], processID: 'p1' });
    expect(trace?.spans[1]?.tags).toContainEqual({ key: 'error', type: 'bool', value: true });
    expect(trace?.spans[1]?.logs[0]?.fields[0]).toEqual({ key: 'event', type: 'string', value: 'exception' });
  });
});

const samples = new URL('../../../../shared/samples/seed/', import.meta.url);

describe('the JSON', () => {
  it.skipIf(!existsSync(samples))(`has the bytes of the tutorial tracer${existsSync(samples) ? '' : ': samples not present'}`, () => {
    for (const name of ['seed_to_json_clean.json', 'seed_to_json_ugly.json']) {
      const bytes = readFileSync(new URL(name, samples), 'utf8');
      expect(toJson(rebuild(JSON.parse(bytes) as WrittenTrace))).toBe(bytes.trimEnd());
    }
  });

  it('stays the same for the same trace', () => {
    expect(toJson(rebuild(small))).toBe(toJson(rebuild(JSON.parse(toJson(rebuild(small))) as WrittenTrace)));
  });
});

const python = findPython();

describe('the kits of both languages', () => {
  it.skipIf(python === undefined)(`render a trace to the same bytes${python === undefined ? ': no Python 3.9 or later on this machine' : ''}`, async () => {
    const kit = fileURLToPath(new URL('../../../src/instrument/python', import.meta.url));
    const program = `
import sys, json
sys.path.insert(0, ${JSON.stringify(kit)})
from datetime import datetime
import spanscope as s
written = json.loads(sys.argv[1])
tracer = s.Tracer("agent_service", exporters=[])
def ns(text):
    d = datetime.fromisoformat(text) - datetime(1970, 1, 1)
    return ((d.days * 86400 + d.seconds) * 1000000 + d.microseconds) * 1000
trace = s.Trace(written["trace_id"])
for one in written["spans"]:
    span = s.Span(tracer, trace, one["name"], one["span_id"], one["parent_span_id"], start_time_unix_nano=ns(one["start_time"]))
    for key, value in one["attributes"].items():
        span.set_attribute(key, value)
    for event in one["events"]:
        span.add_event(event["name"], event["attributes"], ns(event["timestamp"]))
    span.set_status(one["status"])
    if one["end_time"] is not None:
        span.end(ns(one["end_time"]))
    trace.add(span)
print(json.dumps([s.to_timeline(trace), s.to_json(trace), s.to_jaeger_format(trace)]))`;
    const { output } = await run(python as string, ['-c', program, JSON.stringify(small)]);
    const trace = rebuild(small);
    expect(JSON.parse(output)).toEqual([toTimeline(trace), toJson(trace), toJaegerFormat(trace)]);
  });
});
