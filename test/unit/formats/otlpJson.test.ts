import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/formats/detect.ts';
import { DecodeError } from '../../../src/formats/format.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { requestLimits } from '../../../src/formats/limits.ts';
import { otlpJson, otlpJsonLines } from '../../../src/formats/otlpJson.ts';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import { formats } from '../../../src/formats/registry.ts';
import { markBit } from '../../../src/model/span.ts';
import { present } from '../../../src/model/spanBatch.ts';
import type { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { decoded, lenient, refusal, spansOf, strict, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';
import { spans as anySpans } from './spanArbitraries.ts';

const encode = (spans: readonly EncodeSpan[]): Uint8Array => otlpJson.encode?.(spans) ?? new Uint8Array();
const byId = (spans: readonly EncodeSpan[]): EncodeSpan[] => spans.toSorted((a, b) => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1));
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736', spanId = '00f067aa0ba902b7';

/** A request with these spans, each given as the JSON text of its members beside the ids. */
const request = (...spans: string[]): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`;
const span = (members = '', id = spanId): string => `{"traceId":"${traceId}","spanId":"${id}","startTimeUnixNano":"1"${members === '' ? '' : `,${members}`}}`;
const only = (batch: SpanBatch): RowView => {
  expect([batch.count, batch.rejectedCount]).toEqual([1, 0]);
  return rowsOf(batch)[0] as RowView;
};
const attribute = (value: string): unknown => {
  const row = only(decoded(otlpJson, request(span(`"attributes":[{"key":"k","value":${value}}]`))));
  return [row.content.attributes.get('k'), row.marks === markBit('repaired')];
};

describe('OTLP/JSON', () => {
  it('comes back the same after encoding, as one request and as lines, logs included', () => {
    fc.assert(fc.property(anySpans, (spans) => {
      const expected = byId(spans.map((each) => ({ ...each, logs: [] }))), logs = spans.flatMap((each) => each.logs);
      for (const [bytes, options] of [[encode(spans), { ...strict, signal: undefined }], [otlpJsonLines.encode?.(spans) ?? new Uint8Array(), lenient]] as const) {
        const batch = decoded(otlpJson, bytes, { limits: options.limits, mode: options.mode });
        expect(byId(spansOf(batch).map((each) => ({ ...each, logs: [] })))).toEqual(expected);
        const read = batch.logs.map((log) => decodeLogRecord(batch.buffers[log.buffer] as Uint8Array, log.start, log.end));
        expect(new Set(read.map((log) => log.timeUnixNano))).toEqual(new Set(logs.map((log) => log.timeUnixNano)));
        expect(read.length).toBe(logs.length);
        expect(read).toEqual(expect.arrayContaining(logs));
      }
    }));
  });

  it('holds what protobuf holds', () => {
    fc.assert(fc.property(anySpans, (spans) => {
      expect(spansOf(decoded(otlpJson, encode(spans)))).toEqual(spansOf(decoded(otlpProtobuf, otlpProtobuf.encode?.(spans) ?? new Uint8Array())));
    }));
  });

  it('reads the doubles that JSON has, however they are written', () => {
    const decimals = fc.tuple(fc.constantFrom('', '-'), fc.oneof(fc.constant('0'), fc.stringMatching(/^[1-9][0-9]{0,17}$/)), fc.constantFrom('', '.'), fc.stringMatching(/^[0-9]{1,17}$/), fc.constantFrom('', '', 'e5', 'E-7'))
      .map(([sign, whole, point, fraction, exponent]) => `${sign}${whole}${point === '' ? '' : `.${fraction}`}${exponent}`);
    fc.assert(fc.property(fc.oneof(decimals, fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? '-0' : String(value)))), (text) => {
      expect(attribute(`{"doubleValue":${text}}`)).toEqual([JSON.parse(text), false]);
    }), { numRuns: 1000 });
  });

  it('keeps integers and times exact to the last digit, as text and as numbers', () => {
    const row = only(decoded(otlpJson, request(`{"traceId":"${traceId.toUpperCase()}","spanId":"${spanId}","startTimeUnixNano":1790000000000000123,"endTimeUnixNano":"18446744073709551615",`
      + '"attributes":[{"key":"a","value":{"intValue":9223372036854775807}},{"key":"b","value":{"intValue":"-9223372036854775808"}},{"key":"c","value":{"intValue":9007199254740993}}]}')));
    expect([row.traceId, row.start, row.end]).toEqual([traceId, 1790000000000000123n, 18446744073709551615n]);
    expect([...row.content.attributes.values()]).toEqual([9223372036854775807n, -9223372036854775808n, 9007199254740993n]);
  });

  it('reads parts in any order', () => {
    const row = only(decoded(otlpJson, '{"resourceSpans":[{"schemaUrl":"u","scopeSpans":[{"spans":[{"attributes":[{"value":{"stringValue":"v"},"key":"k"}],'
      + `"spanId":"${spanId}","traceId":"${traceId}"}],"scope":{"name":"s"}}],"resource":{"attributes":[{"value":{"stringValue":"svc"},"key":"service.name"}]}}]}`));
    expect([row.service, row.scopeName, row.content.attributes]).toEqual(['svc', 's', new Map([['k', 'v']])]);
  });
});

describe('OTLP/JSON from the network', () => {
  it.each([
    ['nothing', ''], ['blanks', ' \n'], ['null', 'null'], ['a list', '[]'], ['a string', '"x"'], ['a number', '1'], ['a cut request', '{"resourceSpans":['], ['a comma too many', '{"resourceSpans":[],}'],
    ['a comment', '{} // x'], ['two documents', '{}{}'], ['NaN', `${request(span('"attributes":[{"key":"k","value":{"doubleValue":NaN}}]'))}`], ['a raw NUL', '{"a":"\u0000"}'],
    ['a byte order mark', '\ufeff{}'], ['an object instead of the list', '{"resourceSpans":{}}'], ['a text instead of a resource', '{"resourceSpans":[{"resource":"x"}]}'],
    ['a number instead of scope spans', '{"resourceSpans":[{"scopeSpans":[1]}]}'], ['a text instead of spans', '{"resourceSpans":[{"scopeSpans":[{"spans":"x"}]}]}'],
    ['a number as schema', '{"resourceSpans":[{"schemaUrl":1}]}'],
  ])('refuses %s as a whole', (_what, text) => {
    expect(refusal(otlpJson, text)).toBe('undecodable');
  });

  it.each(['{}', '{"resourceSpans":[]}', '{"resourceSpans":null}', '{"resourceSpans":[{}]}', '{"other":[1]}'])('takes the empty request %s', (text) => {
    expect(decoded(otlpJson, text).count).toBe(0);
  });

  it('refuses bytes that are not UTF-8', () => {
    const bytes = utf8(request(span('"name":"x?"')));
    bytes[bytes.indexOf(0x3f)] = 0xff;
    expect(refusal(otlpJson, bytes)).toBe('undecodable');
  });

  it.each([
    ['a trace id that is not hex', `{"traceId":"${'g'.repeat(32)}","spanId":"${spanId}"}`], ['a short span id', `{"traceId":"${traceId}","spanId":"12"}`],
    ['a zero span id', `{"traceId":"${traceId}","spanId":"${'0'.repeat(16)}"}`], ['no ids', '{}'], ['base64 ids', `{"traceId":"S/kvNXezTaajzpKdDg5HNg==","spanId":"APBnqgupArc="}`],
    ['a number as name', span('"name":1')], ['a text as attributes', span('"attributes":"x"')], ['a number as attribute', span('"attributes":[1]')], ['an attribute without a text as key', span('"attributes":[{"key":1}]')],
    ['a fraction as time', span('"endTimeUnixNano":1.5')], ['a negative time', span('"endTimeUnixNano":"-1"')], ['a time beyond 64 bits', span('"endTimeUnixNano":"18446744073709551616"')],
    ['a text as time', span('"endTimeUnixNano":"soon"')], ['a time with an exponent', span('"endTimeUnixNano":1e18')], ['a list as status', span('"status":[]')], ['a negative count', span('"droppedEventsCount":-1')],
    ['a text as events', span('"events":"x"')], ['an event time that is none', span('"events":[{"timeUnixNano":true}]')], ['a number as trace id', `{"traceId":1,"spanId":"${spanId}"}`],
  ])('rejects a span with %s, counts it and keeps the others', (_what, bad) => {
    const batch = decoded(otlpJson, request(span(), bad, span('', '00f067aa0ba902b8')));
    expect([batch.count, batch.rejectedCount, batch.problems.length]).toEqual([2, 1, 1]);
    expect(rowsOf(batch).map((row) => [row.name, row.content.attributes.size])).toEqual([['', 0], ['', 0]]);
  });

  it.each([
    ['{"stringValue":5}', '5'], ['{"stringValue":{"a":[1]}}', '{"a":[1]}'], ['{"intValue":"abc"}', 'abc'], ['{"intValue":1.5}', '1.5'], ['{"intValue":"9223372036854775808"}', '9223372036854775808'],
    ['{"intValue":true}', 'true'], ['{"boolValue":"yes"}', 'yes'], ['{"doubleValue":"x"}', 'x'], ['{"doubleValue":1e400}', '1e400'], ['{"arrayValue":5}', '5'], ['{"bytesValue":"a"}', 'a'], ['5', '5'], ['"x"', 'x'], ['[1]', '[1]'],
  ])('keeps the attribute value %s as text and marks the span', (value, text) => {
    expect(attribute(value)).toEqual([text, true]);
  });

  it.each([
    ['{"doubleValue":"NaN"}', Number.NaN], ['{"doubleValue":"-Infinity"}', -Infinity], ['{"doubleValue":1}', 1], ['{"doubleValue":-0.0}', -0], ['{"intValue":"-5"}', -5], ['{"boolValue":false}', false], ['{}', null], ['null', null],
    ['{"bytesValue":"3q2+7w=="}', Uint8Array.of(0xde, 0xad, 0xbe, 0xef)], ['{"stringValue":"a","intValue":1}', 1], ['{"stringValue":null}', null], ['{"arrayValue":{}}', []], ['{"kvlistValue":{"values":[{"key":"__proto__","value":{"intValue":1}}]}}', new Map([['__proto__', 1]])],
    ['{"unknownValue":1}', null], ['{"stringValue":"a","stringValue":"b"}', 'b'], ['{"arrayValue":{"values":[{"intValue":1}]},"arrayValue":{"values":[{"intValue":2}]}}', [2]],
  ])('reads the attribute value %s', (value, expected) => {
    expect(attribute(value)).toEqual([expected, false]);
  });

  it('takes the last value of a repeated key at every level', () => {
    const twice = request(span(`"name":"a","name":"b","attributes":[{"key":"x","value":{}}],"attributes":[],"status":{"code":2},"status":{}`)).replace('"spans":', `"spans":[${span('', '1111111111111111')}],"spans":`);
    expect(only(decoded(otlpJson, twice))).toMatchObject({ name: 'b', status: 0, spanId, content: { attributes: new Map() } });
  });

  it('takes an enum that is no integer as unspecified and marks the span', () => {
    for (const kind of ['"SPAN_KIND_CLIENT"', '"3"', '99', '-1', '1.5', 'true', '{}']) expect(only(decoded(otlpJson, request(span(`"kind":${kind}`))))).toMatchObject({ kind: 0, marks: markBit('repaired') });
    expect(only(decoded(otlpJson, request(span('"kind":3,"status":{"code":2,"message":"m"}'))))).toMatchObject({ kind: 3, marks: 0, status: 2, statusMessage: 'm' });
  });

  it.each([['', '', 0], ['0000000000000000', '', 0], ['xyz', 'xyz', present.parentIsBad], ['12', '12', present.parentIsBad], [spanId, spanId, present.parentIsBad]])('parent id %j', (id, kept, bad) => {
    const row = only(decoded(otlpJson, request(span(`"parentSpanId":"${id}"`))));
    expect([row.parentSpanId, row.present & present.parentIsBad]).toEqual([kept, bad]);
  });

  it('knows lowerCamelCase names only', () => {
    expect(decoded(otlpJson, '{"resource_spans":[1]}').count).toBe(0);
    expect(only(decoded(otlpJson, request(span('"end_time_unix_nano":"5","trace_state":1')))).end).toBe(0n);
  });

  it('refuses values nested 65 deep and takes 64, and nesting without end anywhere', () => {
    const nested = (levels: number): string => request(span(`"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(levels)}${']}}'.repeat(levels)}}]`));
    expect([32, 64, 65, 10_000].map((levels) => refusal(otlpJson, nested(levels)))).toEqual([undefined, undefined, 'tooDeep', 'tooDeep']);
    expect(refusal(otlpJson, `{"x":${'['.repeat(1_000_000)}`)).toBe('tooDeep');
  });

  it('counts elements and spans, unknown ones included, and refuses too many', () => {
    const small = { ...strict, limits: { ...requestLimits, maxElements: 30, maxSpans: 2 } };
    expect(refusal(otlpJson, `{"unknown":[${Array.from({ length: 30 }, () => 1).join(',')}]}`, small)).toBe('tooManyElements');
    expect(refusal(otlpJson, request(span(), span(), span()), { ...small, limits: { ...small.limits, maxElements: 100 } })).toBe('tooManyElements');
  });

  it('reads the logs and metrics of their own requests', () => {
    const logs = decoded(otlpJson, `{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"svc"}}]},"scopeLogs":[{"scope":{"name":"l"},"logRecords":[`
      + `{"observedTimeUnixNano":"7","severityNumber":17,"severityText":"ERROR","body":{"stringValue":"hi"},"eventName":"e","traceId":"${traceId}","spanId":"${spanId}","attributes":[{"key":"k","value":{"intValue":1}}]},`
      + '{"timeUnixNano":"soon"},{"timeUnixNano":"8","traceId":"xyz","spanId":"1"}]}]}]}', { ...strict, signal: 'logs' });
    expect(logs.logs).toMatchObject([{ traceId, spanId, timeUnixNano: 7n }, { traceId: '', spanId: '', timeUnixNano: 8n }]);
    expect([logs.rejectedCount, logs.resources[0]?.attributes.get('service.name')]).toEqual([1, 'svc']);

    const point = '"timeUnixNano":"5","startTimeUnixNano":"1","attributes":[{"key":"m","value":{"stringValue":"x"}}]';
    const metrics = decoded(otlpJson, '{"resourceMetrics":[{"scopeMetrics":[{"metrics":['
      + `{"name":"tokens","unit":"1","sum":{"dataPoints":[{${point},"asInt":"9007199254740993"}],"aggregationTemporality":2,"isMonotonic":true}},{"name":"g","gauge":{"dataPoints":[{${point},"asDouble":0.5}]}},`
      + `{"name":"h","histogram":{"aggregationTemporality":1,"dataPoints":[{${point},"count":"3","sum":6.5,"min":1,"max":4,"bucketCounts":["1","2"],"explicitBounds":[2.5]}]}},{"name":"s","summary":{"dataPoints":[{${point},"count":"2","sum":3}]}}]}]}]}`, { ...strict, signal: 'metrics' });
    expect(metrics.metrics).toMatchObject([
      { instrument: 'tokens', unit: '1', type: 'sum', temporality: 'cumulative', monotonic: true, value: 9007199254740993n, timeUnixNano: 5n, startUnixNano: 1n, attributes: new Map([['m', 'x']]) },
      { instrument: 'g', type: 'gauge', value: 0.5 }, { instrument: 'h', type: 'histogram', temporality: 'delta', value: 6.5, count: 3n, min: 1, max: 4, bucketCounts: [1n, 2n], explicitBounds: [2.5] },
      { instrument: 's', type: 'summary', value: 3, count: 2n },
    ]);
  });

  it('never crashes or hangs on a prefix, a flipped bit, or bytes put behind', () => {
    const sample = utf8(request(span('"name":"n\\u00e9","kind":2,"attributes":[{"key":"k","value":{"arrayValue":{"values":[{"intValue":"1"},{"doubleValue":1.5e3}]}}}],"events":[{"timeUnixNano":"5","name":"e"}],"links":[{}],"status":{"code":2}')));
    const attempt = (bytes: Uint8Array): void => {
      for (const options of [strict, lenient]) {
        try { spansOf(decoded(otlpJson, bytes, options)); } catch (error) { expect(error).toBeInstanceOf(DecodeError); }
      }
    };
    for (let length = 0; length < sample.length; length++) attempt(sample.subarray(0, length));
    for (let bit = 0; bit < sample.length * 8; bit++) {
      const flipped = sample.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      attempt(flipped);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => { attempt(bytes); attempt(Uint8Array.from([...sample, ...bytes])); }));
  });
});

