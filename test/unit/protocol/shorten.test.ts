import { describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../src/model/records.ts';
import { shorten } from '../../../src/protocol/shorten.ts';

const record: SpanRecord = {
  traceId: 't', spanId: 's', name: 'n', kind: 'internal', startUnixNano: '1', status: { code: 'unset' }, service: 'x',
  attributes: {}, resource: {}, events: [], links: [], logs: [], marks: [],
};
const kib = 1024;

describe('a span with long values', () => {
  it('travels as it is when its values are short', () => {
    const small: SpanRecord = { ...record, attributes: { text: 'a', list: [1, 'b', { c: null }] }, events: [{ name: 'e', timeUnixNano: '2', attributes: { x: true } }] };
    expect(shorten(small)).toEqual({ record: small, shortened: {} });
  });

  it('keeps 64 KiB of a text and says how long it is', () => {
    const { record: short, shortened } = shorten({ ...record, attributes: { prompt: 'p'.repeat(100 * kib), other: 'o' } });
    expect(short.attributes['prompt']).toBe('p'.repeat(64 * kib));
    expect(short.attributes['other']).toBe('o');
    expect(shortened).toEqual({ prompt: 100 * kib });
  });

  it('keeps less of each when they are many', () => {
    const attributes = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key${i}`, 'v'.repeat(50 * kib)]));
    const { record: short, shortened } = shorten({ ...record, attributes });
    expect(JSON.stringify(short).length).toBeLessThan(3 * kib * kib);
    expect(Object.keys(short.attributes)).toHaveLength(1000);
    expect(shortened['key999']).toBe(50 * kib);
  });

  it('cuts texts inside lists, events, logs and messages', () => {
    const long = 'l'.repeat(70 * kib), cut = 'l'.repeat(64 * kib);
    const { record: short } = shorten({
      ...record,
      attributes: { list: [{ deep: long }] },
      events: [{ name: 'exception', timeUnixNano: '1', attributes: { 'exception.stacktrace': long } }],
      logs: [{ timeUnixNano: '1', body: long, attributes: {} }],
      agent: { role: 'llm', inputMessages: [{ role: 'user', parts: [{ type: 'text', text: long }] }], sources: { model: 'm' } },
    });
    expect(short.attributes['list']).toEqual([{ deep: cut }]);
    expect(short.events[0]?.attributes['exception.stacktrace']).toBe(cut);
    expect(short.logs[0]?.body).toBe(cut);
    expect(short.agent?.inputMessages).toEqual([{ role: 'user', parts: [{ type: 'text', text: cut }] }]);
  });

  it('takes hostile keys as keys', () => {
    const attributes = JSON.parse('{"__proto__":{"polluted":true},"constructor":"c"}') as Record<string, unknown>;
    const { record: short } = shorten({ ...record, attributes });
    expect(Object.keys(short.attributes)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
