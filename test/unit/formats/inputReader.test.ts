import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { rowsInOrder, spanRecordOf } from '../../../src/collector/store/spanRecords.ts';
import { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { detect } from '../../../src/formats/detect.ts';
import type { Format } from '../../../src/formats/format.ts';
import { InputReader } from '../../../src/formats/inputReader.ts';
import type { InputOptions } from '../../../src/formats/inputReader.ts';
import { fileLimits } from '../../../src/formats/limits.ts';
import { formats } from '../../../src/formats/registry.ts';
import type { SpanRecord } from '../../../src/model/records.ts';
import type { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, spansOf, utf8 } from './batches.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/formats');
const samples = path.resolve(import.meta.dirname, '../../../../shared/samples');

/** What becomes of batches: of a span that is told several times, what it is in the end. */
class Gathered {
  private readonly store = new TraceStore({ memoryBytes: Infinity, databaseBytes: 0, retentionDays: 0 }, { changed: () => undefined, removed: () => undefined, log: () => undefined });
  batches = 0;
  logCount = 0;
  metricPointCount = 0;

  readonly add = (batch: SpanBatch): void => {
    this.batches++;
    this.logCount += batch.logs.length;
    this.metricPointCount += batch.metrics.length;
    void this.store.append(batch, { format: '', signal: 'traces', bytes: new Uint8Array() });
  };

  get all(): Whole & { readonly logs: number; readonly metrics: number } {
    const traces = this.store.memory.values().toSorted((a, b) => (a.traceId < b.traceId ? -1 : 1));
    const spans = traces.flatMap((trace) => rowsInOrder(trace).map((row) => spanRecordOf(trace, row))).map(({ marks, ...span }) => ({ ...span, marks: marks.filter((mark) => mark !== 'duplicate') }));
    return { spans: spans.toSorted((a, b) => (`${a.traceId} ${a.spanId}` < `${b.traceId} ${b.spanId}` ? -1 : 1)), logs: this.logCount, metrics: this.metricPointCount };
  }
}

interface Read { readonly reader: InputReader; readonly gathered: Gathered }

function readInput(chunks: Iterable<Uint8Array>, more: Partial<InputOptions> = {}, each?: (reader: InputReader) => void): Read {
  const gathered = new Gathered();
  const reader = new InputReader({ formats, limits: fileLimits, mostBytes: 64 << 20, expectedBytes: 0, onBatch: gathered.add, ...more });
  for (const chunk of chunks) {
    reader.push(chunk);
    each?.(reader);
  }
  reader.end();
  return { reader, gathered };
}

interface Whole { readonly spans: readonly SpanRecord[] }
/** Zipkin tells a span in reports that may come in any order; of late ones it depends on the pieces which names they keep. */
const idsOf = ({ spans }: Whole): unknown => spans.map(({ traceId, spanId }) => [traceId, spanId]);
const placesOf = ({ spans }: Whole): unknown => spans.map(({ traceId, spanId, name, startUnixNano, endUnixNano }) => [traceId, spanId, name, startUnixNano, endUnixNano]);

const cyclesIn = ({ spans }: Whole): number => spans.filter(({ marks }) => marks.includes('cycle')).length;

function gather(format: Format, bytes: Uint8Array): Gathered['all'] {
  const gathered = new Gathered();
  gathered.add(decoded(format, bytes, lenient));
  return gathered.all;
}

function* inChunks(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  // Each chunk is a copy, and is spoiled as soon as the next one is asked for.
  for (let at = 0; at < bytes.length; at += size) {
    const chunk = bytes.slice(at, at + size);
    yield chunk;
    chunk.fill(0x5b);
  }
}

