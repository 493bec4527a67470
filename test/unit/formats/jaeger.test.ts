import { describe, expect, it } from 'vitest';
import { jaeger } from '../../../src/formats/jaeger.ts';
import { tutorial } from '../../../src/formats/tutorial.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import { markBit } from '../../../src/model/span.ts';
import type { EncodeSpan, Format } from '../../../src/formats/format.ts';
import { decoded, lenient, spansOf } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736', id = '00f067aa0ba902b7';
const span = (members: string): string => `{"traceID":"${trace}","spanID":"${id}","operationName":"n","startTime":1000,"duration":5${members === '' ? '' : `,${members}`}}`;
const read = (format: Format, text: string): RowView[] => rowsOf(decoded(format, text, lenient));
const only = (members: string): RowView => read(jaeger, `{"data":[{"traceID":"${trace}","spans":[${span(members)}],"processes":{"p1":{"serviceName":"svc"}}}]}`)[0] as RowView;
const tags = (...list: (readonly [string, string, string])[]): string => `"tags":[${list.map(([key, type, value]) => `{"key":"${key}","type":"${type}","value":${value}}`).join(',')}]`;

describe('Jaeger JSON', () => {
  it.each([
    ['an answer of the API', `{"data":[{"spans":[${span('"processID":"p1"')}],"processes":{"p1":{"serviceName":"svc"}}}]}`], ['a bare trace', `{"traceID":"${trace}","spans":[${span('"processID":"p1"')}],"processes":{"p1":{"serviceName":"svc"}}}`],
    ['a list of traces', `[{"spans":[${span('"processID":"p1"')}],"processes":{"p1":{"serviceName":"svc"}}}]`], ['the state of the UI', `{"data":{"spans":[${span('"process":{"serviceName":"svc"}')}]},"id":"x"}`], ['a document of the storage', span('"process":{"serviceName":"svc","tag":{"a@b":1}}')],
  ])('is read as %s', (_what, text) => {
    expect(read(jaeger, text)).toMatchObject([{ traceId: trace, spanId: id, name: 'n', service: 'svc', start: 1_000_000n, end: 1_005_000n }]);
    expect(jaeger.sniff(new TextEncoder().encode(text)).score).toBeGreaterThan(0.9);
  });

  it('has tags of the type that they say where their value can be of it, and of their value otherwise', () => {
    const { content } = only(tags(['a', 'int64', '"9223372036854775807"'], ['b', 'bool', '"true"'], ['c', 'float64', '"0.5"'], ['d', 'binary', '"3q2+7w=="'], ['e', 'binary', '"00003039"'], ['f', 'string', '{"x":[1,null]}'], ['g', 'int64', '"many"'], ['h', 'string', 'null']));
    expect([...content.attributes]).toEqual([['a', 9223372036854775807n], ['b', true], ['c', 0.5], ['d', Uint8Array.of(0xde, 0xad, 0xbe, 0xef)], ['e', Uint8Array.of(0, 0, 0x30, 0x39)], ['f', new Map([['x', [1, null]]])], ['g', 'many'], ['h', null]]);
  });

  it('has kind, status, scope and trace state in tags', () => {
    const row = only(tags(['span.kind', 'string', '"producer"'], ['error', 'bool', 'true'], ['otel.status_description', 'string', '"boom"'], ['otel.library.name', 'string', '"lib"'], ['w3c.tracestate', 'string', '"a=b"'], ['internal.span.format', 'string', '"otlp"'], ['left', 'string', '"x"']));
    expect(row).toMatchObject({ kind: 4, status: 2, statusMessage: 'boom', scopeName: 'lib', marks: 0, content: { traceState: 'a=b', attributes: new Map([['left', 'x']]) } });
    expect(only(tags(['otel.status_code', 'string', '"OK"'])).status).toBe(1);
    expect(only(tags(['error', 'string', '"a message"']))).toMatchObject({ status: 0, content: { attributes: new Map([['error', 'a message']]) } });
  });

  it('finds the parent among the references, and makes links of the others', () => {
    const reference = (kind: string, traceID: string, spanID: string): string => `{"refType":"${kind}","traceID":"${traceID}","spanID":"${spanID}"}`;
    const row = only(`"references":[${reference('FOLLOWS_FROM', trace, 'a1')},${reference('CHILD_OF', trace, 'a2')},${reference('CHILD_OF', 'ff', 'a3')}]`);
    expect([row.parentSpanId, row.content.links.map((link) => [link.traceId, link.spanId, link.attributes.get('opentracing.ref_type')])])
      .toEqual(['00000000000000a2', [[trace, '00000000000000a1', 'follows_from'], ['00000000000000ff', '00000000000000a3', 'child_of']]]);
    expect(only(`"references":[${reference('FOLLOWS_FROM', trace, 'a1')}]`).parentSpanId).toBe('00000000000000a1');
    expect(only('"references":null,"parentSpanID":"a1"').parentSpanId).toBe('00000000000000a1');
    expect(only('"parentSpanID":"0"').parentSpanId).toBe('');
  });

  it('derives the error that the tutorial\'s exporter lost, and marks it', () => {
    const log = (...keys: string[]): string => `"logs":[{"timestamp":1,"fields":[{"key":"event","value":"exception"},${keys.map((key) => `{"key":"${key}","value":"x"}`).join(',')}]}]`;
    expect(only(log('type', 'message'))).toMatchObject({ status: 2, marks: markBit('derived') });
    expect(only(log('exception.type', 'exception.message'))).toMatchObject({ status: 0, marks: 0 });
  });
});

