import { describe, expect, it } from 'vitest';
import type { Format } from '../../../src/formats/format.ts';
import { InputReader } from '../../../src/formats/inputReader.ts';
import type { InputOptions } from '../../../src/formats/inputReader.ts';
import { fileLimits } from '../../../src/formats/limits.ts';
import { formats } from '../../../src/formats/registry.ts';
import { rowsOf } from './rows.ts';
import { refusal, utf8 } from './batches.ts';

const count = 60, hex = (i: number, digits: number): string => (i + 1).toString(16).padStart(digits, '0');
const numbers = Array.from({ length: count }, (_, i) => i);
const traceId = 'a'.repeat(32);

/** What is read of a text, in chunks. */
function read(text: string, size: number, more: Partial<InputOptions> = {}): { readonly names: readonly string[]; readonly services: ReadonlySet<string>; readonly problems: readonly string[]; readonly format: string | undefined } {
  const names: string[] = [], services = new Set<string>();
  const reader = new InputReader({
    formats, limits: fileLimits, mostBytes: 64 << 20, expectedBytes: 0,
    onBatch: (batch) => {
      for (const { name, service } of rowsOf(batch)) {
        if (/^step \d/.test(name) && !names.includes(name)) names.push(name);
        services.add(service);
      }
    }, ...more,
  });
  const bytes = utf8(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.slice(at, at + size));
  reader.end();
  return { names, services, problems: reader.problems.texts, format: reader.detection?.format.id };
}

const otlpSpan = (i: number): object => ({ traceId, spanId: hex(i, 16), name: `step ${i}`, startTimeUnixNano: `${1_790_000_000_000_000_000n + BigInt(i)}`, attributes: [{ key: 'a', value: { stringValue: `text ${i}` } }], links: [{ traceId, spanId: hex(i, 16) }] });
const service = (name: string): object => ({ attributes: [{ key: 'service.name', value: { stringValue: name } }] });
const iso = (i: number): string => new Date(1_790_000_000_000 + i * 1000).toISOString();
const values: readonly (readonly [id: string, value: object])[] = [
  ['otlp-json', { resourceSpans: [{ resource: service('svc'), scopeSpans: [{ scope: { name: 's' }, spans: numbers.map(otlpSpan) }] }] }],
  ['jaeger-json', { data: [{ traceID: traceId, processes: { p1: { serviceName: 'svc', tags: [] } }, spans: numbers.map((i) => ({ traceID: traceId, spanID: hex(i, 16), operationName: `step ${i}`, references: [{ refType: 'CHILD_OF', traceID: traceId, spanID: hex(0, 16) }], startTime: 1_790_000_000_000_000 + i, duration: 5, tags: [{ key: 'a', type: 'string', value: `text ${i}` }], logs: [], processID: 'p1' })) }] }],
  ['tutorial-json', { trace_id: 'run-1', spans: numbers.map((i) => ({ span_id: `span-${i}`, parent_span_id: null, name: `step ${i}`, start_time: iso(i), end_time: iso(i + 1), duration_ms: 1000, status: 'ok', attributes: { a: `text ${i}` }, events: [] })) }],
  ['chrome-trace', { traceEvents: numbers.map((i) => ({ name: `step ${i}`, ph: 'X', ts: i * 10, dur: 5, pid: 1, tid: 1, args: { a: `text ${i}`, b: { c: 1 } } })) }],
  ['zipkin-json', numbers.map((i) => ({ traceId, id: hex(i, 16), name: `step ${i}`, timestamp: 1_790_000_000_000_000 + i, duration: 5, localEndpoint: { serviceName: 'svc' }, tags: { a: `text ${i}` } }))],
  ['langfuse-json', { trace: { id: 't', name: 'run' }, observations: numbers.map((i) => ({ id: `o${i}`, traceId: 't', type: 'SPAN', name: `step ${i}`, startTime: iso(i), endTime: iso(i + 1), parentObservationId: null, metadata: { a: `text ${i}` } })) }],
  ['mlflow-json', { info: { trace_id: 'tr-1' }, data: { spans: numbers.map((i) => ({ trace_id: traceId, span_id: hex(i, 16), parent_span_id: null, name: `step ${i}`, start_time_unix_nano: 1_790_000_000_000 + i, end_time_unix_nano: 1_790_000_000_500 + i, status: { code: 'STATUS_CODE_OK', message: '' }, attributes: { 'mlflow.spanType': '"TOOL"', a: `text ${i}` } })) } }],
  ['langsmith-json', { runs: numbers.map((i) => ({ id: `r${i}`, trace_id: 't', run_type: 'tool', name: `step ${i}`, dotted_order: `20260101T000000${String(i).padStart(6, '0')}Zr${i}`, start_time: iso(i), end_time: iso(i + 1), inputs: { a: `text ${i}` }, outputs: {} })) }],
  ['openai-agents', { data: numbers.map((i) => ({ object: 'trace.span', id: `span_${i}`, trace_id: 'trace_1', parent_id: null, started_at: iso(i), ended_at: iso(i + 1), span_data: { type: 'function', name: `step ${i}`, input: `text ${i}` }, error: null })) }],
  ['phoenix-json', { data: numbers.map((i) => ({ name: `step ${i}`, context: { trace_id: traceId, span_id: hex(i, 16) }, span_kind: 'TOOL', parent_id: null, start_time: iso(i), end_time: iso(i + 1), status_code: 'OK', status_message: '', attributes: { a: `text ${i}` }, events: [] })), next_cursor: null }],
  ['python-spans', { spans: numbers.map((i) => ({ name: `step ${i}`, context: { trace_id: `0x${traceId}`, span_id: `0x${hex(i, 16)}`, trace_state: '[]' }, kind: 'SpanKind.INTERNAL', parent_id: null, start_time: iso(i), end_time: iso(i + 1), status: { status_code: 'UNSET' }, attributes: { a: `text ${i}` }, events: [], links: [], resource: { attributes: { 'service.name': 'svc' }, schema_url: '' } })) }],
];