describe('OTLP/JSON in files', () => {
  const row = (text: string): RowView => only(decoded(otlpJson, text, lenient));
  const complete = `{"traceId":"${traceId}","spanId":"${spanId}","startTimeUnixNano":"1","name":"n"}`;

  it.each([
    ['snake_case', `{"resource_spans":[{"scope_spans":[{"spans":[{"trace_id":"${traceId}","span_id":"${spanId}","start_time_unix_nano":"1","name":"n","attributes":[{"key":"k","value":{"string_value":"v"}}]}]}]}]}`],
    ['instrumentationLibrarySpans', `{"resourceSpans":[{"instrumentationLibrarySpans":[{"instrumentationLibrary":{"name":"s"},"spans":[${complete}]}]}]}`],
    ['base64 ids', '{"batches":[{"scopeSpans":[{"spans":[{"traceId":"S/kvNXezTaajzpKdDg5HNg==","spanId":"APBnqgupArc=","startTimeUnixNano":1,"name":"n"}]}]}]}'],
    ['the trace wrapper', `{"trace":{"resourceSpans":[{"scopeSpans":[{"spans":[${complete}]}]}]},"metrics":{}}`],
    ['the result wrapper', `{"result":{"resourceSpans":[{"scopeSpans":[{"spans":[${complete}]}]}]}}`],
    ['no wrapper behind a log prefix', `INFO: {"scopeSpans":[{"spans":[${complete}]}]}\nINFO: done\n`],
    ['a byte order mark', `\ufeff${request(complete)}`],
    ['an array that never closes', `[\r\n  ${request(complete)},\r\n`],
    ['text with braces around', `{not json}\nstarted {} {x\n${request(complete)}\n{"bad":\n`],
    ['a bad line before', `{"resourceSpans":[{"resource":{"attributes":[\n${request(complete)}\n`],
  ])('reads %s', (_what, text) => {
    expect(row(text)).toMatchObject({ traceId, spanId, name: 'n', start: 1n });
    expect(otlpJson.sniff(utf8(text)).score).toBeGreaterThan(0.5);
  });

  it('reads names of enums, and keeps ids of any text', () => {
    const text = request('{"traceId":"trace-1","spanId":"run_1","parentSpanId":"run_0","kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"},"startTimeUnixNano":"1","links":[{"traceId":"t","spanId":"s"}]}');
    expect(row(text)).toMatchObject({ traceId: 'trace-1', spanId: 'run_1', parentSpanId: 'run_0', kind: 3, status: 2, marks: 0, content: { links: [{ traceId: 't', spanId: 's' }] } });
  });

  it('leaves a field of a wrong type out, marks the span and keeps the rest', () => {
    expect(row(request(span('"name":{"a":1},"kind":3,"attributes":[1,{"key":"k","value":{"intValue":1}}],"endTimeUnixNano":"soon"')))).toMatchObject({ name: '', kind: 3, end: 0n, marks: markBit('repaired'), content: { attributes: new Map([['k', 1]]) } });
  });

  it('keeps what it read before the input breaks off, and says where', () => {
    const text = request(span(), span('', '00f067aa0ba902b8'));
    const batch = decoded(otlpJson, text.slice(0, text.indexOf('902b8')), lenient);
    expect([batch.count, batch.problems]).toEqual([1, ['the last record is cut off; it begins at byte 0']]);
  });

  it('mixes signals', () => {
    const batch = decoded(otlpJson, `${request(complete)}\n{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1"}]}]}]}{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","gauge":{"dataPoints":[{"asInt":1}]}}]}]}]}`, lenient);
    expect([batch.count, batch.logs.length, batch.metrics.length]).toEqual([1, 1, 1]);
  });

  it('is not slow on text that looks like the beginning of records for ever', () => {
    for (const piece of ['{', '{"a":', '{"a":1,\n', '{"resourceSpans":[\n', '[{"a":"\n']) expect(decoded(otlpJson, piece.repeat(40_000), lenient).count).toBe(0);
  });
});

