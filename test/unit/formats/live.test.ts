import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../../src/formats/format.ts';
import { live } from '../../../src/formats/live.ts';
import { markBit } from '../../../src/model/span.ts';
import { operationCode, present } from '../../../src/model/spanBatch.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { decoded, lenient, refusal, strict, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const rows = (...messages: string[]): RowView[] => rowsOf(decoded(live, messages.join('\n')));
const started = (members = ''): string => `{"type":"start","span":{"traceId":"t","spanId":"s","startTimeUnixNano":"5"${members}}}`;

describe('a live message', () => {
  it('begins, updates and ends a span whose ids are any text', () => {
    const [start, update, end] = rows(
      started(',"name":"agent_run","kind":"client","attributes":{"a":1}'),
      '{"type":"update","traceId":"t","spanId":"s","attributes":{"b":2}}',
      '{"type":"end","traceId":"t","spanId":"s","endTimeUnixNano":9,"status":{"code":"ok"}}',
    );
    expect(start).toMatchObject({ traceId: 't', spanId: 's', name: 'agent_run', kind: 3, start: 5n, end: 0n, operation: operationCode.start });
    expect(update).toMatchObject({ operation: operationCode.update, present: 0, content: { attributes: new Map([['b', 2]]) } });
    expect(end).toMatchObject({ operation: operationCode.end, end: 9n, status: 1, present: present.end | present.status });
  });

  it('may be spelt in snake_case in every field', () => {
    const camel = '{"type":"span","span":{"traceId":"T1","spanId":"s","parentSpanId":"p","name":"n","startTimeUnixNano":"1","endTimeUnixNano":"2","traceState":"x","events":[{"name":"e","timeUnixNano":"1","attributes":{"k":1}}],"links":[{"traceId":"a","spanId":"b","traceState":"c"}]}}';
    const snake = camel.replaceAll(/"[a-z]+(?:[A-Z][a-z]+)+":/g, (key) => key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    expect(snake).toContain('start_time_unix_nano');
    expect(rows(snake)).toEqual(rows(camel));
  });

  it.each([
    ['1790000000000000123', 1790000000000000123n], ['"1790000000000000123"', 1790000000000000123n], ['"2026-04-10T10:30:00.000000001Z"', 1775817000000000001n], ['"2026-04-10T10:30:00"', 1775817000000000000n],
  ])('takes the time %s exactly', (time, nanos) => {
    for (const key of ['startTimeUnixNano', 'startTime', 'start_time']) expect(rows(`{"type":"start","span":{"traceId":"t","spanId":"s","${key}":${time}}}`)[0]?.start).toBe(nanos);
  });

  it('has the resource of its service, its scope, and its baggage among the attributes', () => {
    const batch = decoded(live, [started(',"service":"planner","baggage":{"user":"42"},"scope":{"name":"kit","version":"2"}'), started(',"resource":{"attributes":{"service.name":"worker","pid":7}}'), started(',"resource":{"service.name":"flat"}')].join('\n'));
    expect(rowsOf(batch).map((row) => [row.service, row.scopeName])).toEqual([['planner', 'kit'], ['worker', ''], ['flat', '']]);
    expect(rowsOf(batch)[0]?.content.attributes).toEqual(new Map([['baggage.user', '42']]));
  });

  it('keeps every attribute value as it is', () => {
    const [row] = rows(started(String.raw`,"attributes":{"int":9007199254740993,"most":9223372036854775807,"beyond":9223372036854775808,"neg":-5,"double":0.5,"zero":-0,"huge":1e400,"text":"é\u0000\ud800","no":false,"none":null,"list":[1,"x",[]],"map":{"__proto__":{"a":1}},"":"empty"}`));
    expect([...row?.content.attributes ?? []]).toEqual([
      ['int', 9007199254740993n], ['most', 9223372036854775807n], ['beyond', '9223372036854775808'], ['neg', -5], ['double', 0.5], ['zero', -0], ['huge', '1e400'], ['text', 'é\u0000\ufffd'], ['no', false], ['none', null],
      ['list', [1, 'x', []]], ['map', new Map([['__proto__', new Map([['a', 1]])]])], ['', 'empty'],
    ]);
  });

  it('names kind and status by word, with OTLP\'s prefix or by its number, and marks what is none', () => {
    const of = (members: string): unknown[] => { const [row] = rows(started(members)); return [row?.kind, row?.status, row?.statusMessage, row?.marks]; };
    for (const kind of ['"server"', '"SERVER"', '"SPAN_KIND_SERVER"', '2']) expect(of(`,"kind":${kind}`)).toEqual([2, 0, '', 0]);
    for (const status of ['{"code":"error","message":"m"}', '{"code":2,"description":"m"}', '{"code":"STATUS_CODE_ERROR","message":"m"}']) expect(of(`,"status":${status}`)).toEqual([0, 2, 'm', 0]);
    expect(of(',"status":"ok"')).toEqual([0, 1, '', 0]);
    expect(of(',"kind":"x","status":7')).toEqual([0, 0, '', markBit('repaired')]);
  });

  it('may be a log record of a span or of none', () => {
    const batch = decoded(live, '{"type":"log","traceId":"t","spanId":"s","timeUnixNano":"7","severity":"warning","body":{"a":[1]},"attributes":{"k":"v"},"service":"svc"}\n{"type":"log","spanId":"s","time":"2026-04-10T10:30:00","body":"x","severity":18}');
    const records = batch.logs.map((log) => decodeLogRecord(batch.buffers[log.buffer] as Uint8Array, log.start, log.end));
    expect(batch.logs).toMatchObject([{ traceId: 't', spanId: 's', timeUnixNano: 7n }, { traceId: '', spanId: '', timeUnixNano: 1775817000000000000n }]);
    expect(records).toMatchObject([{ severityNumber: 13, severityText: 'warning', body: new Map([['a', [1]]]), attributes: new Map([['k', 'v']]) }, { severityNumber: 18, body: 'x' }]);
    expect(batch.resources[batch.logs[0]?.resource ?? -1]?.attributes.get('service.name')).toBe('svc');
  });

  it('of greeting says nothing about spans', () => {
    const batch = decoded(live, '{"type":"hello","client":{"name":"x"}}');
    expect([batch.count, batch.rejectedCount]).toEqual([0, 0]);
  });

  it('takes the last value of a repeated key', () => {
    expect(rows('{"type":"start","type":"span","span":{"traceId":"t","spanId":"s","name":"a","name":"b","attributes":{"x":1},"attributes":{"y":2}}}')[0])
      .toMatchObject({ name: 'b', operation: operationCode.whole, content: { attributes: new Map([['y', 2]]) } });
  });

  it.each([
    ['an unknown type', '{"type":"bogus"}'], ['no type', '{"traceId":"t","spanId":"s"}'], ['no span', '{"type":"start"}'], ['a text as span', '{"type":"start","span":"x"}'], ['no trace id', '{"type":"start","span":{"spanId":"s"}}'],
    ['a zero span id', '{"type":"start","span":{"traceId":"t","spanId":"0000000000000000"}}'], ['an object as id', '{"type":"start","span":{"traceId":{},"spanId":"s"}}'], ['an end without a time', '{"type":"end","traceId":"t","spanId":"s"}'],
    ['a text as attributes', started(',"attributes":"x"')], ['a number as name', started(',"name":5')], ['a time that is none', started(',"endTime":"soon"')], ['a negative time', started(',"endTime":-1')], ['a fraction as event time', started(',"events":[{"time":true}]')],
    ['a number as event', started(',"events":[5]')], ['a text as links', started(',"links":"x"')], ['a text as resource', started(',"resource":"x"')], ['a number as type', '{"type":5}'],
  ])('with %s is rejected, counted, explained, and leaves the others alone', (_what, bad) => {
    const batch = decoded(live, [started(), bad, started(',"attributes":{"k":1}')].join('\n'));
    expect([batch.count, batch.rejectedCount, batch.problems.length]).toEqual([2, 1, 1]);
    expect(rowsOf(batch).map((row) => [...row.content.attributes])).toEqual([[], [['k', 1]]]);
  });

  it.each(['{', '[1]', '5', 'null', '"x"', `${started()},`, '{"type":"start"'])('that is %j refuses the payload', (text) => {
    expect(refusal(live, text)).toBe('undecodable');
  });

  it('is refused when its values are nested 65 deep', () => {
    const nested = (levels: number): string => started(`,"attributes":{"k":${'['.repeat(levels)}${']'.repeat(levels)}}`);
    expect([32, 64, 65, 400, 10_000].map((levels) => refusal(live, nested(levels)))).toEqual([undefined, undefined, 'tooDeep', 'tooDeep', 'tooDeep']);
  });

  it('never crashes or hangs, whatever the bytes', () => {
    const sample = utf8(started(',"name":"n","attributes":{"k":[1,{"a":"b"}]},"events":[{"name":"e","time":"5"}],"status":{"code":"ok"},"kind":"client","service":"x"'));
    const attempt = (bytes: Uint8Array): void => {
      for (const options of [strict, lenient]) {
        try { rowsOf(decoded(live, bytes, options)); } catch (error) { expect(error).toBeInstanceOf(DecodeError); }
      }
    };
    for (let bit = 0; bit < sample.length * 8; bit++) {
      const flipped = sample.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      attempt(flipped);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => { attempt(bytes); attempt(Uint8Array.from([...sample, ...bytes])); }));
  });
});
