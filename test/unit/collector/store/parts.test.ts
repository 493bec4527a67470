import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRows, encodeRows } from '../../../../src/collector/store/batchRows.ts';
import { ContentArena } from '../../../../src/collector/store/contentArena.ts';
import { IdIndex } from '../../../../src/collector/store/idIndex.ts';
import { keyScanOf } from '../../../../src/collector/store/keyScan.ts';
import { decodeStepContent } from '../../../../src/collector/store/stepContent.ts';
import { TextTable } from '../../../../src/collector/store/textTable.ts';
import type { AttributeValue } from '../../../../src/model/attributes.ts';
import { stepOf, summaryOf } from '../../../../src/model/conventions/registry.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { decodeAttributes, encodeContent } from '../../../../src/model/spanContent.ts';
import { batchOf } from './drawn.ts';

const contentOf = (attributes: ReadonlyMap<string, AttributeValue>, eventNames: readonly string[] = []) => encodeContent({
  attributes, events: eventNames.map((name) => ({ name, timeUnixNano: 1n, attributes, droppedAttributesCount: 0 })), links: [],
  traceState: 'x=y', flags: 257, droppedAttributesCount: 300, droppedEventsCount: 0, droppedLinksCount: 0,
});

describe('the index of ids', () => {
  it('finds every id that was added and no other, however many there are', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.tuple(fc.nat(3), fc.nat(500)), { maxLength: 300, selector: (pair) => pair.join() }), fc.nat(200), (pairs, reserved) => {
      const index = new IdIndex();
      const ids = new Uint32Array(pairs.flat());
      index.reserve(ids, reserved);
      pairs.forEach((_, row) => index.add(ids, row));
      pairs.forEach(([high, low], row) => expect(index.find(ids, high, low)).toBe(row));
      expect(index.find(ids, 9, 9)).toBe(-1);
    }));
  });

  it('finds them when some rows have none, and when room was given back in between', () => {
    for (const step of [1, 3]) {
      const rows = 6000, index = new IdIndex(), ids = Uint32Array.from({ length: rows * 2 }, (_, i) => (i >> 1) % step === 0 ? i + 1 : 0);
      for (let row = 0; row < rows; row += step) {
        index.add(ids, row);
        if (row % 1500 === 0) index.trim(ids);
      }
      const before = index.byteLength;
      index.reserve(ids, 20_000);
      index.trim(ids);
      expect(index.byteLength).toBeLessThanOrEqual(before);
      for (let row = 0; row < rows; row++) expect(index.find(ids, row * 2 + 1, row * 2 + 2)).toBe(row % step === 0 ? row : -1);
    }
  });
});

describe('the arena of contents', () => {
  it('gives back what was put in, of any length', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(300), fc.uint8Array({ maxLength: 3000 })), { maxLength: 60 }), fc.boolean(), (records, isReserved) => {
      const arena = new ContentArena();
      if (isReserved) arena.reserve(records.length, 5000);
      const offsets = records.map(([origin, bytes]) => arena.append(origin, bytes, 0, bytes.length));
      records.forEach(([origin, bytes], i) => {
        const record = arena.read(offsets[i] as number);
        expect([record.origin, Buffer.from(record.bytes.subarray(record.start, record.end)).equals(bytes)]).toEqual([origin, true]);
      });
    }));
  });
});

describe('the texts of a trace', () => {
  it('keep services within 16 bits after 70,000 other texts, and tell that some texts changed', () => {
    const table = new TextTable();
    for (let i = 0; i < 70_000; i++) table.indexOf(`name ${i}`);
    expect(table.texts[table.indexOf('name 69999')]).toBe('name 69999');
    const services = Array.from({ length: 1500 }, (_, i) => table.serviceIndexOf(`service ${i}`));
    expect(Math.max(...services)).toBe(65_535);
    expect(services.slice(0, 1000).map((index) => table.texts[index])).toEqual(Array.from({ length: 1000 }, (_, i) => `service ${i}`));
    expect(table.texts[services[1499] as number]).toBe('(further services)');
    expect(table.replaced).toBeGreaterThanOrEqual(1000);
    expect(table.serviceIndexOf('service 3')).toBe(services[3]);
  });
});

describe('the scan for telling keys', () => {
  const scan = keyScanOf(['gen_ai.', 'ai.', 'input.value']);
  it('finds a key by its prefix among any others', () => {
    const keys = fc.array(fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('gen_ai', 'gen_ai.x', 'a', 'ai.', 'input.values', 'input', 'é', 'x'.repeat(200))), { maxLength: 6 });
    fc.assert(fc.property(keys, fc.string({ maxLength: 300 }), (all, value) => {
      const content = contentOf(new Map(all.map((key) => [key, value])), ['gen_ai.event']);
      expect(scan(content, 0, content.length)).toBe(all.some((key) => ['gen_ai.', 'ai.', 'input.value'].some((prefix) => key.startsWith(prefix))));
    }));
  });

  it('takes an attribute whose key does not come first for a telling one', () => {
    const content = new Uint8Array([0x4a, 7, 0x12, 2, 0x18, 1, 0x0a, 1, 0x78]);
    expect(scan(content, 0, content.length)).toBe(true);
  });
});

