import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/formats/detect.ts';
import { DecodeError } from '../../../src/formats/format.ts';
import type { Format } from '../../../src/formats/format.ts';
import { formatById, formats } from '../../../src/formats/registry.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, spansOf } from './batches.ts';
import { dump } from './dump.ts';
import { summaryOf } from './rows.ts';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures/formats');
const samples = path.resolve(import.meta.dirname, '../../../../shared/samples');
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

interface Expected { readonly file: string; readonly format?: string; readonly compressed?: string; readonly log_records?: number; readonly metrics?: number; readonly [count: string]: unknown }

/** Names that the counts of the samples have for formats of the registry. */
const sampleFormats = new Map([
  ['otlp-json', 'otlp-json'], ['otlp-protobuf', 'otlp-protobuf'], ['jaeger', 'jaeger-json'], ['jaeger-storage', 'jaeger-json'],
  ['otel-python-console', 'python-spans'], ['otel-python-like', 'python-spans'], ['js-readable-span', 'js-spans'], ['js-console', 'node-console'], ['copilot-debug-log', 'copilot-debug-log'], ['go-stdouttrace', 'go-stdouttrace'],
  ['phoenix', 'phoenix-json'], ['phoenix-dataframe', 'phoenix-json'],
  ['langsmith-runs', 'langsmith-json'], ['langsmith-batch', 'langsmith-json'], ['weave', 'weave-json'],
  ['langfuse', 'langfuse-json'], ['mlflow', 'mlflow-json'], ['openai-agents', 'openai-agents'],
  ['zipkin1', 'zipkin-json'], ['zipkin2', 'zipkin-json'], ['seed-json', 'tutorial-json'], ['chrome', 'chrome-trace'],
  ['claude-code', 'claude-code'], ['codex-rollout', 'codex'], ['opencode-events', 'opencode'], ['atif', 'atif'],
]);

/** Counts that mean something else here. */
const others = new Map<string, Readonly<Record<string, number>>>([
  // 1041 reports of 953 spans are merged; 171 reports, but only 87 spans have no duration; children of a shared span hang below the half that made them.
  ['zipkin/smartthings-mobile-web-install.json', { spans: 953, open: 87, outside: 48 }],
  // Errors that the exporter lost are derived from its exceptions, and marked.
  ['seed/seed_to_jaeger_clean.json', { errors: 1 }],
  ['seed/seed_to_jaeger_ugly.json', { errors: 1 }],
  // Instants and flows of Chrome traces were not counted in the samples.
  ['chrome-trace/chrome116_timeline_object.json', { events: 87, links: 13 }],
  ['chrome-trace/chrome65_timeline_array.json', { events: 273, links: 21 }],
  ['handmade/chrome_async_agent.json', { events: 1 }],
  ['handmade/chrome_unclosed.json', { events: 1 }],
  // Observations that came through OpenTelemetry have the resource of the program, with its service, in their metadata.
  ...['beeai-2025-08-01.merged', 'beeai-2025-08-01.trace', 'claude-agent-2025-12-22.trace', 'crewai-2025-07-11.trace', 'csharp-agent-with-gemini-2026-03-09.trace',
    'openai-agents-2025-09-30.trace', 'pydantic-ai-tools-2025-12-04.trace'].map((name) => [`langfuse/${name}.json`, { services: 1 }] as const),
  // The trace above the spans is their root; the longest text stands inside a list of messages.
  ['openai-agents/openai_agents_trace_file.json', { spans: 7, unique: 7, roots: 1, max_value: 6327 }],
  // These were not counted in the samples.
  ['otlp-protobuf/otlp_traces_js.pb', { services: 1 }],
]);

/** A time of 0 means "not recorded"; clocks without a date that begin there are moved by 1 ns. */
const fromOne = (expected: Expected): Expected => (expected.format !== 'chrome' || expected['start_ns'] !== '0' ? expected
  : { ...expected, start_ns: '1', end_ns: expected['end_ns'] === '' ? '' : String(BigInt(String(expected['end_ns'])) + 1n) });

const isThere = existsSync(path.join(samples, 'expected.json'));
const expectations = isThere
  ? (JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as Expected[]).filter(({ format }) => format !== undefined && sampleFormats.has(format))
  : [];

if (!isThere) it.skip('samples not present');

describe.runIf(isThere)('of the samples', () => {
  it.each(expectations.map((each) => [each.file, each] as const))('%s is recognised by its content and has the counts that it should', (file, expected) => {
    const stored = read(path.join(samples, file)), bytes = expected.compressed === 'gzip' ? new Uint8Array(gunzipSync(stored)) : stored;
    const found = detect(bytes, formats);
    expect(found?.format.id).toBe(sampleFormats.get(expected.format ?? ''));
    const batch = decoded(found?.format as Format, bytes, lenient), counts = summaryOf(batch);
    // The longest value is counted there with keys, so it says something only about long ones.
    const told = fromOne(expected), compared = Object.keys(counts).filter((key) => key in expected && (key !== 'max_value' || Number(expected[key]) > 100) && !(key === 'end_ns' && expected[key] === ''));
    expect(Object.fromEntries(compared.map((key) => [key, counts[key]]))).toEqual({ ...Object.fromEntries(compared.map((key) => [key, told[key]])), ...others.get(file) });
    if (expected.log_records !== undefined) expect(batch.logs.length).toBe(expected.log_records);
    if (expected.metrics !== undefined) expect(new Set(batch.metrics.map(({ instrument }) => instrument)).size).toBe(expected.metrics);
    expect(batch.rejectedCount).toBe(0);
  });

  it('everything else is recognised by no format that cannot read it', () => {
    const all = JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as Expected[];
    // No trace, but profiles of speedscope are read.
    const profile = 'other/not_a_trace_speedscope_profile.json';
    for (const { file, format, compressed } of all) {
      if (compressed === undefined && !sampleFormats.has(format ?? '') && file !== profile) expect([file, detect(read(path.join(samples, file)), formats)?.format.id]).toEqual([file, undefined]);
    }
  });

  it('the same spans are read from protobuf and from JSON', () => {
    const [protobuf, json] = ['otlp-protobuf/otlp_traces_js.pb', 'otlp-json/otlp_traces_js_same_as_pb.json'].map((file) => read(path.join(samples, file)));
    expect(spansOf(decoded(formatById('otlp-json') as Format, json as Uint8Array, lenient))).toEqual(spansOf(decoded(formatById('otlp-protobuf') as Format, protobuf as Uint8Array, lenient)));
  });
});
