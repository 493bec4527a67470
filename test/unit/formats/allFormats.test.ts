import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/formats/detect.ts';
import { DecodeError } from '../../../src/formats/format.ts';
import type { Format } from '../../../src/formats/format.ts';
import { formatById, formats } from '../../../src/formats/registry.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, spansOf } from './batches.ts';
import { dump } from './dump.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/formats');
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(file));

/** Formats that are read by another one's decoder, which therefore recognises them. */
const readBy = new Map([['otlp-json-lines', 'otlp-json']]);
const fixturesOf = (format: Format): string[] => {
  const folder = path.join(fixtures, format.id);
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.endsWith('.golden.txt')).toSorted() : [];
};

/** What no format may do, whatever the bytes: anything but a DecodeError. */
function attempt(format: Format, bytes: Uint8Array): SpanBatch {
  const batch = new SpanBatch();
  try {
    format.decode(bytes, batch, lenient);
    spansOf(batch);
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError);
  }
  return batch;
}

describe.each(formats.map((format) => [format.id, format] as const))('%s', (id, format) => {
  it('has a fixture', () => { expect(fixturesOf(format).length).toBeGreaterThan(0); });

  it.each(fixturesOf(format))('reads %s as its golden file says', async (name) => {
    const bytes = read(path.join(fixtures, id, name));
    await expect(dump(decoded(format, bytes, lenient))).toMatchFileSnapshot(path.join(fixtures, id, `${name}.golden.txt`));
  });

  it.each(fixturesOf(format))('is recognised by the content of %s alone, byte order mark or blanks in front or not', (name) => {
    const bytes = read(path.join(fixtures, id, name)), expected = readBy.get(id) ?? id;
    const found = detect(bytes, formats);
    expect([found?.format.id, found?.reason]).toEqual([expected, expect.stringMatching(/\w/)]);
    if (format.isBinary === true) return;
    for (const front of [[0xef, 0xbb, 0xbf], [0x0d, 0x0a, 0x20]]) expect(detect(Uint8Array.from([...front, ...bytes]), formats)?.format.id).toBe(expected);
  });

  it.each(fixturesOf(format))('reads %s cut off anywhere without failing, and never more of it than there is', (name) => {
    const bytes = read(path.join(fixtures, id, name)), whole = attempt(format, bytes).count;
    const step = Math.max(1, Math.floor(bytes.length / 400));
    for (let length = 0; length < bytes.length; length += step) expect(attempt(format, bytes.slice(0, length)).count).toBeLessThanOrEqual(whole);
  });

  it.each(fixturesOf(format))('reads what it writes of %s the same way again, and writes the same bytes', (name) => {
    if (format.encode === undefined) return;
    const spans = spansOf(decoded(format, read(path.join(fixtures, id, name)), lenient));
    const bytes = format.encode(spans), again = spansOf(decoded(format, bytes, lenient));
    expect(again.map((span) => [span.name, span.status, span.service, span.content.events.length])).toEqual(spans.map((span) => [span.name, span.status, span.service, span.content.events.length]));
    expect(format.encode(again)).toEqual(bytes);
    expect(format.extension).toMatch(/^\.[a-z.]+$/);
  });

  it('writes no spans as an input that it reads as none', () => {
    if (format.encode !== undefined) expect(decoded(format, format.encode([]), lenient).count).toBe(0);
  });

  it('leaves objects alone whatever the keys are', () => {
    const before = Reflect.ownKeys(Object.prototype).length;
    for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__proto__.polluted']) {
      for (const name of fixturesOf(format)) attempt(format, new TextEncoder().encode(new TextDecoder().decode(read(path.join(fixtures, id, name))).replaceAll(/"[a-z]+\.?[a-z]+":/g, `"${key}":`)));
    }
    expect([Reflect.ownKeys(Object.prototype).length, ({} as { polluted?: unknown }).polluted]).toEqual([before, undefined]);
  });
});

it('what is no trace is recognised by nobody', () => {
  for (const text of ['', '{}', '[]', 'null', 'hello', '{"a":1}', '<html>', '[1,2,3]']) expect(detect(new TextEncoder().encode(text), formats)).toBeUndefined();
});

it('ids of formats are unique and found', () => {
  expect(new Set(formats.map(({ id }) => id)).size).toBe(formats.length);
  for (const format of formats) expect(formatById(format.id)).toBe(format);
});
