import assert from 'node:assert/strict';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, eventually, int, listening, newSpanId, newTraceId, send, span, text } from './support.ts';

describe('receiving', () => {
  let api: SpanscopeApi;
  let http: string;

  before(async () => {
    api = await activated();
    http = await listening(api);
  });

  after(async () => {
    await api.clear();
    await api.stopReceiver();
  });

  it('listens on loopback and says where', () => {
    assert.match(api.endpoints.http ?? '', /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(api.endpoints.grpc ?? '', /^127\.0\.0\.1:\d+$/);
    assert.match(api.endpoints.webSocket ?? '', /^ws:\/\/127\.0\.0\.1:\d+\/v1\/spans$/);
  });

  it('stays where it is when any free port is asked for again', async () => {
    const before = { ...api.endpoints };
    assert.deepEqual(await api.startReceiver({ httpPort: 0, grpcPort: 0 }), before);
  });

  it('tells of a trace, lists it and gives its spans exactly', async () => {
    const traceId = newTraceId(), root = newSpanId();
    const told = eventually(api.onDidChangeTraces, ({ traceIds }) => traceIds.includes(traceId));
    await send(http, [
      span({ traceId, spanId: root, name: 'agent_run', startTimeUnixNano: '1763629200123456789', endTimeUnixNano: '1763629201123456790' }),
      span({
        traceId, parentSpanId: root, name: 'chat', startTimeUnixNano: '1763629200223456789', endTimeUnixNano: '1763629200323456788',
        status: { code: 2, message: 'overloaded' },
        attributes: [text('gen_ai.operation.name', 'chat'), text('gen_ai.request.model', 'gpt-5'), int('gen_ai.usage.input_tokens', 120), int('gen_ai.usage.output_tokens', 8), int('big', '9007199254740993')],
      }),
    ], 'planner');
    await told;
    const summary = (await api.listTraces()).find((trace) => trace.traceId === traceId);
    assert.deepEqual(
      { name: summary?.name, services: summary?.services, spanCount: summary?.spanCount, errorCount: summary?.errorCount, openCount: summary?.openCount, llmCalls: summary?.llmCalls, inputTokens: summary?.inputTokens, outputTokens: summary?.outputTokens },
      { name: 'agent_run', services: ['planner'], spanCount: 2, errorCount: 1, openCount: 0, llmCalls: 1, inputTokens: 120, outputTokens: 8 },
    );
    assert.equal(summary?.startUnixNano, '1763629200123456789');
    assert.equal(summary?.endUnixNano, '1763629201123456790');
    const [first, second] = await api.getTrace(traceId);
    assert.equal(first?.spanId, root);
    assert.equal(first?.parentSpanId, undefined);
    assert.equal(second?.parentSpanId, root);
    assert.equal(second?.startUnixNano, '1763629200223456789');
    assert.deepEqual(second?.status, { code: 'error', message: 'overloaded' });
    assert.equal(String(second?.attributes['big']), '9007199254740993');
    assert.equal(second?.agent?.role, 'llm');
    assert.equal(second?.agent?.model, 'gpt-5');
    assert.equal(second?.agent?.sources['model'], 'gen_ai.request.model');
  });

  it('filters by the query language and says what is wrong with a query', async () => {
    const traceId = newTraceId();
    await send(http, [span({ traceId, name: 'needle' })], 'haystack');
    const found = await api.listTraces('service:haystack name:needle');
    assert.deepEqual(found.map((trace) => trace.traceId), [traceId]);
    assert.deepEqual(await api.listTraces('service:haystack name:nothing'), []);
    await assert.rejects(api.listTraces('('), /bracket/i);
  });

  it('writes a trace to a format and refuses an unknown one', async () => {
    const traceId = newTraceId();
    await send(http, [span({ traceId, name: 'exported' })]);
    const bytes = await api.exportTrace(traceId, 'otlp-json');
    assert.match(new TextDecoder().decode(bytes), new RegExp(traceId));
    await assert.rejects(api.exportTrace(traceId, 'no-such-format'));
  });

  it('deletes everything and tells of it', async () => {
    const traceId = newTraceId();
    await send(http, [span({ traceId })]);
    const told = eventually(api.onDidChangeTraces, ({ traceIds }) => traceIds.includes(traceId));
    await api.clear();
    await told;
    assert.deepEqual(await api.listTraces(), []);
    assert.deepEqual(await api.getTrace(traceId), []);
  });

  it('stops, frees its port, and can be started again', async () => {
    const port = Number(new URL(http).port);
    await api.stopReceiver();
    assert.deepEqual(api.endpoints, {});
    await assert.rejects(fetch(`${http}/v1/traces`, { method: 'POST' }));
    const again = await api.startReceiver({ httpPort: port, grpcPort: 0 });
    assert.equal(again.http, http);
  });
});