it('stops at more spans than a file may have and keeps those before', () => {
  const batch = decoded(jaeger, [1, 2, 3].map((i) => span('').replace(id, `${id.slice(0, 15)}${i}`)).join('\n'), { mode: 'lenient', limits: { ...lenient.limits, maxSpans: 2 } });
  expect([batch.count, batch.problems]).toEqual([2, [expect.stringContaining('more than 2 spans')]]);
});

describe('what is written', () => {
  const content = {
    attributes: new Map<string, AttributeValue>([['text', 'é'], ['int', 9223372036854775807n], ['double', 0.5], ['yes', true], ['list', [1, 2]]]), links: [], traceState: '', flags: 1, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
    events: [{ name: 'exception', timeUnixNano: 1790000000000500000n, attributes: new Map([['exception.type', 'E'], ['exception.message', 'm']]), droppedAttributesCount: 0 }],
  };
  const span1: EncodeSpan = {
    traceId: '923a7369-94e3-4f91-9a61-dbe22e44158b', spanId: 'root', parentSpanId: '', name: 'agent_run', kind: 'client', startUnixNano: 1790000000000000000n, endUnixNano: 1790000001500250000n, status: 'error', statusMessage: 'gave up', service: 'svc',
    resource: { attributes: new Map([['service.name', 'svc'], ['host', 'h']]), schemaUrl: '', droppedAttributesCount: 0 }, scope: { name: 'kit', version: '1', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 }, content, logs: [],
  };

  it('as Jaeger JSON opens in Jaeger\'s shape and comes back', () => {
    const bytes = jaeger.encode?.([span1]) ?? new Uint8Array(), text = new TextDecoder().decode(bytes);
    expect(JSON.parse(text)).toMatchObject({ data: [{ traceID: span1.traceId, processes: { p1: { serviceName: 'svc', tags: [{ key: 'host', type: 'string', value: 'h' }] } }, spans: [{ spanID: 'root', startTime: 1790000000000000, duration: 1500250, references: [], processID: 'p1' }] }] });
    expect(spansOf(decoded(jaeger, bytes, lenient))).toEqual([{ ...span1, content: { ...content, attributes: new Map([...content.attributes, ['list', '[1,2]']]) } }]);
  });

  it('as the tutorial\'s JSON is what its to_json writes, and comes back', () => {
    const open: EncodeSpan = { ...span1, spanId: 'open', parentSpanId: 'root', endUnixNano: 0n, status: 'unset', statusMessage: '', content: { ...content, events: [], attributes: new Map() } };
    const bytes = tutorial.encode?.([span1, open]) ?? new Uint8Array(), text = new TextDecoder().decode(bytes);
    expect(text).toContain('"text": "\\u00e9"');
    expect(JSON.parse(text)).toMatchObject({ trace_id: span1.traceId, spans: [
      { span_id: 'root', parent_span_id: null, name: 'agent_run', start_time: '2026-09-21T14:13:20', end_time: '2026-09-21T14:13:21.500250', duration_ms: 1500.25, status: 'error', attributes: { 'service.name': 'svc', status_description: 'gave up' }, events: [{ timestamp: '2026-09-21T14:13:20.000500', attributes: { type: 'E', message: 'm' } }] },
      { span_id: 'open', parent_span_id: 'root', end_time: null, duration_ms: null },
    ] });
    const expected = [span1, open].map((each) => ({ name: each.name, status: each.status, statusMessage: each.statusMessage, start: each.startUnixNano, end: each.endUnixNano, attributes: each.content.attributes, events: each.content.events }));
    expect(spansOf(decoded(tutorial, bytes, lenient)).map((each) => ({ name: each.name, status: each.status, statusMessage: each.statusMessage, start: each.startUnixNano, end: each.endUnixNano, attributes: each.content.attributes, events: each.content.events }))).toEqual(expected);
  });

  it('of several traces in the tutorial\'s JSON is a list', () => {
    const bytes = tutorial.encode?.([span1, { ...span1, traceId: 'other' }]) ?? new Uint8Array();
    expect(JSON.parse(new TextDecoder().decode(bytes))).toHaveLength(2);
    expect(rowsOf(decoded(tutorial, bytes, lenient)).map((row) => row.traceId)).toEqual([span1.traceId, 'other']);
  });
});

describe('the tutorial\'s JSON', () => {
  it('reads times without a zone as UTC, missing ends as open, and an end that only the duration tells', () => {
    const spans = ['"start_time":"2026-04-10T10:30:00","end_time":null', '"start_time":"2026-04-10T10:30:00.000123","end_time":null,"duration_ms":0.5', '"start_time":"yesterday"', '"start_time":null'].map((times, i) => `{"span_id":"s${i}","name":"n",${times}}`);
    expect(read(tutorial, `{"trace_id":"t","spans":[${spans.join(',')}]}`).map((row) => [row.start, row.end, row.marks])).toEqual([
      [1775817000000000000n, 0n, 0], [1775817000000123000n, 1775817000000623000n, 0], [0n, 0n, markBit('repaired') | markBit('noStart')], [0n, 0n, markBit('noStart')],
    ]);
  });
});