/** What makes JSON unreadable in the middle of a span: a word that is none, a quote, a comma or a bracket that is gone or too many, bytes that are gone, a break. */
const flaws: readonly (readonly [what: string, damage: (text: string) => string])[] = [
  ['a value of another language', (text) => text.replace('"text 30"', 'undefined')],
  ['a quote that is missing', (text) => text.replace('"text 30"', '"text 30')],
  ['a quote too many', (text) => text.replace('"text 30"', '"te"xt 30"')],
  ['a comma that is missing', (text) => text.replace(/,(\s*)("[^"]*": ?"?step 30")/, '$1$2').replace(/,(\s*\{(?:[^{}]|\{[^{}]*\})*step 30")/, '$1')],
  ['a bracket too many', (text) => text.replace('"text 30"', '"text 30"]')],
  ['a brace too many', (text) => text.replace('"text 30"', '"text 30"}}')],
  ['bytes that are gone', (text) => text.replace(/step 30"[^]{25}/, 'step 3')],
  ['bytes that were never written', (text) => text.replace('"text 30"', '\0'.repeat(9))],
  ['a text that breaks off', (text) => text.replace('text 30"', 'text\n')],
];

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe('a flaw in one of many spans', () => {
  it.each(values.flatMap(([id, value]) => flaws.map(([what, damage]) => [id, what, value, damage] as const)))('of %s, %s, leaves the others', (id, _what, value, damage) => {
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2), JSON.stringify(value, null, '\t'), JSON.stringify(value, null, 1).replaceAll(/\n +/g, '\n')]) {
      const damaged = damage(text), [size, more] = [damaged.length, {}] as const;
      expect(damaged).not.toBe(text);
      for (const [chunk, options] of [[size, more], [500, { longValueBytes: 1000 }]] as const) {
        const { names, problems, format } = read(damaged, chunk, options), missing = numbers.filter((i) => !names.includes(`step ${i}`));
        expect(format).toBe(id);
        expect(missing.filter((i) => i < 29 || i > 31)).toEqual([]);
        if (missing.length > 0 && !isJson(damaged)) expect(problems.length).toBeGreaterThan(0);
      }
    }
  });

  const group = (name: string, from: number): object => ({ resource: service(name), scopeSpans: [{ scope: { name: 's' }, spans: numbers.slice(from, from + 20).map(otlpSpan) }] });
  const three = JSON.stringify({ resourceSpans: [group('first', 0), group('second', 20), group('third', 40)] });

  it('is told with what was left out for it, as bytes of the file', () => {
    const damaged = three.replace('text 30', 'text "30'), from = damaged.indexOf(`{"traceId":"${traceId}","spanId":"${hex(30, 16)}","name"`), to = damaged.indexOf(`{"traceId":"${traceId}","spanId":"${hex(31, 16)}","name"`);
    const { names, problems } = read(damaged, 1 << 20);
    expect(names.length).toBe(59);
    expect(problems).toEqual([`bytes ${from} to ${to} were left out: what stands at byte ${damaged.indexOf('text "30') + 6} cannot be read ("," or "}" expected)`]);
    expect(read(`\uFEFF${damaged}`, 1 << 20).problems[0]).toMatch(`bytes ${from + 3} to ${to + 3} were`);
  });

  it('leaves each of the others where it was, also where it is the last one of a group, and where there are several', () => {
    for (const [size, more] of [[1 << 20, {}], [500, { longValueBytes: 1000 }]] as const) {
      const groups = new Map<string, string>();
      const damaged = [5, 19, 39, 40, 59].reduce((text, i) => text.replace(`"text ${i}"`, `"text ${i}`), three);
      read(damaged, size, { ...more, onBatch: (batch) => { for (const { name, service: of } of rowsOf(batch)) groups.set(name, of); } });
      const expected = numbers.filter((i) => ![5, 19, 39, 40, 59].includes(i)).map((i) => [`step ${i}`, i < 20 ? 'first' : i < 40 ? 'second' : 'third']);
      expect([...groups].filter(([name]) => name !== 'step 40')).toEqual(expected.filter(([name]) => name !== 'step 40'));
    }
  });

  it('leaves the others where it is nested more deeply than anything may be', () => {
    const { names, problems } = read(three.replace('{"stringValue":"text 30"}', `${'{"arrayValue":{"values":['.repeat(300)}1${']}}'.repeat(300)}`), 1 << 20);
    expect([names.length, problems]).toEqual([59, [expect.stringMatching(/^bytes \d+ to \d+ were left out: .*nested too deeply/)]]);
  });

  it('leaves what stands behind it on the same line or behind it in the file, and never takes what is in a span for one', () => {
    const line = (i: number): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [otlpSpan(i), otlpSpan(i + 1)] }] }] });
    for (const between of ['\n', '', '\r\n']) {
      const text = numbers.filter((i) => i % 2 === 0).map(line).join(between), { names } = read(text.replace('"text 31"', '"text 31'), 1 << 20);
      expect(names).toEqual(numbers.filter((i) => i !== 31).map((i) => `step ${i}`));
    }
  });
});

describe('what careless programs write', () => {
  it('is read as they mean it: commas behind the last one, tabs in texts, backslashes in front of anything', () => {
    const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"${traceId}","spanId":"${hex(0, 16)}","name":"step 1\tC:\\Users\u001b[0m","attributes":[{"key":"a","value":{"arrayValue":{"values":[{"stringValue":"\\x41\\u12"},]}},},],"x":[{"y":[1,2,],},],},],},],},],}`;
    for (const size of [1 << 20, 1]) {
      const { names, problems } = read(text, size);
      expect([names, problems]).toEqual([['step 1\tC:\\Users\u001b[0m'], []]);
    }
  });

  it('is refused from the network', () => {
    const otlp = formats.find(({ id }) => id === 'otlp-json');
    for (const bad of ['{"resourceSpans":[],}', '{"resourceSpans":[{},]}', '{"a":"\t"}', '{"a":"\\x"}', '{"resourceSpans":[{"x":[1,]}]}', '{"x":{"y":"\t"}}']) {
      expect([bad, refusal(otlp as Format, bad)]).toEqual([bad, 'undecodable']);
    }
  });
});
