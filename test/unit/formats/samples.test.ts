import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../src/collector/files/byteSource.ts';
import { FileReading } from '../../../src/collector/files/fileReading.ts';
import { detect } from '../../../src/formats/detect.ts';
import type { Format } from '../../../src/formats/format.ts';
import { formatById, formats } from '../../../src/formats/registry.ts';
import type { SpanBatch } from '../../../src/model/spanBatch.ts';
import type { FileReport } from '../../../src/protocol/files.ts';
import { decoded, lenient, spansOf } from './batches.ts';
import { rowsOf, summaryOf } from './rows.ts';
import type { RowView } from './rows.ts';

const samples = path.resolve(import.meta.dirname, '../../../../shared/samples');
const read = (file: string): Uint8Array => new Uint8Array(readFileSync(path.join(samples, file)));

/** What a file is expected to be; its members, if it is an archive. */
interface Expected { readonly format?: string; readonly compressed?: string; readonly members?: Readonly<Record<string, Expected>>; readonly [count: string]: unknown }
const isThere = existsSync(path.join(samples, 'expected.json'));
const all = isThere ? JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as (Expected & { readonly file: string })[] : [];

/** Names that the counts have for formats of the registry. */
const formatIds = new Map([
  ['otlp-json', 'otlp-json'], ['otlp-protobuf', 'otlp-protobuf'], ['jaeger', 'jaeger-json'], ['jaeger-storage', 'jaeger-json'],
  ['otel-python-console', 'python-spans'], ['otel-python-like', 'python-spans'], ['js-readable-span', 'js-spans'], ['js-console', 'node-console'], ['copilot-debug-log', 'copilot-debug-log'], ['go-stdouttrace', 'go-stdouttrace'],
  ['phoenix', 'phoenix-json'], ['phoenix-dataframe', 'phoenix-json'],
  ['langsmith-runs', 'langsmith-json'], ['langsmith-batch', 'langsmith-json'], ['weave', 'weave-json'],
  ['langfuse', 'langfuse-json'], ['mlflow', 'mlflow-json'], ['openai-agents', 'openai-agents'],
  ['zipkin1', 'zipkin-json'], ['zipkin2', 'zipkin-json'], ['seed-json', 'tutorial-json'], ['chrome', 'chrome-trace'],
  ['claude-code', 'claude-code'], ['codex-rollout', 'codex'], ['opencode-events', 'opencode'], ['atif', 'atif'],
]);

/** What is read differs from what was counted, and has to. */
const others = new Map<string, Readonly<Record<string, unknown>>>([
  // Reports with the same id are one span: the counts are of the 1041 records, of which some say no duration that others of the same span say.
  // Children of a shared span hang below the half that made them, so that more of them begin before or end after their parents.
  ['zipkin/smartthings-mobile-web-install.json', { spans: 953, open: 87, outside: 48 }],
  // Errors that the exporter lost are derived from its exceptions, and marked.
  ['seed/seed_to_jaeger_clean.json', { errors: 1 }],
  ['seed/seed_to_jaeger_ugly.json', { errors: 1 }],
  // Instants and flows of Chrome traces were not counted.
  ['chrome-trace/chrome116_timeline_object.json', { events: 87, links: 13 }],
  ['chrome-trace/chrome65_timeline_array.json', { events: 273, links: 21 }],
  ['handmade/chrome_async_agent.json', { events: 1 }],
  ['handmade/chrome_unclosed.json', { events: 1 }],
  // Services were not looked for there: what OpenTelemetry said stands in the metadata of observations, and the twin of the protobuf request has one.
  ...['beeai-2025-08-01.merged', 'beeai-2025-08-01.trace', 'claude-agent-2025-12-22.trace', 'crewai-2025-07-11.trace', 'csharp-agent-with-gemini-2026-03-09.trace',
    'openai-agents-2025-09-30.trace', 'pydantic-ai-tools-2025-12-04.trace'].map((name) => [`langfuse/${name}.json`, { services: 1 }] as const),
  ['otlp-protobuf/otlp_traces_js.pb', { services: 1 }],
  // No trace, but profiles of speedscope are read.
  ['other/not_a_trace_speedscope_profile.json', { format: 'speedscope' }],
]);

/** Where the longest value stands in a list of messages, under a key whose name is longer, or in an event, it is none of an attribute. */
const isLongestElsewhere = (file: string, expected: Expected): boolean => Number(expected['max_value']) <= 100 || file === 'openai-agents/openai_agents_trace_file.json';

/** Of clocks without a date that begin at 0, which means "not recorded", times are moved by 1 ns. */
const moved = (time: unknown, { format, start_ns: start }: Expected): unknown => (format === 'chrome' && start === '0' && time !== '' ? String(BigInt(String(time)) + 1n) : time);

