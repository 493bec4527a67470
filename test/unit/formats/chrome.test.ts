import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chrome } from '../../../src/formats/chrome.ts';
import { detect } from '../../../src/formats/detect.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { formats } from '../../../src/formats/registry.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, spansOf, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';
import { spanId, text, traceId } from './spanArbitraries.ts';

const read = (...events: string[]): RowView[] => rowsOf(decoded(chrome, `[${events.join(',')}]`, lenient));
const event = (ph: string, name: string, ts: number | string, more = ''): string => `{"ph":"${ph}","name":"${name}","ts":${ts},"pid":1,"tid":1${more === '' ? '' : `,${more}`}}`;
const nesting = (rows: readonly RowView[]): string[] => rows.map((row) => `${row.name} < ${rows.find(({ spanId: id }) => id === row.parentSpanId)?.name ?? '-'}`);

it('Chrome traces are recognised by their metadata when these are longer than what is looked at', () => {
  const file = `{"metadata":{"source":"DevTools","dataOrigin":"TraceEvents","resources":"${'x'.repeat(100_000)}"},"traceEvents":[${event('X', 'a', 1)}]}`;
  expect([detect(utf8(file), formats)?.format.id, decoded(chrome, file, lenient).count]).toEqual(['chrome-trace', 1]);
});

describe('Chrome slices', () => {
  it('lie in the one around them on their thread, the longest outside where several begin together', () => {
    expect(nesting(read(event('X', 'short', 1, '"dur":1'), event('X', 'long', 1, '"dur":5'), event('X', 'later', 6, '"dur":1'), event('X', 'elsewhere', 2, '"dur":1').replace('"tid":1', '"tid":2'))))
      .toEqual(['short < long', 'long < -', 'later < -', 'elsewhere < -']);
  });

  it('that end together with a slice which began before them lie inside, and those that begin where one ends do not', () => {
    expect(nesting(read(event('B', 'outer', 1), event('X', 'inner', 5, '"dur":5'), event('E', 'outer', 10), event('X', 'next', 10, '"dur":0'))))
      .toEqual(['outer < -', 'inner < outer', 'next < -']);
  });

  it('that overlap on one thread are both kept, and say so', () => {
    const batch = decoded(chrome, `[${event('X', 'a', 1, '"dur":10')},${event('X', 'b', 5, '"dur":10')}]`, lenient), rows = rowsOf(batch);
    expect([nesting(rows), rows[1]?.content.attributes.get('chrome.overlaps'), batch.problems]).toEqual([['a < -', 'b < -'], true, [expect.stringContaining('overlaps')]]);
  });

  it('have times exact to the nanosecond, also as text, beyond 2^53 ns, and with an exponent', () => {
    expect(read('{"ph":"M","name":"process_name","ts":0,"args":{}}', event('X', 'a', '"1790000000000000.123"', '"dur":0.001')).map(({ start, end }) => [start, end])).toEqual([[1790000000000000123n, 1790000000000000124n]]);
    expect(read(event('X', 'b', '1.5e3', '"dur":"2"'), event('X', 'c', 'null'), event('X', 'd', '"soon"')).map(({ start, end }) => [start, end])).toEqual([[1500000n, 1502000n]]);
  });

  it('have a date where the file says when its clock began', () => {
    expect(rowsOf(decoded(chrome, `{"traceEvents":[${event('X', 'a', 5, '"dur":1')}],"baseTimeNanoseconds":1790000000000000001}`, lenient))[0]?.start).toBe(1790000000000005001n);
  });

  it('of a clock that begins at zero are not taken for slices without a time', () => {
    expect(read(event('X', 'a', 0, '"dur":0'), event('X', 'b', -2, '"dur":1')).map(({ start, end }) => [start, end])).toEqual([[2001n, 2001n], [1n, 1001n]]);
  });

  it('are named by the process and the thread, wherever the names stand', () => {
    const row = read(event('X', 'a', 1, '"dur":1'), '{"args":{"name":"browser"},"name":"process_name","ph":"M","pid":1}', '{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"io"}}')[0];
    expect([row?.service, row?.content.attributes.size]).toEqual(['browser', 0]);
  });

  it('of asynchronous events belong together by id, over threads, in new and old letters', () => {
    const async_ = (ph: string, id: string, ts: number, tid: number): string => `{"ph":"${ph}","cat":"c","name":"n","id":"${id}","ts":${ts},"pid":1,"tid":${tid}}`;
    expect(read(async_('b', '1', 1, 1), async_('b', '2', 2, 1), async_('e', '1', 4, 2), async_('S', '3', 5, 1), async_('F', '3', 6, 1), async_('e', '2', 9, 1)).map(({ start, end, parentSpanId }) => [start, end, parentSpanId]))
      .toEqual([[1000n, 4000n, ''], [2000n, 9000n, ''], [5000n, 6000n, '']]);
  });

  it('without an end are open, and ends without a begin are told', () => {
    const batch = decoded(chrome, `[${event('E', 'x', 1)},${event('B', 'a', 2)}]`, lenient);
    expect([rowsOf(batch).map(({ end }) => end), batch.problems]).toEqual([[0n], ['1 end has no begin']]);
  });

  it('of a file that grows are told as soon as they begin, and again when they end or get another parent', () => {
    const batch = new SpanBatch(), decoder = chrome.open?.(batch, lenient);
    decoder?.read(utf8(`[${event('B', 'turn', 5)},${event('X', 'step', 6, '"dur":1')},\n`), 0);
    expect(rowsOf(batch).map(({ name, end }) => [name, end])).toEqual([['turn', 0n], ['step', 7000n]]);
    batch.forgetRows();
    decoder?.read(utf8(`${event('E', 'turn', 9)},${event('X', 'run', 1, '"dur":20')},\n`), 100);
    decoder?.end();
    expect(rowsOf(batch).map(({ name, operation, end, parentSpanId }) => [name, operation, end, parentSpanId])).toEqual([['turn', 0, 9000n, '0000000000000004'], ['run', 0, 21000n, '']]);
  });
});