describe('a reply of an API', () => {
  const complete = request(span(''));

  it('that was cut or failed says so', () => {
    const tempo = decoded(otlpJson, `{"trace":${complete},"metrics":{},"status":"PARTIAL","message":"trace exceeds max size"}`, lenient);
    expect([tempo.count, tempo.problems]).toEqual([1, ['the trace is not complete: the server cut it', 'the server said: trace exceeds max size']]);
    const jaeger = '{"error":{"grpcCode":5,"httpCode":404,"message":"trace not found"}}';
    expect([otlpJson.sniff(utf8(jaeger)).score > 0.5, decoded(otlpJson, jaeger, lenient).problems]).toEqual([true, ['the server said: trace not found']]);
  });

  it('of Copilot Chat keeps what it says of the session, wherever it stands', () => {
    for (const text of [`{"copilotChat":{"sessionTitle":"Fix it"},${complete.slice(1)}`, `${complete.slice(0, -1)},"copilotChat":{"sessionTitle":"Fix it"}}`]) {
      const batch = decoded(otlpJson, text, lenient);
      expect(batch.resources[batch.resource[0] as number]?.attributes.get('copilotChat.sessionTitle')).toBe('Fix it');
    }
  });

  it('in snake case keeps the schemas', () => {
    const batch = decoded(otlpJson, `{"resource_spans":[{"schema_url":"r","scope_spans":[{"schema_url":"s","spans":[${span('').replace('traceId', 'trace_id').replace('spanId', 'span_id')}]}]}]}`, lenient);
    expect([batch.count, batch.resources[batch.resource[0] as number]?.schemaUrl, batch.scopes[batch.scope[0] as number]?.schemaUrl]).toEqual([1, 'r', 's']);
  });
});

