import fc from 'fast-check';
import { expect, it } from 'vitest';
import { OriginTable } from '../../../src/collector/store/origins.ts';
import { RowInput } from '../../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../../src/collector/store/traceColumns.ts';
import { searchRows } from '../../../src/collector/traceSearch.ts';
import { live } from '../../../src/formats/live.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import { stepOf } from '../../../src/model/conventions/registry.ts';
import { roles } from '../../../src/model/role.ts';
import { spanKinds, statusCodes } from '../../../src/model/span.ts';
import { metaKind, metaRole, metaStatus } from '../../../src/model/traceRows.ts';
import { parseQuery } from '../../../src/query/parse.ts';
import type { QuerySpan } from '../../../src/query/query.ts';
import { decoded } from '../formats/batches.ts';

/** Few words, so that much repeats and much is found. */
const word = fc.constantFrom('chat', 'Claude-Sonnet', 'read_file', 'K\u212aelvin', '\u0130zmir', 'Größe', 'a.b*c', '443', '-1', 'x', '{"path": "src/a.py"}', 'true', 'NaN');
const number = fc.oneof(fc.constantFrom(0, 443, 1443, 8080, 70_443, -1, 0.5, 1e21), fc.integer({ min: 0, max: 3000 }));
const value: fc.Arbitrary<unknown> = fc.oneof(word, word, word, number, fc.boolean(), fc.array(fc.oneof(word, number), { maxLength: 3 }), fc.dictionary(word, word, { maxKeys: 2 }), fc.tuple(word, fc.string({ maxLength: 6 })).map((pair) => pair.join(' ')));
const keys = ['gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.tool.name', 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'gen_ai.agent.name', 'server.port', 'note', 'http.request.method'];
const attributes = fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 7 });
const span = fc.record({
  name: fc.constantFrom('chat gpt-4o', 'execute_tool read_file', 'GET /items', 'invoke_agent planner', 'tool:search', 'llm_call'), type: fc.constantFrom('span', 'span', 'span', 'start'),
  service: fc.constantFrom('planner', 'Worker', ''), status: fc.constantFrom('ok', 'error', 'unset'), message: fc.constantFrom(undefined, 'Timed out after 443 ms'),
  length: fc.integer({ min: 0, max: 5_000_000 }), attributes, event: fc.option(fc.record({ name: word, attributes })), update: fc.option(attributes, { freq: 6 }), log: fc.option(word, { freq: 6 }),
});
type Drawn = typeof span extends fc.Arbitrary<infer T> ? T : never;

/** A trace of these spans, each of them so often that the search makes texts of its memory. */
function traceOf(drawn: readonly Drawn[], times: number): TraceColumns {
  const messages = Array.from({ length: times }, () => drawn).flat().flatMap(({ type, name, service, status, message, length, event, update, log, ...rest }, i) => {
    const ids = { traceId: 't', spanId: `s${i}` };
    return [
      { type, span: { ...ids, name, service, startTimeUnixNano: 1_000, ...(type === 'start' ? {} : { endTimeUnixNano: 1_000 + length }), status: { code: status, message }, attributes: rest.attributes, ...(event === null ? {} : { events: [{ ...event, timeUnixNano: 1_001 }] }) } },
      ...(update === null ? [] : [{ type: 'update', ...ids, attributes: update }]),
      ...(log === null ? [] : [{ type: 'log', ...ids, timeUnixNano: 1_002, body: log }]),
    ];
  });
  const batch = decoded(live, messages.map((each) => JSON.stringify(each)).join('\n')), trace = new TraceColumns('t'), input = new RowInput(batch, new OriginTable());
  for (let row = 0; row < batch.count; row++) {
    input.read(row);
    trace.append(input);
  }
  for (const log of batch.logs) trace.appendLog(input, log);
  trace.settle();
  return trace;
}

function textsOf(of: AttributeValue): string[] {
  if (typeof of === 'string' || typeof of === 'number' || typeof of === 'bigint') return [String(of)];
  if (of === null || typeof of === 'boolean' || of instanceof Uint8Array) return [];
  return [...(of as ReadonlyMap<string, AttributeValue>).values()].flatMap(textsOf);
}