const empty = { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
const time = fc.bigInt({ min: 1_790_000_000_000_000_000n, max: 1_790_000_001_000_000_000n });
const span = fc.record({
  traceId, spanId, parentSpanId: fc.oneof(spanId, fc.constant('')), name: text, kind: fc.constantFrom('unspecified', 'client', 'server'), startUnixNano: time,
  length: fc.bigInt({ min: -1000n, max: 10_000_000n }), isOpen: fc.boolean(), status: fc.constantFrom('unset', 'ok', 'error'), statusMessage: text, service: fc.constantFrom('a', 'b'),
  attributes: fc.array(fc.tuple(text, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(2n ** 60n)))).map((members) => new Map(members)),
  events: fc.array(fc.record({ name: text, timeUnixNano: time }), { maxLength: 2 }), links: fc.array(fc.record({ traceId, spanId, traceState: fc.constant('') }), { maxLength: 2 }),
}).map(({ length, isOpen, service, attributes, events, links, ...each }) => ({
  ...each, endUnixNano: isOpen ? 0n : each.startUnixNano + length, service, resource: { ...empty, attributes: new Map([['service.name', service]]) }, scope: { ...empty, name: '', version: '' }, logs: [],
  content: {
    attributes, events: events.map((one) => ({ ...one, attributes: new Map(), droppedAttributesCount: 0 })), links: links.map((one) => ({ ...one, attributes: new Map(), droppedAttributesCount: 0, flags: 0 })),
    traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
  },
}) as EncodeSpan);

const byId = (spans: readonly EncodeSpan[]): unknown => spans.map((each) => ({ ...each, resource: undefined, scope: undefined })).toSorted((left, right) => (left.spanId < right.spanId ? -1 : 1));

it('what is written as Chrome trace comes back, and nests on every thread', () => {
  fc.assert(fc.property(fc.uniqueArray(span, { maxLength: 12, selector: (each) => each.spanId }), (spans) => {
    const bytes = chrome.encode?.(spans) ?? new Uint8Array();
    expect(byId(spansOf(decoded(chrome, bytes, lenient)))).toEqual(byId(spans));
    for (const lane of Map.groupBy((JSON.parse(new TextDecoder().decode(bytes)) as { traceEvents: Event_[] }).traceEvents.filter(({ ph }) => ph === 'X'), ({ pid, tid }) => `${pid} ${tid}`).values()) {
      for (const one of lane) for (const other of lane) expect(!(one.ts < other.ts && other.ts < endOf(one) && endOf(one) < endOf(other))).toBe(true);
    }
  }));
});

it('links are arrows between slices, whichever of the two comes first', () => {
  const plain = { traceId: '1'.repeat(32), parentSpanId: '', name: 'n', kind: 'internal', status: 'unset', statusMessage: '', service: 's', resource: { ...empty }, scope: { ...empty, name: '', version: '' }, logs: [] } as const;
  const linked = (spanId: string, start: bigint, ...to: string[]): EncodeSpan => ({
    ...plain, spanId, startUnixNano: start, endUnixNano: start + 5n,
    content: {
      attributes: new Map(), events: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
      links: to.map((id) => ({ traceId: plain.traceId, spanId: id, traceState: '', attributes: new Map(), droppedAttributesCount: 0, flags: 0 })),
    },
  });
  const base = 1_790_000_000_000_000_000n, bytes = chrome.encode?.([linked('b'.repeat(16), base + 2000n, 'a'.repeat(16)), linked('a'.repeat(16), base, 'b'.repeat(16), 'c'.repeat(16))]);
  const events = (JSON.parse(new TextDecoder().decode(bytes)) as { traceEvents: Event_[] }).traceEvents;
  expect(events.filter(({ ph }) => ph === 's' || ph === 'f').map(({ ph, ts }) => [ph, ts])).toEqual([['s', 2], ['f', 0], ['s', 0], ['f', 2]]);
});

interface Event_ { readonly ph: string; readonly pid: number; readonly tid: number; readonly ts: number; readonly dur: number }
const endOf = ({ ts, dur }: Event_): number => ts + Math.max(0, dur);