describe('what a step is read from', () => {
  it('has short attributes whole, long ones and events by name', () => {
    const content = contentOf(new Map<string, AttributeValue>([['short', 5], ['long', 'x'.repeat(2000)], ['list', ['a']]]), ['one', 'two']);
    const { attributes, events } = decodeStepContent({ bytes: content, start: 0, end: content.length });
    expect([...attributes]).toEqual([['short', 5], ['long', null], ['list', ['a']]]);
    expect(events.map(({ name }) => name)).toEqual(['one', 'two']);
  });

  const keys = fc.constantFrom(
    'gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.response.model', 'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'gen_ai.tool.name',
    'openinference.span.kind', 'llm.token_count.prompt', 'ai.operationId', 'operation.name', 'traceloop.span.kind', 'langsmith.span.kind', 'mlflow.spanType',
    'langfuse.observation.type', 'all_messages_events', 'weave.op_name', 'session.id', '', 'k'.repeat(200), 'x',
  );
  const values = fc.oneof<fc.Arbitrary<AttributeValue>[]>(
    fc.constantFrom('chat', 'execute_tool', 'TOOL', 'agent', 'ai.generateText', '', 'é'.repeat(40), 'x'.repeat(1100)), fc.nat(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.constant(['a', 1]),
  );

  it('says the same as all that is decoded, in the same order, of several equal keys the last', () => {
    fc.assert(fc.property(fc.array(fc.tuple(keys, values), { maxLength: 12 }), fc.boolean(), fc.constantFrom('', 'agent_run', 'llm_call'), (pairs, isDouble, name) => {
      const all = [...new Map(pairs)], parts = (isDouble ? [pairs, all] : [pairs]).map((each) => contentOf(new Map(each)));
      const content = new Uint8Array(Buffer.concat(parts)), whole = decodeAttributes(content, 0, content.length);
      const { attributes } = decodeStepContent({ bytes: content, start: 0, end: content.length });
      const short = new Map([...whole].map(([key, value]) => [key, typeof value === 'string' && value.length > 1024 ? null : value]));
      expect([...attributes]).toEqual([...short]);
      expect([...attributes.keys()]).toEqual([...short.keys()]);
      expect([...short.keys(), 'none'].map((key) => [attributes.has(key), attributes.get(key)])).toEqual([...short.keys(), 'none'].map((key) => [short.has(key), short.get(key)]));
      const input = { name, kind: 'internal', scopeName: '', events: [], logs: [] } as const;
      const { sources, ...step } = stepOf({ ...input, attributes: short }) ?? {};
      expect({ ...summaryOf({ ...input, attributes }) }).toEqual(step);
      expect(stepOf({ ...input, attributes })?.sources).toEqual(sources);
    }));
  });

  it('stays readable when there are more sequences of keys than are remembered, and keys that are no text', () => {
    const bad = (byte: number): Uint8Array => new Uint8Array([0x4a, 7, 0x0a, 1, byte, 0x12, 2, 0x18, 5]);
    for (const byte of [0xff, 0xfe]) expect([...decodeStepContent({ bytes: bad(byte), start: 0, end: 9 }).attributes]).toEqual([['\ufffd', 5]]);
    for (let i = 0; i < 40_000; i++) {
      const content = contentOf(new Map([[`key ${i}`, i]]));
      expect(decodeStepContent({ bytes: content, start: 0, end: content.length }).attributes.get(`key ${i}`)).toBe(i);
    }
  });
});

describe('parts of a batch', () => {
  it('come back as they were, with nothing of the rest', () => {
    const batch = batchOf('a run 0..9 error {"text":"kept","n":9007199254740993}\nb<a secret 1..2 {"text":"zebra"}\n~x<~y odd 3..\nlog a hello 5..\nlog b zebra 6..');
    const bytes = encodeRows(batch, { rows: [0, 2], logs: batch.logs.slice(0, 1), metrics: [] });
    expect(Buffer.from(bytes).includes('zebra') || Buffer.from(bytes).includes('secret')).toBe(false);
    const back = new SpanBatch();
    decodeRows(bytes, back);
    const texts = [0, 1].map((row) => [back.texts[back.traceId[row] as number], back.texts[back.name[row] as number], back.idHigh[row], back.operation[row]]);
    expect(texts).toEqual([0, 2].map((row) => [batch.texts[batch.traceId[row] as number], batch.texts[batch.name[row] as number], batch.idHigh[row], batch.operation[row]]));
    expect([back.texts[back.idLow[1] as number], back.texts[back.parentLow[1] as number]]).toEqual(['x', 'y']);
    const content = (from: SpanBatch, row: number) => [...(from.buffers[from.buffer[row] as number] as Uint8Array).subarray(from.contentStart[row], from.contentEnd[row])];
    expect(content(back, 0)).toEqual(content(batch, 0));
    expect(back.logs).toHaveLength(1);
  });

  it('that are something else are refused', () => {
    expect(() => decodeRows(new Uint8Array([1, 2, 3]), new SpanBatch())).toThrow();
  });
});
