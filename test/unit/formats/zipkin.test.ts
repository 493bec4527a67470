import { describe, expect, it } from 'vitest';
import { zipkin } from '../../../src/formats/zipkin.ts';
import { markBit } from '../../../src/model/span.ts';
import { operationCode, present } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, refusal, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const trace = '1e223ff1f80f1c69', id = 'bf396325699c84bf', other = '74280ae0c10d8062';
const span = (members = '', spanId = id): string => `{"traceId":"${trace}","id":"${spanId}","timestamp":1470150004071068,"duration":7${members === '' ? '' : `,${members}`}}`;
const rows = (...spans: string[]): RowView[] => rowsOf(decoded(zipkin, `[${spans.join(',')}]`));
const fileRows = (...spans: string[]): RowView[] => rowsOf(decoded(zipkin, `[${spans.join(',')}]`, lenient));

describe('Zipkin spans', () => {
  it('have µs, kinds, tags, annotations, endpoints and errors', () => {
    const [row] = rows(span('"name":"get","kind":"CLIENT","localEndpoint":{"serviceName":"front","ipv4":"10.0.0.1","port":80},"remoteEndpoint":{"serviceName":"back","ipv6":"::1"},"tags":{"http.path":"/","error":"boom"},"annotations":[{"timestamp":1470150004071070,"value":"retry"}]'));
    expect(row).toMatchObject({ traceId: trace, spanId: id, name: 'get', kind: 3, start: 1470150004071068000n, end: 1470150004071075000n, status: 2, statusMessage: 'boom', service: 'front', operation: operationCode.whole });
    expect(row?.content.attributes).toEqual(new Map([['http.path', '/'], ['error', 'boom'], ['peer.service', 'back'], ['network.peer.address', '::1']]));
    expect(row?.content.events).toMatchObject([{ name: 'retry', timeUnixNano: 1470150004071070000n }]);
  });

  it.each(['', 'false', 'true'])('are failed when there is a tag "error", even with the value %j', (value) => {
    expect(rows(span(`"tags":{"error":"${value}"}`))[0]).toMatchObject({ status: 2, statusMessage: '' });
  });

  it('of a client and a server that share an id are both kept, with the children below the half that made them', () => {
    const shown = fileRows(
      span('"kind":"SERVER","shared":true,"localEndpoint":{"serviceName":"back"}'), span('"kind":"CLIENT","localEndpoint":{"serviceName":"front"}'),
      span(`"parentId":"${id}","localEndpoint":{"serviceName":"back"}`, '43210ae0c10d1234'), span(`"parentId":"${id}","localEndpoint":{"serviceName":"front"}`, '43210ae0c10d1235'),
    );
    expect(shown.map((row) => [row.spanId, row.parentSpanId])).toEqual([[`${id}:server`, id], [id, ''], ['43210ae0c10d1234', `${id}:server`], ['43210ae0c10d1235', id]]);
  });

  it('that are shared keep their id in a file without the client\'s half, but not on the network, where it may still come', () => {
    const half = span(`"kind":"SERVER","shared":true,"parentId":"${other}"`);
    expect(fileRows(half).map((row) => [row.spanId, row.parentSpanId])).toEqual([[id, other]]);
    expect(rows(half).map((row) => [row.spanId, row.parentSpanId, row.marks])).toEqual([[`${id}:server`, id, 0]]);
  });

  it('reported in parts are one', () => {
    const merged = fileRows(`{"traceId":"${trace}","id":"${id}","name":"get","timestamp":1470150004071068,"tags":{"a":"1"},"annotations":[{"timestamp":1,"value":"x"}]}`, `{"traceId":"${trace}","id":"${id}","duration":9,"tags":{"b":"2"},"annotations":[{"timestamp":1,"value":"x"}]}`);
    expect(merged).toMatchObject([{ name: 'get', end: 1470150004071077000n, operation: operationCode.whole }]);
    expect([...merged[0]?.content.attributes.keys() ?? [], merged[0]?.content.events.length]).toEqual(['a', 'b', 1]);
  });

  it('that come in parts over the network begin first and are completed later', () => {
    expect(rows(`{"traceId":"${trace}","id":"${id}","name":"get","timestamp":1470150004071068}`)).toMatchObject([{ operation: operationCode.start, end: 0n }]);
    expect(rows(`{"traceId":"${trace}","id":"${id}","tags":{"late":"1"}}`)).toMatchObject([{ operation: operationCode.update, present: 0, marks: 0 }]);
    expect(rows(`{"traceId":"${trace}","id":"${id}","name":"get","tags":{"error":"x"}}`)[0]?.present).toBe(present.name | present.status);
  });

  it('of a trace that is known by its long id and by the lower half of it are one trace', () => {
    const long = `463ac35c9f6413ad${trace}`;
    expect(fileRows(span(), span('', other).replace(trace, long)).map((row) => row.traceId)).toEqual([long, long]);
  });

  it('of version 1 are split where client and server report in one', () => {
    const endpoint = (name: string): string => `"endpoint":{"serviceName":"${name}"}`;
    const text = `{"traceId":"${trace}","id":"${id}","name":"get","annotations":[{"timestamp":10,"value":"cs",${endpoint('front')}},{"timestamp":12,"value":"sr",${endpoint('back')}},{"timestamp":18,"value":"ss",${endpoint('back')}},{"timestamp":20,"value":"cr",${endpoint('front')}}],`
      + `"binaryAnnotations":[{"key":"a","value":"1",${endpoint('front')}},{"key":"b","value":"2",${endpoint('back')}},{"key":"sa","value":true,"endpoint":{"serviceName":"back","ipv4":"10.0.0.1"}}]}`;
    expect(fileRows(text).map((row) => [row.spanId, row.parentSpanId, row.kind, row.service, row.start, row.end, [...row.content.attributes]])).toEqual([
      [id, '', 3, 'front', 10_000n, 20_000n, [['a', '1'], ['peer.service', 'back'], ['network.peer.address', '10.0.0.1']]],
      [`${id}:server`, id, 2, 'back', 12_000n, 18_000n, [['b', '2']]],
    ]);
  });

  it('may stand alone, in lists of lists or in lines in a file', () => {
    for (const text of [span(), `[[${span()}],[]]`, `${span()}\n{}\n`, `[${span()},\n`]) expect(rowsOf(decoded(zipkin, text, lenient)).map((row) => row.spanId)).toEqual([id]);
  });

  it('are recognised, and OTLP\'s are not', () => {
    expect(zipkin.sniff(utf8(`[${span('"localEndpoint":{}')}]`)).score).toBeGreaterThan(0.8);
    expect(zipkin.sniff(utf8('{"traceId":"1","spanId":"2","kind":1}')).score).toBe(0);
  });
});

