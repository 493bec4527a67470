import { describe, expect, it } from 'vitest';
import { copilotLog } from '../../../src/formats/copilotLog.ts';
import { detect } from '../../../src/formats/detect.ts';
import type { Format } from '../../../src/formats/format.ts';
import { goStdout } from '../../../src/formats/goStdout.ts';
import { javaLogging } from '../../../src/formats/javaLogging.ts';
import { jsSpans } from '../../../src/formats/jsSpans.ts';
import { nodeConsole } from '../../../src/formats/nodeConsole.ts';
import { pythonPrint } from '../../../src/formats/pythonPrint.ts';
import { pythonSpans } from '../../../src/formats/pythonSpans.ts';
import { formats } from '../../../src/formats/registry.ts';
import { agentOf } from '../../../src/model/conventions/registry.ts';
import { markBit, spanKinds } from '../../../src/model/span.ts';
import { SpanBatch, operationCode } from '../../../src/model/spanBatch.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { decoded, lenient, spansOf, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (format: Format, text: string): RowView[] => rowsOf(decoded(format, text, lenient));
const problems = (format: Format, text: string): readonly string[] => decoded(format, text, lenient).problems;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736', spanId = '00f067aa0ba902b7', parentId = '00f067aa0ba902b6';

describe('spans of Python', () => {
  const span = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    name: 'chat', context: { trace_id: `0x${traceId}`, span_id: `0x${spanId}`, trace_state: '[]' }, kind: 'SpanKind.CLIENT', parent_id: `0x${parentId}`,
    start_time: '2026-11-20T10:03:25.370050Z', end_time: '2026-11-20T10:03:25.374159Z', status: { status_code: 'UNSET' }, attributes: {}, events: [], links: [], resource: { attributes: {}, schema_url: '' }, ...more,
  });
  const only = (more: Record<string, unknown>): RowView => read(pythonSpans, JSON.stringify(span(more)))[0] as RowView;

  it.each<[string, unknown, string, string]>([
    ['prefixed hex', `0x${traceId}`, `0x${spanId}`, spanId], ['bare hex', traceId, spanId, spanId], ['upper case', traceId.toUpperCase(), spanId.toUpperCase(), spanId],
    ['hex without its zeroes', `0x${traceId}`, '0xf067aa0ba902b7', spanId], ['decimal text', BigInt(`0x${traceId}`).toString(), BigInt(`0x${spanId}`).toString(), spanId],
    ['digits of the length of an id, which are hex', traceId, '1234567890123456', '1234567890123456'], ['any other text', traceId, 'span-1', 'span-1'],
  ])('ids: %s', (_name, trace, own, expected) => {
    expect(only({ context: { trace_id: trace, span_id: own } })).toMatchObject({ traceId, spanId: expected });
  });

  it('ids as integers keep all digits', () => {
    const text = `{"spans":[{"name":"a","kind":"internal","context":{"trace_id":${BigInt(`0x${traceId}`)},"span_id":${BigInt('0xef67aa0ba902b701')}},"parent":{"trace_id":1,"span_id":${BigInt(`0x${spanId}`)}},"start_time":1790000000000000001,"end_time":1790000000000000002}]}`;
    expect(read(pythonSpans, text)).toMatchObject([{ traceId, spanId: 'ef67aa0ba902b701', parentSpanId: spanId, kind: 1, start: 1790000000000000001n, end: 1790000000000000002n }]);
  });

  it.each<[unknown, bigint]>([
    ['2026-11-20T10:03:25Z', 1795169005000000000n], ['2026-11-20T10:03:25.5', 1795169005500000000n], ['2026-11-20T12:03:25+02:00', 1795169005000000000n],
    [1790000000, 1790000000000000000n], [1790000000.25, 1790000000250000000n], [1790000000123, 1790000000123000000n], [1790000000123456, 1790000000123456000n], ['1790000000123456789', 1790000000123456789n], [null, 0n],
  ])('a time written as %j', (start, nanos) => { expect(only({ start_time: start, end_time: null }).start).toBe(nanos); });

  it.each<[unknown, number, number]>([
    ['SpanKind.SERVER', 2, 0], ['server', 2, 0], ['SPAN_KIND_SERVER', 2, 0], [1, 2, 0], ['<SpanKind.SERVER: 1>', 2, 0], [null, 0, 0], ['odd', 0, markBit('repaired')], [9, 0, markBit('repaired')],
  ])('a kind written as %j', (kind, index, marks) => { expect(only({ kind })).toMatchObject({ kind: index, marks }); });

  it('the resource of early versions, trace states, and what the writer added', () => {
    const row = only({ resource: { 'service.name': 'early' }, context: { trace_id: traceId, span_id: spanId, trace_state: '[\'{key=a, value=b}\', \'{key=c, value=d=e}\']' }, retries: 2, status: 'StatusCode.ERROR' });
    expect([row.service, row.content.traceState, row.content.attributes, row.status]).toEqual(['early', 'a=b,c=d=e', new Map([['retries', 2]]), 2]);
  });

  it('printed at start and at end are two rows, of which the second has the end', () => {
    const rows = read(pythonSpans, `${JSON.stringify(span({ end_time: null }), null, 4)}\nINFO {x}\n${JSON.stringify(span(), null, 4)}\n`);
    expect(rows.map((row) => [row.spanId, row.end])).toEqual([[spanId, 0n], [spanId, 1795169005374159000n]]);
  });

  it('that are cut off are not there, those before are', () => {
    const whole = JSON.stringify({ spans: [span(), span({ name: 'second' })] });
    expect(read(pythonSpans, whole.slice(0, -200)).map(({ name }) => name)).toEqual(['chat']);
    expect(problems(pythonSpans, whole.slice(0, -200))).toEqual(['the last record is cut off; it begins at byte 0']);
    expect(read(pythonSpans, JSON.stringify(span()).slice(0, -1))).toEqual([]);
  });

  it('what is no span is counted, and other formats of like shape are left to themselves', () => {
    expect(problems(pythonSpans, `${JSON.stringify(span())}\n{"a":1}\n[{"b":2}]`)).toEqual(['2 objects are no spans and were passed over']);
    const phoenix = { name: 'a', context: { trace_id: 't', span_id: 's' }, span_kind: 'LLM', parent_id: null, start_time: '', status_code: 'OK', attributes: {} };
    for (const other of [phoenix, { spans: [{ ...phoenix, span_kind: undefined }] }, { info: {}, data: { spans: [span()] } }]) expect(pythonSpans.sniff(utf8(JSON.stringify(other))).score).toBe(0);
  });

  it('in dicts are spans of the SDK or of the tutorial tracer', () => {
    const text = `{'trace_id': 't-1', 'spans': [{'span_id': 'a', 'parent_span_id': None, 'name': 'it\\'s', 'start_time': '2026-04-10T10:30:00', 'end_time': None, 'status': 'ok', 'attributes': {'x': (1, True)}}]}\n`
      + `{'traces': [{'spans': [{'name': 'b', 'context': {'trace_id': '0x${traceId}', 'span_id': '0x${spanId}'}, 'kind': 'SpanKind.CLIENT', 'start_time': 1790000000, 'end_time': None}]}]}\n`;
    expect(detect(utf8(text), formats)?.format).toBe(pythonPrint);
    expect(read(pythonPrint, text)).toMatchObject([{ traceId: 't-1', spanId: 'a', name: 'it\'s', status: 1, end: 0n, content: { attributes: new Map([['x', [1, true]]]) } }, { traceId, spanId, kind: 3 }]);
  });
});

