import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { Redactor } from '../../../src/redaction/redactor.ts';
import type { RedactionOptions } from '../../../src/redaction/redactor.ts';
import { spans } from '../formats/spanArbitraries.ts';

const secret = ['sk', 'Ab3dEf6hIj9kLmN0pQrS'].join('-');
const map = (members: Readonly<Record<string, AttributeValue>>): ReadonlyMap<string, AttributeValue> => new Map(Object.entries(members));
const resource = { attributes: map({ 'service.name': 'planner', 'process.command_args': ['run', `--key=${secret}`] }), schemaUrl: '', droppedAttributesCount: 0 };
const scope = { name: 'kit', version: '1', attributes: map({}), schemaUrl: '', droppedAttributesCount: 0 };

const messages = JSON.stringify([{ role: 'user', content: `use ${secret}` }, { role: 'assistant', tool_calls: [{ id: 'c1', name: 'search', arguments: { query: 'cafés', top: 3 } }] }]);

function span(more: Partial<EncodeSpan> = {}): EncodeSpan {
  return {
    traceId: '1', spanId: '2', parentSpanId: '', name: `call ${secret}`, kind: 'client', startUnixNano: 1n, endUnixNano: 2n, status: 'error', statusMessage: `refused ${secret}`,
    service: 'planner', resource, scope,
    content: {
      attributes: map({ 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 12, 'http.request.header.authorization': [`Bearer ${secret}`], 'gen_ai.input.messages': messages, nested: map({ password: 'hunter2', n: 1 }) }),
      events: [{ name: 'exception', timeUnixNano: 1n, attributes: map({ 'exception.stacktrace': `at f("${secret}")` }), droppedAttributesCount: 0 }],
      links: [{ traceId: '3', spanId: '4', traceState: '', attributes: map({ note: secret }), droppedAttributesCount: 0, flags: 0 }],
      traceState: '', flags: 0, droppedAttributesCount: 1, droppedEventsCount: 0, droppedLinksCount: 0,
    },
    logs: [{
      traceId: '1', spanId: '2', timeUnixNano: 1n, observedTimeUnixNano: 0n, severityNumber: 9, severityText: 'INFO', eventName: 'gen_ai.user.message', body: map({ content: `hello ${secret}` }),
      attributes: map({}), flags: 0, droppedAttributesCount: 0,
    }],
    ...more,
  };
}

const plain = (value: unknown): string => JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each instanceof Map ? [...each as Map<string, unknown>] : each));
const redacted = (options: RedactionOptions, given = span()): { readonly span: EncodeSpan; readonly counts: Redactor['counts'] } => {
  const redactor = new Redactor(options);
  return { span: redactor.redact(given), counts: redactor.counts };
};