describe('Zipkin spans from the network', () => {
  it.each(['', '{}', 'null', '5', span(), '[', '[1]', '[null]', `[${span()}`, `[${span()}]x`, `[${span()},]`])('refuses the body %j', (text) => {
    expect(refusal(zipkin, text)).toBe('undecodable');
  });

  it.each([
    ['a short trace id', '{"traceId":"1","id":"bf396325699c84bf"}'], ['a trace id of 24 digits', `{"traceId":"${'a'.repeat(24)}","id":"${id}"}`], ['a zero trace id', `{"traceId":"${'0'.repeat(32)}","id":"${id}"}`], ['an id of 32 digits', `{"traceId":"${trace}","id":"${'a'.repeat(32)}"}`],
    ['an id that is not hex', `{"traceId":"${trace}","id":"zzzzzzzzzzzzzzzz"}`], ['no ids', '{}'], ['a number as id', `{"traceId":"${trace}","id":5}`], ['a text as timestamp', span('"x":1').replace('1470150004071068', '"soon"')], ['an object as duration', span().replace('"duration":7', '"duration":{}')],
    ['a list as tags', span('"tags":[]')], ['a text as endpoint', span('"localEndpoint":"x"')], ['an object as annotations', span('"annotations":{}')],
  ])('rejects a span with %s and keeps the others', (_what, bad) => {
    const batch = decoded(zipkin, `[${span('', other)},${bad}]`);
    expect([batch.count, batch.rejectedCount, batch.problems.length]).toEqual([1, 1, 1]);
  });

  it('keeps what is odd as it came: zero, wrong-unit and negative times, tags that are no text, bad addresses', () => {
    const [zero, seconds, late, negative, fraction, tags, kind] = rows(...[
      '"timestamp":0', '"timestamp":1470150004', '"timestamp":1470150004071068000000', '"timestamp":5,"duration":-2', '"timestamp":1.5,"duration":0.25', '"tags":{"n":5,"o":{"a":1}},"localEndpoint":{"serviceName":5,"ipv4":"no ip","port":"x"}', '"kind":"SIDEWAYS","timestamp":1,"duration":1',
    ].map((members, i) => `{"traceId":"${trace}","id":"${'1'.repeat(15)}${i}",${members}}`));
    expect(zero).toMatchObject({ start: 0n, operation: operationCode.update });
    expect(seconds?.start).toBe(1470150004000n);
    expect([late?.start, late?.marks, late?.content.attributes.get('zipkin.timestamp')]).toEqual([0n, markBit('noStart') | markBit('repaired'), '1470150004071068000000']);
    expect([negative?.start, negative?.end]).toEqual([5000n, 3000n]);
    expect([fraction?.start, fraction?.end]).toEqual([1500n, 1750n]);
    expect([tags?.service, tags?.marks, [...tags?.content.attributes ?? []]]).toEqual(['5', markBit('repaired'), [['n', '5'], ['o', '{"a":1}']]]);
    expect([kind?.kind, kind?.marks]).toEqual([0, markBit('repaired')]);
  });

  it('marks parents that cannot be one', () => {
    const bad = ['xyz', '12', id].map((parent) => rows(span(`"parentId":"${parent}"`))[0]);
    expect(bad.map((row) => [row?.parentSpanId, (row?.present ?? 0) & present.parentIsBad])).toEqual([['xyz', 64], ['12', 64], [id, 64]]);
    expect(rows(span('"parentId":"0000000000000000"'))[0]?.parentSpanId).toBe('');
  });
});