describe('spans of the JavaScript SDK', () => {
  const base = { name: 'chat', kind: 0, startTime: [1790000000, 5], endTime: [1790000001, 7], attributes: { a: 1 }, status: { code: 1 }, events: [], links: [] };

  it.each<[string, object]>([
    ['public members, version 2', { ...base, traceId, spanId, traceFlags: 1, parentSpanContext: { traceId, spanId: parentId }, resource: { attributes: { 'service.name': 's' } } }],
    ['its object, version 2', { ...base, _spanContext: { traceId, spanId, traceFlags: 1 }, parentSpanContext: { traceId, spanId: parentId }, resource: { _rawAttributes: [['service.name', 's']] }, _spanLimits: {} }],
    ['its object, version 1', { ...base, _spanContext: { traceId, spanId, traceFlags: 1 }, parentSpanId: parentId, resource: { _attributes: { 'service.name': 's' } }, instrumentationLibrary: { name: 'l' } }],
    ['a called context', { ...base, spanContext: { traceId, spanId, traceFlags: 1 }, parentSpanId: parentId, resource: { attributes: { 'service.name': 's' } } }],
  ])('as %s', (_name, span) => {
    const [row] = read(jsSpans, JSON.stringify(span));
    expect(row).toMatchObject({ traceId, spanId, parentSpanId: parentId, kind: spanKinds.indexOf('internal'), start: 1790000000000000005n, end: 1790000001000000007n, status: 1, service: 's', marks: 0 });
    expect(row?.content).toMatchObject({ attributes: new Map([['a', 1]]) });
    expect(detect(utf8(JSON.stringify(span)), formats)?.format).toBe(jsSpans);
  });

  it('are found in lists of traces, and may have members of the names that such lists have', () => {
    const span = { ...base, traceId, spanId, traceFlags: 1, data: { x: 1 } };
    for (const dump of [[span], { spans: [span] }, { traces: [{ id: 1, spans: [span] }] }, { data: [span] }]) {
      expect(detect(utf8(JSON.stringify(dump)), formats)?.format).toBe(jsSpans);
      expect(read(jsSpans, JSON.stringify(dump))).toMatchObject([{ spanId, content: { attributes: new Map<string, unknown>([['a', 1], ['data', new Map([['x', 1]])]]) } }]);
    }
  });

  it('that have not ended are open, and what came beside is kept', () => {
    expect(read(jsSpans, JSON.stringify({ ...base, traceId, spanId, traceFlags: 0, endTime: [0, 0], ended: false, extra: 'x' }))).toMatchObject([{ end: 0n, content: { attributes: new Map<string, unknown>([['a', 1], ['extra', 'x']]) } }]);
  });

  it('a file that begins with metrics and logs is recognised too', () => {
    expect(detect(utf8('{"resource":{"attributes":{}},"scopeMetrics":[{"scope":{"name":"m"},"metrics":[{"descriptor":{"name":"calls"},"dataPointType":3,"dataPoints":[]}]}]}'), formats)?.format).toBe(jsSpans);
    expect(detect(utf8('{"resource":{"attributes":{}},"instrumentationScope":{"name":"l"},"hrTime":[1,2],"body":"b"}'), formats)?.format).toBe(jsSpans);
  });

  const shown = `{\n  traceId: '${traceId}',\n  parentId: undefined,\n  name: 'chat',\n  id: '${spanId}',\n  kind: 2,\n  timestamp: 1790000000000000.5,\n  duration: 900000.25,\n  attributes: { deep: { list: [Array] } },\n  status: { code: 2, message: 'late' },\n  events: [],\n  links: []\n}\n`;

  it('on the console have µs with fractions, and say what was left out', () => {
    expect(read(nodeConsole, shown)).toMatchObject([{ spanId, parentSpanId: '', kind: 3, status: 2, start: 1790000000000000500n, end: 1790000000900000750n, marks: markBit('cut') }]);
  });

  it('are read as Deno and Bun show them, and as console.log shows the object of the SDK', () => {
    const object = `SpanImpl {\n  _spanContext: {\n    traceId: '${traceId}',\n    spanId: '${spanId}',\n    traceFlags: 1,\n    traceState: undefined\n  },\n  kind: 2,\n  startTime: [ 1790000000, 5 ],\n  name: 'chat',\n  endTime: [ 1790000001, 7 ],\n  _spanProcessor: MultiSpanProcessor { _spanProcessors: [ [SimpleSpanProcessor] ] }\n}\n`;
    for (const text of [shown.replaceAll('\'', '"'), object]) {
      expect(detect(utf8(text), formats)?.format).toBe(nodeConsole);
      expect(read(nodeConsole, text)).toMatchObject([{ traceId, spanId, name: 'chat', kind: 3 }]);
    }
  });

  it('on the console are read line by line as they come', () => {
    const batch = new SpanBatch(), decoder = nodeConsole.open?.(batch, lenient), counts: number[] = [];
    let offset = 0;
    for (const line of `${shown}text\n${shown.replace(spanId, parentId)}`.split(/(?<=\n)/)) {
      decoder?.read(utf8(line), offset);
      offset += line.length;
      counts.push(batch.count);
    }
    expect([counts.slice(-3), counts.indexOf(1)]).toEqual([[1, 1, 2], shown.split('\n').length - 2]);
  });
});