describe('a redacted span', () => {
  it('has no secret anywhere, and says how many it had', () => {
    const { span: left, counts } = redacted({ content: 'keep', secrets: true });
    expect(plain(left)).not.toContain(secret);
    expect(plain(left)).not.toContain('hunter2');
    expect(counts).toEqual({ secrets: 9, maskedContents: 0, omittedContents: 0 });
    expect(left.content.attributes.get('gen_ai.usage.input_tokens')).toBe(12);
    expect(left.content.attributes.get('gen_ai.input.messages')).toBe(messages.replace(secret, '[masked]'));
  });

  it('has messages of the same shape that say nothing', () => {
    const { span: left, counts } = redacted({ content: 'mask', secrets: false });
    expect(JSON.parse(left.content.attributes.get('gen_ai.input.messages') as string)).toEqual([
      { role: 'user', content: '[masked, 27 characters]' },
      { role: 'assistant', tool_calls: [{ id: 'c1', name: 'search', arguments: { query: '[masked, 5 characters]', top: '[masked]' } }] },
    ]);
    expect(left.logs[0]?.body).toEqual(map({ content: '[masked, 29 characters]' }));
    expect(left.content.attributes.get('http.request.header.authorization')).toEqual([`Bearer ${secret}`]);
    expect(counts).toEqual({ secrets: 0, maskedContents: 2, omittedContents: 0 });
  });

  it('has no messages at all, and counts them among what was dropped', () => {
    const { span: left, counts } = redacted({ content: 'omit', secrets: true });
    expect([...left.content.attributes.keys()]).toEqual(['gen_ai.operation.name', 'gen_ai.usage.input_tokens', 'http.request.header.authorization', 'nested']);
    expect(left.content.droppedAttributesCount).toBe(2);
    expect(left.logs[0]?.body).toBeNull();
    expect(counts.omittedContents).toBe(2);
  });

  it('is the span itself when nothing is to be taken out', () => {
    const given = span();
    expect(redacted({ content: 'keep', secrets: false }, given).span).toBe(given);
  });

  it('takes what the convention of the span reads as content, by whatever key', () => {
    const { span: left } = redacted({ content: 'omit', secrets: false }, span({ name: 'tool:search', content: { ...span().content, attributes: map({ 'tool.input': '{"q":1}', 'tool.name': 'search', 'tool.result': 'much' }) } }));
    expect([...left.content.attributes.keys()]).toEqual(['tool.name']);
  });

  it('keeps two keys apart that become the same', () => {
    const { span: left } = redacted({ content: 'keep', secrets: true }, span({ content: { ...span().content, attributes: map({ [secret]: 1, [`${secret}x`]: 2 }) } }));
    expect([...left.content.attributes]).toEqual([['[masked]', 1], ['[masked] (2)', 2]]);
  });

  it('keeps ids, times and numbers, whatever the span is, and changes nothing when it is redacted again', () => {
    fc.assert(fc.property(spans, fc.constantFrom('keep', 'mask', 'omit'), (all, content) => {
      const redactor = new Redactor({ content, secrets: true });
      for (const each of all) {
        const left = redactor.redact(each);
        expect([left.traceId, left.spanId, left.startUnixNano, left.endUnixNano, left.kind, left.status]).toEqual([each.traceId, each.spanId, each.startUnixNano, each.endUnixNano, each.kind, each.status]);
        expect(left.content.events.length).toBe(each.content.events.length);
        const again = new Redactor({ content: 'keep', secrets: true });
        expect(again.redact(left)).toEqual(left);
        expect(again.counts.secrets).toBe(0);
      }
    }));
  });

  it('has no secret that stood in any text of a span, in bytes and in keys too', () => {
    const poisoned = (value: unknown): unknown => {
      if (typeof value === 'string') return `${value} ${secret}`;
      if (value instanceof Uint8Array) return new TextEncoder().encode(secret);
      if (value instanceof Map) return new Map([...value as Map<string, unknown>].map(([key, member]) => [`${key} ${secret}`, poisoned(member)]));
      if (Array.isArray(value)) return value.map(poisoned);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, /^(?:traceId|spanId|parentSpanId|kind|status)$/.test(key) ? member : poisoned(member)]));
    };
    fc.assert(fc.property(spans, (all) => {
      const redactor = new Redactor({ content: 'keep', secrets: true });
      for (const each of all) {
        const left = redactor.redact(poisoned(each) as EncodeSpan);
        expect(plain(left)).not.toContain(secret);
        expect(left.scope.name).toContain('[masked]');
      }
    }));
  });

  it('has what is below a secret name masked, and what is below the part of a text that is called token kept', () => {
    const below = map({ id: 'chatcmpl-AHH0HKxF2K5Rnu1DJ51k9', n: 1, ok: true });
    const { span: left } = redacted({ content: 'keep', secrets: true }, span({ content: { ...span().content, attributes: map({ token: below, credentials: below, 'bot.token': ['a-long-token-of-a-bot'] }) } }));
    expect([...left.content.attributes.values()]).toEqual([below, map({ id: '[masked]', n: '[masked]', ok: true }), ['[masked]']]);
  });

  it('has no bytes that are a text with a secret', () => {
    const { span: left } = redacted({ content: 'keep', secrets: true }, span({ content: { ...span().content, attributes: new Map([['a', new TextEncoder().encode(`x ${secret}`)], ['b', Uint8Array.of(1, 2, 3)]]) } }));
    expect([...left.content.attributes.values()]).toEqual(['[masked]', Uint8Array.of(1, 2, 3)]);
  });

  it('leaves out what it does not know, such as bytes that hold the same text again', () => {
    const given = { ...span(), bytes: new TextEncoder().encode(secret), content: { ...span().content, bytes: new TextEncoder().encode(secret) } };
    const { span: left } = redacted({ content: 'keep', secrets: true }, given);
    expect([Object.keys(left).includes('bytes'), Object.keys(left.content).includes('bytes')]).toEqual([false, false]);
  });

  it('shares a resource with the spans that shared it before', () => {
    const redactor = new Redactor({ content: 'keep', secrets: true });
    expect(redactor.redact(span()).resource).toBe(redactor.redact(span()).resource);
  });
});