/** A span as queries see it, with everything decoded at once. */
function plainSpan(trace: TraceColumns, row: number): QuerySpan {
  const { texts } = trace.texts, meta = trace.meta[row] as number, { attributes: own, events } = trace.contents.contentOf(trace, row), origin = trace.contents.originOf(trace, row);
  const name = texts[trace.name[row] as number] as string, kind = spanKinds[metaKind(meta)] ?? 'unspecified', duration = trace.duration[row] as number;
  const all = [...textsOf(own), ...events.flatMap((event) => [event.name, ...textsOf(event.attributes)]), ...trace.logs.ofRow(row).flatMap((log) => [...textsOf(log.body), ...textsOf(log.attributes)])];
  return {
    traceId: 't', spanId: trace.spanIdOf(row), name, subject: texts[trace.subject[row] as number] as string, service: texts[trace.service[row] as number] as string,
    role: roles[metaRole(meta)] ?? 'other', kind, status: statusCodes[metaStatus(meta)] ?? 'unset', statusMessage: trace.contents.statusMessageOf(row), marks: trace.marks[row] as number,
    durationNs: Number.isNaN(duration) ? Infinity : duration,
    attribute: (key) => own.get(key) ?? origin.resource.attributes.get(key),
    step: () => stepOf({ name, kind, scopeName: origin.scope.name, attributes: own, events, logs: [] }),
    hasId: (spanId) => spanId === trace.spanIdOf(row),
    someText: ({ test }) => all.some(test),
  };
}

const part = fc.tuple(word, fc.nat(8), fc.integer({ min: 1, max: 6 })).map(([text, from, length]) => text.slice(from, from + length)).filter((text) => /^[^\s"()]+$/.test(text));
const wanted = fc.oneof(part, part, word.filter((text) => /^[^\s"()]+$/.test(text)), fc.tuple(part, part).map(([a, b]) => `${a}*${b}`), part.map((text) => text.toUpperCase()), fc.constantFrom('443', 'k', 'i', 'e', '1', '*'));
const term = fc.oneof(
  wanted.map((text) => `"${text}"`), wanted.map((text) => `"${text}"`),
  fc.tuple(fc.constantFrom(...keys, 'missing', 'service.name'), fc.constantFrom(':', '=', '!=', '~', '>', '<='), wanted).map(([key, operator, text]) => `${key}${operator}"${text}"`),
  fc.tuple(fc.constantFrom('service', 'name', 'model', 'tool', 'agent', 'message', 'span'), fc.constantFrom(':', '=', '!=', '~'), wanted).map(([key, operator, text]) => `${key}${operator}"${text}"`),
  fc.tuple(fc.constantFrom('tokens', 'cost', 'duration'), fc.constantFrom('>', '<', '>=', '!='), fc.integer({ min: 0, max: 3000 })).map(([key, operator, amount]) => `${key}:${operator}${amount}`),
  fc.constantFrom('has:error', 'has:open', 'has:tokens', 'has:note', 'has:cost', 'status:error', 'status:ok', 'status:running', 'role:tool,llm', 'role!=other', 'kind:internal', 'spans:>2', 's1'),
);
const query = fc.letrec<{ query: string }>((tie) => ({
  query: fc.oneof({ maxDepth: 2 }, term, term, tie('query').map((inner) => `-(${inner})`), fc.tuple(tie('query'), tie('query')).map(([a, b]) => `${a} ${b}`), fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a} OR ${b})`)),
})).query;

it('a search finds what looking at every decoded span finds, whatever the query and the spans', async () => {
  await fc.assert(fc.asyncProperty(fc.array(span, { minLength: 1, maxLength: 8 }), fc.constantFrom(1, 6), fc.array(query, { minLength: 1, maxLength: 6 }), async (drawn, times, queries) => {
    const trace = traceOf(drawn, times), spans = Array.from({ length: trace.count }, (_, row) => plainSpan(trace, row));
    for (const text of queries) {
      const parsed = parseQuery(text).query;
      if (parsed === undefined) continue;
      const expected = spans.flatMap((each, row) => (!trace.isPlaceholder(row) && parsed.matchesSpan(each) ? [row] : []));
      const { rows } = await searchRows(trace, text, undefined, Infinity);
      expect([text, ...new Uint32Array(rows)]).toEqual([text, ...expected]);
    }
  }), { numRuns: 300 });
});
