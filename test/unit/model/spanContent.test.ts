import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpanContent } from '../../../src/model/span.ts';
import { decodeAttributes, decodeContent, encodeContent, findAttribute } from '../../../src/model/spanContent.ts';
import { check, cut, nothingFound, shapes } from '../../../src/model/spanContentLimits.ts';
import type { ContentLimits } from '../../../src/model/spanContentLimits.ts';
import { WireReader } from '../../../src/model/wire.ts';
import { decodeLogRecord, encodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import { content as anyContent, logRecord } from '../formats/spanArbitraries.ts';

const empty: SpanContent = {
  attributes: new Map(), events: [], links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
};
const decode = (bytes: Uint8Array): SpanContent => decodeContent(bytes, 0, bytes.length);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the content of a span', () => {
  it('comes back the same from its bytes', () => {
    fc.assert(fc.property(anyContent, (content) => { expect(decode(encodeContent(content))).toEqual(content); }));
  });

  it('of two parts one after the other is their merge', () => {
    fc.assert(fc.property(anyContent, anyContent, (first, second) => {
      const merged = decode(Uint8Array.from([...encodeContent(first), ...encodeContent(second)]));
      expect(merged.attributes).toEqual(new Map([...first.attributes, ...second.attributes]));
      expect(merged.events).toEqual([...first.events, ...second.events]);
      expect(merged.links).toEqual([...first.links, ...second.links]);
    }));
  });

  it('keeps ids of links that are no hex as they are', () => {
    const link = { traceId: '923a7369-94e3-4f91-9a61-dbe22e44158b', spanId: 'span_1', traceState: '', attributes: new Map(), droppedAttributesCount: 0, flags: 0 };
    expect(decode(encodeContent({ ...empty, links: [link] })).links).toEqual([link]);
  });

  it('has an attribute that is found by its key alone, the last one where the key repeats', () => {
    fc.assert(fc.property(anyContent, anyContent, (first, second) => {
      const bytes = Uint8Array.from([...encodeContent(first), ...encodeContent(second)]);
      const all = decodeAttributes(bytes, 0, bytes.length);
      for (const [key, value] of all) expect(findAttribute(bytes, 0, bytes.length, utf8(key))).toEqual(value);
      expect(findAttribute(bytes, 0, bytes.length, utf8('no such key'))).toBeUndefined();
    }));
  });

  it('keeps integers beyond 64 bits as text', () => {
    expect(decode(encodeContent({ ...empty, attributes: new Map([['n', 1n << 70n]]) })).attributes.get('n')).toBe('1180591620717411303424');
  });
});

describe('a log record', () => {
  it('comes back the same from its bytes', () => {
    fc.assert(fc.property(logRecord, (log) => {
      const bytes = encodeLogRecord(log);
      expect(decodeLogRecord(bytes, 0, bytes.length)).toEqual(log);
    }));
  });
});

describe('limits', () => {
  const limits: ContentLimits = { maxDepth: 2, maxNameBytes: 8, maxKeyBytes: 8, maxValueBytes: 16, maxItemsPerSpan: 3, maxArrayItems: 2 };
  const within = (content: SpanContent): { content: SpanContent; isOver: boolean; isTooDeep: boolean } => {
    const bytes = encodeContent(content), findings = nothingFound();
    check(new WireReader(bytes, 0, bytes.length), shapes.content, limits, findings);
    return { ...findings, content: decode(cut(bytes, 0, bytes.length, shapes.content, limits)) };
  };

  it('cut keys, values, names and lists, and count what was left out', () => {
    const event = { name: 'a long name', timeUnixNano: 1n, attributes: new Map([['k', 'é'.repeat(20)]]), droppedAttributesCount: 0 };
    const attributes = new Map<string, string | readonly number[]>([['a long key', 'v'], ['list', [1, 2, 3]], ['c', 'c'], ['d', 'd'], ['e', 'e']]);
    const { content, isOver } = within({ ...empty, attributes, events: [event, event, event, event], droppedAttributesCount: 5 });
    expect(isOver).toBe(true);
    expect([...content.attributes]).toEqual([['a long k', 'v'], ['list', [1, 2]], ['c', 'c']]);
    expect([content.droppedAttributesCount, content.droppedEventsCount]).toEqual([7, 1]);
    expect(content.events[0]).toMatchObject({ name: 'a long n', attributes: new Map([['k', 'é'.repeat(8)]]) });
  });

  it('cut what is nested too deeply, and leave everything else alone', () => {
    const { content, isTooDeep } = within({ ...empty, attributes: new Map([['deep', [[['x']]]], ['flat', [['x']]]]) });
    expect(isTooDeep).toBe(true);
    expect(content.attributes).toEqual(new Map([['deep', [[null]]], ['flat', [['x']]]]));
  });

  it('change nothing that is within them', () => {
    const wide: ContentLimits = { maxDepth: 64, maxNameBytes: 1024, maxKeyBytes: 1024, maxValueBytes: 4096, maxItemsPerSpan: 100, maxArrayItems: 100 };
    fc.assert(fc.property(anyContent, (content) => {
      const bytes = encodeContent(content), findings = nothingFound();
      check(new WireReader(bytes, 0, bytes.length), shapes.content, wide, findings);
      expect(findings.isOver).toBe(false);
      expect(decode(cut(bytes, 0, bytes.length, shapes.content, wide))).toEqual(content);
    }));
  });
});