describe('log records between spans', () => {
  it.each<[string, Format, string]>([
    ['Python', pythonSpans, `{\n "body": {"content": "hi"}, "severity_number": 9, "severity_text": "INFO", "attributes": {"a": 1}, "timestamp": "2026-09-21T14:13:20.000000Z", "observed_timestamp": null, "trace_id": "0x${traceId}", "span_id": "0x${spanId}", "trace_flags": 1, "resource": {"attributes": {}}, "event_name": "gen_ai.user.message"\n}`],
    ['Node', nodeConsole, `{\n  resource: { attributes: {} },\n  timestamp: 1790000000000000,\n  traceId: '${traceId}',\n  spanId: '${spanId}',\n  traceFlags: 1,\n  severityText: 'INFO',\n  severityNumber: 9,\n  eventName: 'gen_ai.user.message',\n  body: { content: 'hi' },\n  attributes: { a: 1 }\n}\n`],
  ])('of the console exporter of %s belong to the span that they name', (_name, format, text) => {
    const { logs, buffers, problems: told } = decoded(format, text, lenient), [log] = logs;
    if (log === undefined) throw new Error('no log');
    expect([log.traceId, log.spanId, log.timeUnixNano, told]).toEqual([traceId, spanId, 1790000000000000000n, []]);
    expect(decodeLogRecord(buffers[log.buffer] as Uint8Array, log.start, log.end)).toMatchObject({ eventName: 'gen_ai.user.message', severityNumber: 9, body: new Map([['content', 'hi']]), attributes: new Map([['a', 1]]) });
  });
});