describe('OTLP/JSON of home-made exporters', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736', id = '00f067aa0ba902b7';
  const wrapped = (span: string): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`;

  it('is read where spans stand alone, in any order of keys, one a line or in a list, beside other objects', () => {
    const span = (i: number): string => `{"traceId":"${trace}","spanId":"${id.slice(1)}${i}","name":"n${i}","startTimeUnixNano":"${i}5","endTimeUnixNano":"${i}9","attributes":[{"key":"a","value":{"intValue":"1"}}]}`;
    const snake = `{"attributes":{},"name":"n3","kind":2,"start_time_unix_nano":35,"end_time_unix_nano":39,"span_id":"${id.slice(1)}3","trace_id":"${trace}"}`;
    for (const text of [[span(1), '{"name":"other","kind":1,"message":"x"}', span(2), snake].join('\n'), `[${[span(1), '{"name":"other"}', span(2), snake].join(',')}]`]) {
      const batch = decoded(otlpJson, text, lenient);
      expect([rowsOf(batch).map(({ name, start, end }) => [name, start, end]), batch.problems]).toEqual([[['n1', 15n, 19n], ['n2', 25n, 29n], ['n3', 35n, 39n]], ['1 object is no record of this format and was passed over']]);
      expect(detect(utf8(text), formats)?.format.id).toBe('otlp-json');
    }
    expect(decoded(otlpJson, span(1), strict).count).toBe(0);
  });

  it('keeps attributes that are an object or plain values, times in ISO text, and ids as Python prints them', () => {
    const [row] = rowsOf(decoded(otlpJson, wrapped(`{"traceId":"0x${trace}","spanId":"0x${id}","startTimeUnixNano":"2026-04-10T10:30:00.123456789Z","attributes":{"i":1,"t":"x","l":[1.5,null],"o":{"b":true}},"events":[{"name":"e","attributes":[{"key":"p","value":7},{"key":"q","value":["y"]}]}]}`), lenient));
    expect([row?.traceId, row?.spanId, row?.start]).toEqual([trace, id, 1_775_817_000_123_456_789n]);
    expect([...row?.content.attributes ?? []]).toEqual([['i', 1], ['t', 'x'], ['l', [1.5, null]], ['o', new Map([['b', true]])]]);
    expect([...row?.content.events[0]?.attributes ?? []]).toEqual([['p', 7], ['q', ['y']]]);
  });

  it('is read inside of the answer of an API, whose message is told, and no message of a log is', () => {
    const span = `{"traceId":"${trace}","spanId":"${id}","name":"n"}`, problems = (text: string): readonly string[] => decoded(otlpJson, text, lenient).problems;
    expect(decoded(otlpJson, `{"data":${wrapped(span)},"total":1}`, lenient).count).toBe(1);
    expect(problems(`{"trace":${wrapped(span)},"metrics":{},"message":"cut"}`)).toEqual(['the server said: cut']);
    expect(problems(`${wrapped(span)}\n{"level":"info","message":"hello","data":{"x":1,"message":"y"}}`)).toEqual(['1 object is no record of this format and was passed over']);
  });
});
