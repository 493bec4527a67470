import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/formats/detect.ts';
import type { Format } from '../../../src/formats/format.ts';
import { InputReader } from '../../../src/formats/inputReader.ts';
import type { InputOptions } from '../../../src/formats/inputReader.ts';
import { fileLimits } from '../../../src/formats/limits.ts';
import { formats } from '../../../src/formats/registry.ts';
import { decodeLogRecord } from '../../../src/model/wireLogRecord.ts';
import type { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/formats');
const samples = path.resolve(import.meta.dirname, '../../../../shared/samples');

/** What is told of a batch, whatever its indexes. */
function told(batch: SpanBatch): unknown[] {
  const rows = rowsOf(batch).map((row, i) => ({ ...row, resource: batch.resources[batch.resource[i] as number], scope: batch.scopes[batch.scope[i] as number] }));
  const logs = batch.logs.map(({ traceId, spanId, timeUnixNano, buffer, start, end }) => ({ traceId, spanId, timeUnixNano, record: decodeLogRecord(batch.buffers[buffer] as Uint8Array, start, end) }));
  const metrics = batch.metrics.map(({ resource: _resource, scope: _scope, ...point }) => point);
  return [rows, logs, metrics];
}

interface Read { readonly reader: InputReader; readonly batches: number; readonly all: unknown[] }

function readInput(chunks: Iterable<Uint8Array>, more: Partial<InputOptions> = {}, each?: (reader: InputReader) => void): Read {
  const parts: unknown[][] = [];
  const reader = new InputReader({ formats, limits: fileLimits, mostBytes: 64 << 20, expectedBytes: 0, onBatch: (batch) => { parts.push(told(batch)); }, ...more });
  for (const chunk of chunks) {
    reader.push(chunk);
    each?.(reader);
  }
  reader.end();
  return { reader, batches: parts.length, all: [0, 1, 2].map((i) => parts.flatMap((part) => part[i])) };
}

function* inChunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  // Each chunk is a copy, and is spoiled as soon as the next one is asked for.
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.slice(at, at + size);
    yield chunk;
    chunk.fill(0x5b);
  }
}

function utf16(bytes: Uint8Array, isBig: boolean): Uint8Array {
  const encoded = Buffer.from(`\uFEFF${new TextDecoder().decode(bytes)}`, 'utf16le');
  return new Uint8Array(isBig ? encoded.swap16() : encoded);
}

interface Input { readonly name: string; readonly bytes: Uint8Array; readonly format: Format }

function inputsIn(folder: string): Input[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || /\.golden\.txt$|README|expected\.json$|\.zip$/.test(entry.name)) return [];
    const stored = new Uint8Array(readFileSync(file)), bytes = entry.name.endsWith('.gz') ? new Uint8Array(gunzipSync(stored)) : stored;
    const found = detect(bytes, formats);
    return found === undefined ? [] : [{ name: path.relative(folder, file), bytes, format: found.format }];
  });
}

const inputs = [...inputsIn(fixtures), ...inputsIn(samples)];
const isText = ({ bytes }: Input): boolean => !bytes.subarray(0, 4096).some((byte) => byte < 9);

it.runIf(!existsSync(samples))('samples not present', () => { expect(existsSync(fixtures)).toBe(true); });

describe.each(inputs.map((input) => [input.name, input] as const))('%s', (_name, input) => {
  const { bytes, format } = input;
  const whole = told(decoded(format, bytes, lenient));

  it('gives the same spans whatever the chunks are in which it comes', () => {
    for (const size of [bytes.length, 4096, 7, ...(bytes.length < 30_000 ? [1] : [])]) {
      const { reader, all } = readInput(inChunks(bytes, size));
      expect([size, reader.detection?.format.id, reader.cut, reader.bytes]).toEqual([size, format.id, undefined, bytes.length]);
      expect(all).toEqual(whole);
    }
  });

  it('gives the same spans when everything that is whole is read after each chunk', () => {
    const { reader, all } = readInput(inChunks(bytes, Math.max(97, bytes.length >> 7)), {}, (each) => { if (each.bytes > 64) each.readSoFar(); });
    if (reader.detection?.format !== format) return;
    expect(all).toEqual(whole);
  });

  it.runIf(isText(input))('gives the same spans with a byte order mark and in UTF-16', () => {
    const text = utf8(new TextDecoder().decode(bytes)), expected = told(decoded(format, text, lenient));
    for (const encoded of [Uint8Array.from([0xef, 0xbb, 0xbf, ...text]), utf16(text, false), utf16(text, true)]) {
      for (const size of [4096, 7]) expect(readInput(inChunks(encoded, size)).all).toEqual(expected);
    }
    expect(readInput([utf16(text, true)]).reader.encoding).toBe('utf-16be');
  });

  it.runIf(bytes.length < 10_000)('is read without failing when it breaks off anywhere', () => {
    const step = Math.ceil(bytes.length / 300);
    for (let length = 0; length < bytes.length; length += step) {
      const { reader } = readInput(inChunks(bytes.slice(0, length), 4096));
      expect([reader.isDone, reader.bytes]).toEqual([true, length]);
    }
  });
});