describe('spans of Go', () => {
  it('values of every type, slices of slices and maps', () => {
    const value = (type: string, held: unknown): object => ({ Type: type, Value: held });
    const attributes = { b: value('BYTESLICE', 'AQI='), s: value('SLICE', [value('INT64', 1), value('SLICE', [value('STRING', 'x')])]), m: value('MAP', [{ Key: 'k', Value: value('FLOAT64', 0.5) }]) };
    const text = JSON.stringify({ Name: 'a', SpanContext: { TraceID: traceId, SpanID: spanId }, Parent: { SpanID: '0000000000000000' }, SpanKind: 3, StartTime: '0001-01-01T00:00:00Z', Attributes: Object.entries(attributes).map(([Key, Value]) => ({ Key, Value })) });
    expect(read(goStdout, text)).toMatchObject([{ parentSpanId: '', kind: 3, start: 0n, content: { attributes: new Map<string, unknown>([['b', Uint8Array.of(1, 2)], ['s', [1, ['x']]], ['m', new Map([['k', 0.5]])]]) } }]);
  });
});

describe('lines of Java', () => {
  it('without times are refused with the name of the exporter that writes them', () => {
    const text = `INFO: 'run it's' : ${traceId} ${spanId} SERVER [tracer: demo:1.0] {}\n`;
    expect(detect(utf8(text), formats)?.format).toBe(javaLogging);
    const batch = decoded(javaLogging, text, lenient);
    expect([batch.count, batch.rejectedCount, batch.problems]).toEqual([0, 1, [expect.stringContaining('logging-otlp')]]);
  });
});