function utf16(bytes: Uint8Array, isBig: boolean, mark = '\uFEFF'): Uint8Array {
  const encoded = Buffer.from(`${mark}${new TextDecoder().decode(bytes)}`, 'utf16le');
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

if (!existsSync(samples)) it.skip('samples not present');

/** Of which what a build server or Compose writes in front of each line is taken away: format and bytes without that. */
const bare: ReadonlyMap<string, readonly [string, number]> = new Map([['python-print/console-build-server.log', ['python-spans', 3588]], ['node-console/sdk2-compose.log', ['node-console', 3897]]]);

describe.each(inputs.map((input) => [input.name, input] as const))('%s', (name, input) => {
  const { bytes, format } = input;
  const whole = gather(format, bytes), isOfManyReports = format.id === 'zipkin-json' && bytes.length > 65_536;

  it('gives the same spans whatever the chunks are in which it comes', () => {
    for (const size of [bytes.length, 4096, ...(bytes.length < 60_000 ? [7] : []), ...(bytes.length < 8_000 ? [1] : [])]) {
      const { reader, gathered } = readInput(inChunks(bytes, size));
      const [id, length] = bare.get(name) ?? [format.id, bytes.length];
      expect([size, reader.detection?.format.id, reader.cut, reader.bytes]).toEqual([size, id, undefined, length]);
      expect(gathered.all).toEqual(whole);
    }
  });

  it('gives the same spans when everything that is whole is read after each chunk', () => {
    const { reader, gathered } = readInput(inChunks(bytes, Math.max(97, bytes.length >> 6)), {}, (each) => { if (each.bytes > 64) each.readSoFar(); });
    if (reader.detection?.format !== format) return;
    // Which of several spans of the same time is the parent may depend on what is known at the time.
    const compared = isOfManyReports ? idsOf : placesOf;
    expect(compared(gathered.all)).toEqual(compared(whole));
  });

  if (format.opens !== undefined || format.framing !== undefined) it('gives the same spans when long values and messages are opened, wherever they are cut', () => {
    for (const size of [bytes.length, Math.max(97, bytes.length >> 6), ...(bytes.length < 8_000 ? [11, 1] : [])]) {
      const { reader, gathered } = readInput(inChunks(bytes, size), { longValueBytes: 1 }, (each) => { each.readSoFar(); });
      if (reader.detection?.format !== format) return;
      // What lies in what is told anew while slices come.
      const compared = format.id === 'chrome-trace' ? placesOf : (all: Whole): unknown => all;
      expect([size, reader.bytes, compared(gathered.all)]).toEqual([size, bytes.length, compared(whole)]);
      expect(cyclesIn(gathered.all)).toBe(cyclesIn(whole));
    }
  });

  if (isText(input)) it('gives the same spans with a byte order mark and in UTF-16, with and without one', () => {
    const text = utf8(new TextDecoder().decode(bytes)), expected = gather(format, text);
    for (const encoded of [Uint8Array.from([0xef, 0xbb, 0xbf, ...text]), utf16(text, false), utf16(text, true), utf16(text, false, ''), utf16(text, true, '')]) {
      for (const size of bytes.length < 60_000 ? [4096, 7] : [4096]) {
        const { all } = readInput(inChunks(encoded, size)).gathered;
        if (isOfManyReports) expect(idsOf(all)).toEqual(idsOf(expected)); else expect(all).toEqual(expected);
      }
    }
    expect(['\uFEFF', ''].flatMap((mark) => [true, false].map((isBig) => readInput(inChunks(utf16(text, isBig, mark), 1000)).reader.encoding))).toEqual(['utf-16be', 'utf-16le', 'utf-16be', 'utf-16le']);
  });

  // Each cut reads all before it, so that large inputs would take minutes.
  if (bytes.length < 5000) it('is read without failing when it breaks off anywhere', () => {
    const step = Math.ceil(bytes.length / 100);
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
      const { reader, gathered } = readInput(inChunks(utf8(text), 65_536), { mostBytes: 2 << 20 }, ({ spanCount }) => { counts.push(spanCount); });
      expect([reader.spanCount, reader.cut, [...reader.problems.texts]]).toEqual([8000, undefined, []]);
      expect(counts[1]).toBeGreaterThan(0);
      expect(gathered.batches).toBeGreaterThan(2);
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
    const { reader, gathered } = readInput(inChunks(utf8(text), 1 << 20));
    expect([reader.spanCount, gathered.batches]).toEqual([20_000, expect.toSatisfy((count: number) => count > 1)]);
    const { spans: read } = gathered.all;
    expect(new Set(read.map(({ service, scope }) => `${service} ${scope?.name}`))).toEqual(new Set(['big s']));
  });

  it('ends at its limit when one value is too large, keeps what can be read of it and says so', () => {
    const spans = Array.from({ length: 5000 }, (_, i) => `{"traceId":"${'1'.repeat(32)}","spanId":"${String(i).padStart(16, '2')}"}`);
    const { reader } = readInput(inChunks(utf8(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans.join(',')}]}]}]}`), 5000), { mostBytes: 100_000 });
    expect(reader.cut).toEqual({ byte: 100_000, reason: 'no more than 100000 bytes of one value are read' });
    expect(reader.spanCount).toBeGreaterThan(1000);
    expect(reader.isDone).toBe(true);
  });

  const longSpan = (i: number): string => `{"traceId":"${'1'.repeat(32)}","spanId":"${String(i).padStart(16, '2')}","name":"${'z"{['.repeat(20).replaceAll('"', '\\"')}"}`;
  const longRequest = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"big"}}]},"scopeSpans":[{"scope":{"name":"s"},"spans":[${Array.from({ length: 4000 }, (_, i) => longSpan(i)).join(',')}]}]}]}`;

  it('gives messages of protobuf while they come, whatever tells their lengths', () => {
    const message = (formats.find(({ id }) => id === 'otlp-protobuf') as Format).encode?.(spansOf(decoded(formats.find(({ id }) => id === 'otlp-json') as Format, line(1, 'n'.repeat(300)), lenient))) as Uint8Array;
    const word = Buffer.alloc(4), varint = Buffer.of((message.length & 0x7f) | 0x80, message.length >> 7);
    word.writeUInt32BE(message.length);
    for (const prefix of [Buffer.alloc(0), word, varint]) {
      const counts: number[] = [], bytes = Uint8Array.from(Buffer.concat(Array.from({ length: 3000 }, () => [prefix, message]).flat()));
      const { reader } = readInput(inChunks(bytes, 10_000), { mostBytes: 200_000 }, ({ spanCount }) => { counts.push(spanCount); });
      expect([reader.detection?.format.id, reader.spanCount, reader.cut, reader.problems.texts]).toEqual(['otlp-protobuf', 3000, undefined, []]);
      expect(counts[12]).toBeGreaterThan(100);
      const half = readInput(inChunks(bytes.subarray(0, bytes.length - 100), 10_000)).reader;
      expect([half.spanCount, half.problems.texts.length]).toEqual([2999, 1]);
    }
  });

  describe('of one long message of protobuf', () => {
    const otlp = formats.find(({ id }) => id === 'otlp-protobuf') as Format, all = spansOf(decoded(formats.find(({ id }) => id === 'otlp-json') as Format, longRequest, lenient));
    const small = spansOf(decoded(formats.find(({ id }) => id === 'otlp-json') as Format, line(77), lenient));
    const group = Buffer.from(otlp.encode?.(all) ?? []), next = Buffer.from(otlp.encode?.(small) ?? []);
    const varint = (length: number): Buffer => (length < 0x80 ? Buffer.of(length) : Buffer.concat([Buffer.of((length & 0x7f) | 0x80), varint(length >>> 7)]));
    const word = (length: number): Buffer => Buffer.of(length >>> 24, (length >>> 16) & 0xff, (length >>> 8) & 0xff, length & 0xff);
    const long = { mostBytes: 200_000, longValueBytes: 100_000 };
    const framings = [['without a frame', (): Buffer => Buffer.alloc(0)], ['behind its length', word], ['behind its length as varint', varint]] as const;

    it.each(framings)('%s, spans are given while it goes on, with their resource and scope, and what comes behind it is read', (_how, frame) => {
      const counts: number[] = [], bytes = Buffer.concat([frame(group.length), group, frame(next.length + group.length), next, group, frame(next.length), next]);
      const { reader, gathered } = readInput(inChunks(Uint8Array.from(bytes), 10_000), long, ({ spanCount }) => { counts.push(spanCount); });
      expect([reader.spanCount, reader.cut, [...reader.problems.texts], reader.bytes]).toEqual([8002, undefined, [], bytes.length]);
      expect(counts[20]).toBeGreaterThan(500);
      expect(gathered.all.spans.map(({ service, scope }) => `${service} ${scope?.name ?? ''}`).filter((each) => each !== 'big s')).toHaveLength(1);
    });

    it.each(framings)('%s, what is whole is kept where it breaks off or is broken, and that is said', (_how, frame) => {
      const bytes = Buffer.concat([frame(group.length), group]);
      let before = 1500;
      for (let length = 200_000; length < 200_300; length += 7) {
        const { reader } = readInput(inChunks(Uint8Array.from(bytes.subarray(0, length)), 10_000), long);
        expect([length, reader.spanCount >= before, reader.problems.texts.length]).toEqual([length, true, 1]);
        before = reader.spanCount;
      }
      for (const value of [0, 0xff, 0x0b]) {
        const broken = Uint8Array.from(bytes).fill(value, 200_000, 200_050), { reader } = readInput(inChunks(broken, 10_000), long);
        expect([reader.isDone, reader.spanCount >= 1500, reader.problems.texts.length > 0]).toEqual([true, true, true]);
      }
    });
  });

  it('goes on behind a message of protobuf that cannot be read', () => {
    const message = Buffer.from((formats.find(({ id }) => id === 'otlp-protobuf') as Format).encode?.(spansOf(decoded(formats.find(({ id }) => id === 'otlp-json') as Format, line(1, 'n'.repeat(100)), lenient))) ?? []);
    const framed = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(0, 0, 0, bytes.length), bytes]), broken = Buffer.from(message).fill(0xff, 2);
    const { reader } = readInput([Uint8Array.from(Buffer.concat([framed(message), framed(broken), framed(message)]))]);
    expect([reader.spanCount, reader.problems.texts]).toEqual([2, [expect.stringMatching(/^the message at byte \d+ cannot be read/)]]);
  });

  it('may be one value that is longer than what is held: its spans are given while it goes on', () => {
    const counts: number[] = [];
    const { reader, gathered } = readInput(inChunks(utf8(longRequest), 10_000), { mostBytes: 200_000, longValueBytes: 100_000 }, ({ spanCount }) => { counts.push(spanCount); });
    expect([reader.spanCount, reader.cut, [...reader.problems.texts], reader.bytes]).toEqual([4000, undefined, [], longRequest.length]);
    expect(counts[20]).toBeGreaterThan(500);
    expect(new Set(gathered.all.spans.map(({ service, scope }) => `${service} ${scope?.name}`))).toEqual(new Set(['big s']));
  });

  it('keeps what is whole of a long value that breaks off, and goes on behind it', () => {
    const half = longRequest.slice(0, 400_000);
    const { reader } = readInput(inChunks(utf8(`${half}\n${many(500).join('\n')}\n`), 10_000), { longValueBytes: 100_000 });
    const whole = half.split('},{').length - 1;
    expect(reader.spanCount).toBe(whole + 500);
    expect(reader.problems.texts).toEqual([expect.stringMatching(/^a record at byte \d+ cannot be read/)]);
    expect(readInput(inChunks(utf8(half), 10_000), { longValueBytes: 100_000 }).reader.spanCount).toBe(whole);
  });

  it('repeats little of a long value in its pieces, however much stands in front of its lists', () => {
    const front = [...Array.from({ length: 5000 }, (_, i) => `"m${i}":${i}`), ...Array.from({ length: 12 }, (_, i) => `"long${i}":"${'x'.repeat(200_000)}"`)].join(',');
    const sizes: number[] = [], format = { ...(formats.find(({ id }) => id === 'otlp-json') as Format) };
    const spy: Format = { ...format, decode: (bytes, batch, options) => { sizes.push(bytes.length); format.decode(bytes, batch, options); } };
    const text = longRequest.replace('"spans":[', `${front},"spans":[${Array.from({ length: 20_000 }, (_, i) => longSpan(4000 + i)).join(',')},`);
    const { reader } = readInput(inChunks(utf8(text), 100_000), { longValueBytes: 100_000, formats: [spy] });
    expect([reader.spanCount, reader.problems.texts, sizes.length > 1]).toEqual([24_000, [], true]);
    expect(Math.max(...sizes.slice(1))).toBeLessThan(2_000_000);
  });

  it('opens no long value whose brackets do not match, and never stops', () => {
    for (const bad of [',}]', ':', '{', '}}', ']', '"', '\u0001', '{"a":[}', ',,', '"a" "b"']) {
      const { reader } = readInput(inChunks(utf8(`${longRequest.slice(0, 300_000)}${bad}${longRequest.slice(300_000)}`), 10_000), { longValueBytes: 100_000 });
      expect([bad, reader.isDone, reader.spanCount > 1500]).toEqual([bad, true, true]);
    }
  });

  it('says of a list that is not closed that something may be missing, where nothing else tells it', () => {
    const list = `[${many(3).join(',\n')}`, told = 'the list is not closed: what follows may be missing';
    for (const text of [list, `\uFEFF \n${list},\n`]) expect(readInput(inChunks(utf8(text), 100)).reader.problems.texts).toEqual([told]);
    for (const text of [`${list}]`, many(3).join('\n'), `${list}]\n${list}]\n`, '[{"ph":"X","name":"a","ts":1,"dur":1,"pid":1,"tid":1},\n']) expect(readInput(inChunks(utf8(text), 100)).reader.problems.texts).toEqual([]);
    expect(readInput([utf8(list.slice(0, -10))]).reader.problems.texts).not.toContain(told);
  });

  it('is found behind whatever a program printed before its first span, text or JSON', () => {
    const text = Array.from({ length: 9000 }, (_, i) => `2026-11-21 00:00:00,${i} INFO module Something happened ${i * 7919}`), objects = Array.from({ length: 9000 }, (_, i) => `{"level":"info","ts":${i},"msg":"something happened","ctx":{"a":[1,"x"]}}`);
    for (const [front, passed] of [[text, 'lines are not JSON and were passed over'], [objects, 'objects are no records of this format and were passed over']] as const) {
      for (const size of [1 << 20, 10_000]) {
        const { reader } = readInput(inChunks(utf8([...front, ...many(50), ...front.slice(0, 100)].join('\n')), size)), counts = reader.problems.texts.map((problem) => Number(/^(\d+) /.exec(problem)?.[1]));
        expect([reader.detection?.format.id, reader.spanCount, counts.reduce((sum, count) => sum + count, 0)]).toEqual(['otlp-json', 50, 9100]);
        expect(reader.problems.texts.map((problem) => problem.replace(/^\d+ /, ''))).toEqual(expect.arrayContaining([passed, 'lines in front of the first span were passed over']));
      }
    }
    const none = readInput(inChunks(utf8(text.join('\n')), 10_000)).reader;
    expect([none.isDone, none.detection, new TextDecoder().decode(none.head.subarray(0, 20))]).toEqual([true, undefined, text[0]?.slice(0, 20)]);
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

  it('gives everything that is whole at once', () => {
    const text = `${line(1)}\n${line(2)}\n${line(3)}\n${line(4).slice(0, 20)}`, counts: number[] = [];
    readInput([utf8(text)], {}, (reader) => {
      reader.readSoFar();
      counts.push(reader.spanCount);
    });
    expect(counts).toEqual([3]);
  });

  it('goes on behind text that only begins like a record', () => {
    const bad = ['{"a', '{"a": {"b": 1', 'text { and } "quotes', '{"a": [', '{}', '{', '{"a":"b\\'];
    for (const front of bad) {
      const { reader } = readInput(inChunks(utf8(`${front}\n${many(8000).join('\n')}\n`), 4096), { mostBytes: 3 << 20 });
      expect([front, reader.spanCount, reader.cut]).toEqual([front, 8000, undefined]);
    }
  });
});

describe('what stands behind the spans of a trace and is said of all of them', () => {
  const time = (i: number): string => `2026-04-10T10:30:${String(i).padStart(2, '0')}.000Z`;
  const observations = (trace: string): object[] => Array.from({ length: 30 }, (_, i) => ({
    id: `${trace}-${i}`, traceId: trace, parentObservationId: i === 0 ? null : `${trace}-0`, type: 'SPAN', name: `step ${i}`, startTime: time(i), endTime: time(i + 1), usageDetails: {},
    ...(i % 3 === 1 ? { metadata: { resourceAttributes: { 'service.name': `svc ${i % 2}` } } } : {}),
  }));
  const langfuseTrace = (id: string): object => ({ id, observations: observations(id), name: `run ${id}`, sessionId: `session of ${id}`, userId: 'anna', projectId: 'p', bookmarked: false });
  const mlflowTrace = (id: string): object => ({
    data: { spans: Array.from({ length: 30 }, (_, i) => ({ trace_id: id.repeat(32), span_id: `${id.repeat(8)}${String(i).padStart(8, '0')}`, parent_span_id: i === 0 ? null : `${id.repeat(8)}00000000`, name: `step ${i}`, start_time_unix_nano: 1775817000000000000 + i * 1e9, end_time_unix_nano: 1775817001000000000 + i * 1e9, status: { code: 'STATUS_CODE_OK' }, attributes: { 'mlflow.spanType': '"TOOL"' } })) },
    info: { trace_id: `tr-${id.repeat(32)}`, state: 'OK', trace_metadata: { 'mlflow.trace.session': `session of ${id}` }, tags: { 'mlflow.traceName': `run ${id}` } },
  });
  const [first, second] = [langfuseTrace('t1'), langfuseTrace('t2')];

  it.each([
    ['langfuse-json', 'a trace', first, 'session.id', 'session of t1'], ['langfuse-json', 'a list of traces', { data: [first, second] }, 'session.id', 'session of t1'],
    ['mlflow-json', 'a trace', mlflowTrace('a'), 'mlflow.trace.session', 'session of a'], ['mlflow-json', 'a list of traces', { traces: [mlflowTrace('a'), mlflowTrace('b')] }, 'mlflow.trace.session', 'session of a'],
  ])('in %s of %s is told wherever it is cut', (id, _what, value, key, session) => {
    const bytes = utf8(JSON.stringify(value)), whole = gather(formats.find((format) => format.id === id) as Format, bytes);
    // Spans that were given before say nothing of the session, which the roots do.
    const told = ({ spans }: Whole): unknown => spans.map(({ attributes, agent, ...span }) => ({ ...span, ...(span.parentSpanId === undefined ? { attributes, agent } : {}) }));
    for (const size of [97, 1000]) {
      const { gathered, reader } = readInput(inChunks(bytes, size), { longValueBytes: 1, formats: formats.filter((format) => format.id === id) }, (each) => { each.readSoFar(); });
      expect([reader.problems.texts, gathered.batches > 5]).toEqual([[], true]);
      expect(told(gathered.all)).toEqual(told(whole));
      expect(gathered.all.spans.find(({ parentSpanId }) => parentSpanId === undefined)?.attributes[key]).toBe(session);
    }
    const half = readInput(inChunks(bytes.subarray(0, bytes.length >> 1), 97), { longValueBytes: 1, formats: formats.filter((format) => format.id === id) }, (each) => { each.readSoFar(); }).gathered.all.spans;
    expect(half.filter(({ resource }) => JSON.stringify(resource).includes('pending'))).toEqual([]);
  });
});

describe('objects that are of no format, or of another one', () => {
  const stranger = '{"level":"info","msg":"{"}', first = (name: string): string => readFileSync(path.join(fixtures, name), 'utf8');

  it.each([['otlp-json', line(1)], ['tutorial-json', first('tutorial-json/agentRun.json')], ['jaeger-json', first('jaeger-json/search.json')], ['go-stdouttrace', first('go-stdouttrace/compact.log')], ['chrome-trace', first('chrome-trace/agent.json')]])('are counted beside those of %s', (id, text) => {
    const plain = readInput([utf8(text)]).reader, { reader } = readInput([utf8(`${text}\n${stranger}\n${stranger}\n{}\n`)]);
    expect([reader.detection?.format.id, reader.spanCount]).toEqual([id, plain.spanCount]);
    expect(reader.problems.texts.filter((problem) => !plain.problems.texts.includes(problem))).toEqual(['2 objects are no records of this format and were passed over']);
  });

  it('are not counted where a record is broken', () => {
    expect(readInput([utf8(`${line(1)}\n{"resourceSpans":[\n{"resource":\n{"a":1},\n{"b":2}\n`)]).reader.problems.texts.filter((problem) => problem.includes('no records'))).toEqual([]);
  });
});