interface Told { readonly batch: SpanBatch; readonly rows: readonly RowView[]; readonly report: FileReport }
const operationsOf = ({ rows }: Told, operation: string): RowView[] => rows.filter(({ content }) => content.attributes.get('gen_ai.operation.name') === operation);
const tools = (told: Told): RowView[] => operationsOf(told, 'execute_tool');
const withAttribute = (rows: readonly RowView[], key: string): number => rows.filter(({ content }) => content.attributes.has(key)).length;

/** How the figures that are none of spans are found. */
const figures: Readonly<Record<string, (told: Told) => number>> = {
  log_records: ({ batch }) => batch.logs.length,
  metrics: ({ batch }) => new Set(batch.metrics.map(({ instrument }) => instrument)).size,
  tool_use: (told) => withAttribute(tools(told), 'gen_ai.tool.name'),
  tool_calls: (told) => withAttribute(tools(told), 'gen_ai.tool.name'),
  tool_result: (told) => withAttribute(tools(told), 'gen_ai.tool.call.result'),
  tool_outputs: (told) => withAttribute(tools(told), 'gen_ai.tool.call.result'),
  tool_errors: (told) => tools(told).filter(({ status }) => status === 2).length,
  api_messages: (told) => withAttribute(operationsOf(told, 'chat'), 'gen_ai.response.id'),
  skipped_lines: ({ report }) => report.parts.flatMap(({ problems }) => problems).reduce((sum, problem) => sum + (/the last record is cut off/.test(problem) ? 1 : Number(/^(\d+) lines? (?:is|are) no/.exec(problem)?.[1] ?? 0)), 0),
};
/** Counts of the texts themselves: records and messages are no spans. */
const ofTexts = new Set(['records', 'messages', 'steps', 'by_type']);

function check(file: string, expected: Expected, told: Told): void {
  const counts = summaryOf(told.batch), differs = others.get(file) ?? {};
  for (const [key, value] of Object.entries(expected)) {
    if (['file', 'format', 'compressed'].includes(key) || ofTexts.has(key)) continue;
    if (key === 'max_value' && isLongestElsewhere(file, expected)) continue;
    // A trace that has not ended.
    if (key === 'end_ns' && value === '') continue;
    const wanted = key in differs ? differs[key] : key.endsWith('_ns') ? moved(value, expected) : value;
    expect([key, key in counts ? counts[key] : figures[key]?.(told)]).toEqual([key, wanted]);
  }
}

/** What a whole file gives, in its parts. */
async function readFile(bytes: Uint8Array): Promise<FileReport> {
  const reading = new FileReading({ onBatch: () => undefined });
  await reading.read(sourceOf(bytes), 'unknown');
  return reading.report;
}

if (!isThere) it.skip('samples not present');

describe.runIf(isThere)('the samples', () => {
  it('are all here', () => { expect(all.length).toBeGreaterThan(90); });

  it.each(all.filter(({ members }) => members === undefined).map((each) => [each.file, each] as const))('%s is recognised by its content and has every count that it should', async (file, expected) => {
    const stored = read(file), report = await readFile(stored), [part] = report.parts, bytes = expected.compressed === 'gzip' ? new Uint8Array(gunzipSync(stored)) : stored;
    const id = others.get(file)?.['format'] ?? formatIds.get(expected.format ?? '');
    expect(part?.format?.id).toBe(id);
    expect(detect(bytes, formats)?.format.id).toBe(id);
    if (id === undefined || expected['format'] === 'unknown') return;
    const batch = decoded(formatById(String(id)) as Format, bytes, lenient);
    check(file, expected, { batch, rows: rowsOf(batch), report });
    expect([batch.rejectedCount, part?.rejectedCount, part?.spanCount, part?.traceCount]).toEqual([0, 0, summaryOf(batch)['unique'], summaryOf(batch)['traces']]);
  });

  it.each(all.filter(({ members }) => members !== undefined).map((each) => [each.file, each] as const))('%s holds what it should', async (file, { members = {} }) => {
    const { parts } = await readFile(read(file));
    expect(parts.map(({ name, format, spanCount, traceCount }) => [name, format?.id, spanCount, traceCount]))
      .toEqual(Object.entries(members).map(([name, { format, unique, traces }]) => [name, formatIds.get(format ?? ''), unique, traces]));
  });

  it('give the same spans from protobuf and from JSON', () => {
    const spans = ([['otlp-protobuf', 'otlp-protobuf/otlp_traces_js.pb'], ['otlp-json', 'otlp-json/otlp_traces_js_same_as_pb.json']] as const)
      .map(([id, file]) => spansOf(decoded(formatById(id) as Format, read(file), lenient)));
    expect(spans[0]).toEqual(spans[1]);
  });
});