describe('the debug log of Copilot Chat', () => {
  const entry = (type: string, id: string, ts: number, more: object = {}): string => JSON.stringify({ ts, dur: 0, sid: 'session', type, name: type, spanId: id, status: 'ok', attrs: {}, ...more });
  const log = [
    entry('session_start', 'start', 1000), entry('user_message', 'a1', 1001, { attrs: { content: 'hello' } }),
    entry('llm_request', 'a1', 1002, { dur: 10, name: 'chat:m', attrs: { model: 'm', inputTokens: 5, outputTokens: 6, inputMessages: '[{"role":"user","parts":[{"type":"text","content":"hello"}]}]' } }),
    entry('llm_request', 'b1', 1003, { dur: 10, parentSpanId: 'a1', attrs: { model: 'm' } }), entry('agent_response', 'agent-msg-b1', 1013, { parentSpanId: 'a1', attrs: { response: '[{"role":"assistant","parts":[{"type":"text","content":"hi"}]}]' } }),
    entry('tool_call', 'c1', 1014, { dur: 1, name: 'readFile', parentSpanId: 'a1', status: 'error', attrs: { args: '{"p":1}', error: 'ENOENT' } }), entry('tool_call', 'c1', 2000, { dur: 1 }),
    entry('turn_end', 't1', 2001),
  ].join('\n');

  it('gives each entry a span of its own, also where ids are shared or begin anew', () => {
    const rows = read(copilotLog, log).filter(({ operation }) => operation !== operationCode.update && operation !== operationCode.end);
    expect(rows.map((row) => [row.spanId, row.parentSpanId, row.name, row.status])).toEqual([
      ['start', '', 'Copilot Chat session', 0], ['a1', 'start', 'user_message', 0], ['llm_request:a1', 'a1', 'chat:m', 1], ['b1', 'a1', 'llm_request', 1], ['c1', 'a1', 'readFile', 2], ['tool_call:c1', 'a1', 'tool_call', 1],
    ]);
  });

  it('ends the session and the turn with what came last', () => {
    expect(read(copilotLog, log).filter(({ operation }) => operation === operationCode.end).map(({ spanId: id, end }) => [id, end])).toEqual([['a1', 2001000000n], ['start', 2001000000n]]);
  });

  it('tells what the conventions know: roles, models, tokens, messages, tools', () => {
    const spans = spansOf(decoded(copilotLog, log, lenient));
    const view = (id: string): ReturnType<typeof agentOf> => {
      const own = spans.filter((span) => span.spanId === id), attributes = new Map(own.flatMap(({ content }) => [...content.attributes]));
      return agentOf({ name: own[0]?.name ?? '', kind: 'unspecified', scopeName: 'copilot-chat', attributes, events: [], logs: [] });
    };
    expect(view('llm_request:a1')).toMatchObject({ role: 'llm', model: 'm', inputTokens: 5, outputTokens: 6, inputMessages: [{ role: 'user' }] });
    expect(view('b1')).toMatchObject({ role: 'llm', outputMessages: [{ role: 'assistant' }] });
    expect(view('c1')).toMatchObject({ role: 'tool', toolName: 'readFile', toolArguments: new Map([['p', 1]]) });
    expect(view('a1')).toMatchObject({ role: 'agent', inputMessages: [{ role: 'user' }] });
  });
});