const line = (i: number, text = ''): string => `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${String(i).padStart(32, '1')}","spanId":"${String(i).padStart(16, '2')}","name":"${text}"}]}]}]}`;
const many = (count: number): string[] => Array.from({ length: count }, (_, i) => line(i, 'x'.repeat(200)));

describe('an input that comes in chunks', () => {
  it('is read in pieces long before it ends, as lines and as one array without line breaks', () => {
    for (const text of [many(8000).join('\n'), `[${many(8000).join(',')}]`, many(8000).join('\r\n')]) {
      const counts: number[] = [];
      const { reader, batches } = readInput(inChunks(utf8(text), 65_536), { mostBytes: 2 << 20 }, ({ spanCount }) => { counts.push(spanCount); });
      expect([reader.spanCount, reader.cut, [...reader.problems.texts]]).toEqual([8000, undefined, []]);
      expect(counts[1]).toBeGreaterThan(0);
      expect(batches).toBeGreaterThan(2);
    }
  });

  it('says at which byte a record cannot be read, byte order mark or not', () => {
    const text = [...many(6000), '{"resourceSpans":[{"scopeSpans":tru', ...many(10), 'some text', '{"resourceSpans":['].join('\n');
    for (const mark of ['', '\uFEFF']) {
      const bytes = utf8(`${mark}${text}`), bad = Buffer.from(bytes).indexOf('tru') - 32, last = Buffer.from(bytes).lastIndexOf('{');
      const { reader } = readInput(inChunks(bytes, 10_000));
      expect(reader.spanCount).toBe(6010);
      expect(reader.problems.texts).toEqual([
        expect.stringContaining(`a record at byte ${bad} cannot be read`), `the last record is cut off; it begins at byte ${last}`,
        '1 line is not JSON and was passed over', '2 records cannot be read',
      ]);
    }
  });

  it('counts what was passed over in all pieces together', () => {
    const { reader } = readInput(inChunks(utf8(many(9000).flatMap((each, i) => (i % 3 === 0 ? [each, 'INFO text'] : [each])).join('\n')), 4096));
    expect([reader.spanCount, ...reader.problems.texts]).toEqual([9000, '3000 lines are not JSON and were passed over']);
  });

  it('gives the first rows of a single large value while it is read', () => {
    const spans = Array.from({ length: 20_000 }, (_, i) => `{"traceId":"${'1'.repeat(32)}","spanId":"${String(i).padStart(16, '2')}","name":"${'y'.repeat(300)}"}`);
    const text = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"big"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[${spans.join(',')}]}]}]}`;
    const { reader, batches, all } = readInput(inChunks(utf8(text), 1 << 20));
    expect([reader.spanCount, batches]).toEqual([20_000, expect.toSatisfy((count: number) => count > 1)]);
    const rows = all[0] as { service: string; scopeName: string }[];
    expect(new Set(rows.map(({ service, scopeName }) => `${service} ${scopeName}`))).toEqual(new Set(['big s']));
  });

  it('ends at its limit when one value is too large, keeps what can be read of it and says so', () => {
    const spans = Array.from({ length: 5000 }, (_, i) => `{"traceId":"${'1'.repeat(32)}","spanId":"${String(i).padStart(16, '2')}"}`);
    const { reader } = readInput(inChunks(utf8(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`), 5000), { mostBytes: 100_000 });
    expect(reader.cut).toEqual({ byte: 100_000, reason: 'no more than 100000 bytes of one value are read' });
    expect(reader.spanCount).toBeGreaterThan(1000);
    expect(reader.isDone).toBe(true);
  });

  it('is left after its front when no format knows it, with the front to look at', () => {
    const { reader } = readInput(inChunks(utf8(`{"nodes":[${'1,'.repeat(100_000)}1]}`), 8192));
    expect([reader.detection, reader.isDone, reader.head.length]).toEqual([undefined, true, 65_536]);
  });

  it('waits for the rest of a record while it is being written', () => {
    const text = utf8(`${line(1)}\n${line(2)}\n`), counts: number[] = [];
    readInput(inChunks(text, 1), {}, (reader) => {
      reader.readSoFar();
      counts.push(reader.spanCount);
    });
    expect(counts.indexOf(1)).toBe(line(1).length - 1);
    expect(counts.indexOf(2)).toBe(2 * line(1).length);
  });

  it('goes on behind text that only begins like a record', () => {
    const bad = ['{"a', '{"a": {"b": 1', 'text { and } "quotes', '{"a": [', '{}', '{', '{"a":"b\\'];
    for (const front of bad) {
      const { reader } = readInput(inChunks(utf8(`${front}\n${many(8000).join('\n')}\n`), 4096), { mostBytes: 3 << 20 });
      expect([front, reader.spanCount, reader.cut]).toEqual([front, 8000, undefined]);
    }
  });
});
