import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractContext, formatBaggage, injectContext, parseBaggage } from '../../../src/instrument/node/propagation.ts';
import { Tracer } from '../../../src/instrument/node/tracer.ts';
import type { Carrier } from '../../../src/instrument/node/carrier.ts';
import type { PropagationFormat } from '../../../src/instrument/node/propagation.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${spanId}-01`;

describe('a context', () => {
  it.each<[PropagationFormat, Record<string, string>]>([
    ['w3c', { traceparent: valid, tracestate: 'vendor=value', baggage: 'user=ada%20l' }],
    ['b3', { b3: `${traceId}-${spanId}-1`, baggage: 'user=ada%20l' }],
    ['b3multi', { 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1', baggage: 'user=ada%20l' }],
  ])('is written and read as %s', (format, headers) => {
    const carrier: Record<string, string> = {};
    injectContext({ traceId, spanId, flags: 1, traceState: 'vendor=value', baggage: new Map([['user', 'ada l']]) }, carrier, [format]);
    expect(carrier).toEqual(headers);
    expect(extractContext(carrier)).toMatchObject({ traceId, spanId, flags: 1, baggage: new Map([['user', 'ada l']]) });
  });

  it('is read from headers in any spelling, lists, Maps and Headers', () => {
    const carriers: Carrier[] = [{ TraceParent: valid }, { traceparent: [valid, 'other'] }, new Map([['Traceparent', valid]]), new Headers({ traceparent: valid })];
    for (const carrier of carriers) expect(extractContext(carrier)).toMatchObject({ traceId, spanId });
    const headers = new Headers();
    injectContext({ traceId, spanId, flags: 0 }, headers, ['w3c']);
    expect(headers.get('traceparent')).toBe(`00-${traceId}-${spanId}-00`);
  });

  it('of B3 may have a short trace id, a decision and a parent', () => {
    expect(extractContext({ b3: `a3ce929d0e0e4736-${spanId}-d-05e3ac9a4f6e3b90` })).toEqual({ traceId: '0000000000000000a3ce929d0e0e4736', spanId, flags: 1 });
    expect(extractContext({ 'X-B3-TraceId': traceId.toUpperCase(), 'X-B3-SpanId': spanId, 'X-B3-Sampled': 'false' })).toEqual({ traceId, spanId, flags: 0 });
    expect(extractContext({ b3: '0' })).toBeUndefined();
  });

  it.each([
    ['', 'empty'], ['00', 'short'], [`ff-${traceId}-${spanId}-01`, 'version ff'], [`${valid}-more`, 'version 00 with more'],
    [`00-${'0'.repeat(32)}-${spanId}-01`, 'zero trace'], [`00-${traceId}-${'0'.repeat(16)}-01`, 'zero span'], [`00-${traceId.toUpperCase()}-${spanId}-01`, 'upper case'],
    [`00-${traceId}x-${spanId}-01`, 'long id'], ['x'.repeat(1_000_000), 'very long'], [`${valid}\r\nx: y`, 'a second header'],
  ])('is not taken from the traceparent %.20s (%s)', (traceparent) => {
    expect(extractContext({ traceparent })).toBeUndefined();
  });

  it('takes a later version with more fields', () => {
    expect(extractContext({ traceparent: `cc-${traceId}-${spanId}-01-what` })).toMatchObject({ traceId, spanId });
  });

  it('drops a tracestate that is too long or not printable', () => {
    for (const tracestate of ['x='.padEnd(600, 'y'), 'a=\u0007', 'nonsense']) expect(extractContext({ traceparent: valid, tracestate })).not.toHaveProperty('traceState');
  });

  it('never fails on any headers', () => {
    const tracer = new Tracer({ exporters: [] });
    const key = fc.oneof(fc.constantFrom('traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'X-B3-SpanId', '__proto__', 'get', 'set'), fc.string());
    fc.assert(fc.property(fc.dictionary(key, fc.oneof(fc.string({ unit: 'binary' }), fc.anything())), (headers) => {
      const context = tracer.extract(headers as Carrier);
      if (context !== undefined) expect(context.traceId).toMatch(/^[0-9a-f]{32}$/);
    }));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('baggage', () => {
  it('comes back as it was', () => {
    const keys = fc.stringMatching(/^[a-z][a-z0-9._-]{0,10}$/);
    fc.assert(fc.property(fc.dictionary(keys, fc.string({ unit: 'grapheme', maxLength: 20 }), { maxKeys: 20, noNullPrototype: true }), (entries) => {
      const baggage = new Map(Object.entries(entries));
      expect(parseBaggage(formatBaggage(baggage))).toEqual(baggage);
    }));
  });

  it('is bounded, and leaves out what is not valid', () => {
    const many = new Map(Array.from({ length: 200 }, (_, index) => [`k${index}`, 'v']));
    expect(parseBaggage(formatBaggage(many)).size).toBe(64);
    expect(formatBaggage(new Map([['big', 'x'.repeat(9000)], ['small', '\ud800'], ['bad key', 'v']]))).toBe('small=%EF%BF%BD');
    expect([...parseBaggage('a=1;property=x, b = two ,=3,c,__proto__=p,d=%zz')]).toEqual([['a', '1'], ['b', 'two'], ['__proto__', 'p'], ['d', '%zz']]);
  });
});

describe('a tracer', () => {
  it('continues the trace of a message on the other side', () => {
    const sender = new Tracer({ exporters: [] });
    const receiver = new Tracer({ exporters: [] });
    const headers = sender.traceSpan('send', (span) => {
      sender.setBaggage('user', 'ada');
      return { span, carrier: sender.inject({}) };
    });
    receiver.traceSpan('receive', { parent: receiver.extract(headers.carrier), kind: 'consumer' }, (span) => {
      expect(span.traceId).toBe(headers.span.traceId);
      expect(span.parentSpanId).toBe(headers.span.spanId);
      expect(receiver.getBaggage('user')).toBe('ada');
    });
    expect(sender.inject({ a: 1 })).toEqual({ a: 1 });
  });
});
