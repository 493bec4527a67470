import { describe, expect, it } from 'vitest';
import { contentVariables } from '../../../src/debug/contentVariables.ts';
import { environmentFor } from '../../../src/debug/environment.ts';
import type { Wish } from '../../../src/debug/environment.ts';
import { Layers, layerOf } from '../../../src/debug/layers.ts';

const http = 'http://127.0.0.1:4318', grpc = '127.0.0.1:4317';
const wish: Wish = {
  endpoints: { http, grpc, webSocket: 'ws://127.0.0.1:4318/v1/spans' }, token: 'secret', session: { id: 'run-1', name: 'Run agent' }, workspace: 'shop',
  hooks: { node: '/ext/dist/hook/node/hook.cjs', python: '/ext/dist/hook/python' }, content: 'default', delimiter: ':',
};
const layers = (env: object = {}, outer: object = {}): Layers => new Layers([layerOf('the launch configuration', env), layerOf('the environment of the editor', outer)], 'exact');
const set = (part: Partial<Wish> = {}, env: object = {}, outer: object = {}): Record<string, string> => Object.fromEntries(environmentFor({ ...wish, ...part }, layers(env, outer)).variables);

describe('the environment of a program', () => {
  it('leads to the receiver, names the run and loads both hooks', () => {
    expect(set()).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: http,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_BSP_SCHEDULE_DELAY: '200',
      OTEL_BLRP_SCHEDULE_DELAY: '200',
      SPANSCOPE_ENDPOINT: http,
      SPANSCOPE_TOKEN: 'secret',
      OTEL_RESOURCE_ATTRIBUTES: 'spanscope.session.id=run-1,spanscope.session.name=Run%20agent,spanscope.workspace=shop',
      PYTHONPATH: '/ext/dist/hook/python',
      NODE_OPTIONS: '--require /ext/dist/hook/node/hook.cjs',
    });
  });

  it('adds to values that can hold several things', () => {
    expect(set({}, { NODE_OPTIONS: '--max-old-space-size=4096', PYTHONPATH: '/lib:/more' }, { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=dev' })).toMatchObject({
      NODE_OPTIONS: '--max-old-space-size=4096 --require /ext/dist/hook/node/hook.cjs',
      PYTHONPATH: '/ext/dist/hook/python:/lib:/more',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=dev,spanscope.session.id=run-1,spanscope.session.name=Run%20agent,spanscope.workspace=shop',
    });
  });

  it.each(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])('leaves an address that the user has set, and all that belongs to it: %s', (name) => {
    const { variables, elsewhere, kept } = environmentFor({ ...wish, content: 'on' }, layers({}, { [name]: 'https://traces.example.com' }));
    expect(elsewhere).toEqual({ name, value: 'https://traces.example.com', by: 'the environment of the editor' });
    expect(kept).toEqual([elsewhere]);
    expect([...variables.keys()].toSorted()).toEqual(['NODE_OPTIONS', 'OTEL_RESOURCE_ATTRIBUTES', 'PYTHONPATH', 'SPANSCOPE_ENDPOINT', 'SPANSCOPE_TOKEN']);
  });

  it('tells a foreign address nothing but an id', () => {
    expect(set({}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.example.com' })['OTEL_RESOURCE_ATTRIBUTES']).toBe('spanscope.session.id=run-1');
  });

  it('takes a variable that was removed on purpose for a choice', () => {
    expect(environmentFor(wish, layers({ OTEL_EXPORTER_OTLP_ENDPOINT: null })).elsewhere?.by).toBe('the launch configuration');
  });

  it('takes the place of the address when asked to', () => {
    const env = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example.com', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(set({ isOverriding: true }, env)).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: http, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${http}/v1/traces`, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
  });

  it('leads exporters of gRPC to the same address, where gRPC is taken as well', () => {
    const variables = set({}, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(variables['OTEL_EXPORTER_OTLP_ENDPOINT']).toBe(http);
    expect(variables).not.toHaveProperty('OTEL_EXPORTER_OTLP_PROTOCOL');
  });

  it('takes an empty value for none, as SDKs do, whatever is around it', () => {
    expect(set({}, { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_BSP_SCHEDULE_DELAY: '' }, { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.example.com' })).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: http, OTEL_BSP_SCHEDULE_DELAY: '200' });
  });

  it('keeps delays that the user has set, and says so', () => {
    const { variables, kept } = environmentFor(wish, layers({ OTEL_BSP_SCHEDULE_DELAY: 5000 }));
    expect(variables.has('OTEL_BSP_SCHEDULE_DELAY')).toBe(false);
    expect(kept).toEqual([{ name: 'OTEL_BSP_SCHEDULE_DELAY', value: '5000', by: 'the launch configuration' }]);
  });

  it('takes what another window of ours has set for nobody’s wish', () => {
    const old = 'http://127.0.0.1:4999';
    const variables = set({}, {}, { OTEL_EXPORTER_OTLP_ENDPOINT: old, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf', OTEL_BSP_SCHEDULE_DELAY: '200', SPANSCOPE_ENDPOINT: old, SPANSCOPE_TOKEN: 'old' });
    expect(variables).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: http, SPANSCOPE_TOKEN: 'secret', OTEL_BSP_SCHEDULE_DELAY: '200' });
  });

  it('loads no hook where the user has turned it off, and none that is not there', () => {
    expect(set({}, { SPANSCOPE_HOOK: 'off' })).not.toHaveProperty('NODE_OPTIONS');
    const variables = set({ hooks: {} });
    expect(variables).not.toHaveProperty('NODE_OPTIONS');
    expect(variables).not.toHaveProperty('PYTHONPATH');
  });

  it('is empty when nothing listens, and when what listens is not this machine by number', () => {
    expect(set({ endpoints: {} })).toEqual({});
    for (const address of ['http://192.168.0.2:4318', 'http://localhost:4318', 'http://127.0.0.1:4318/x', 'https://127.0.0.1.example.com:4318']) expect(set({ endpoints: { http: address } })).toEqual({});
  });

  it('works over gRPC alone, without what needs the live protocol', () => {
    const variables = set({ endpoints: { grpc } });
    expect(variables).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://${grpc}`, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
    expect(Object.keys(variables).filter((name) => name.startsWith('SPANSCOPE_') || name === 'NODE_OPTIONS')).toEqual([]);
  });
});

describe('the switch for content', () => {
  it('leaves each library to itself by default', () => {
    expect(contentVariables.filter(({ name }) => name in set())).toEqual([]);
  });

  it.each(['on', 'off'] as const)('tells every known instrumentation when it is %s', (content) => {
    expect(set({ content })).toMatchObject(Object.fromEntries(contentVariables.map((variable) => [variable.name, variable[content]])));
  });

  it('never changes what the user has said about it', () => {
    expect(set({ content: 'on' }, {}, { TRACELOOP_TRACE_CONTENT: 'false' })).not.toHaveProperty('TRACELOOP_TRACE_CONTENT');
  });

  it('speaks of modes to programs with the newest conventions', () => {
    const optIn = { OTEL_SEMCONV_STABILITY_OPT_IN: 'http, gen_ai_latest_experimental' };
    const name = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT';
    expect([set({ content: 'on' }, optIn)[name], set({ content: 'off' }, optIn)[name]]).toEqual(['SPAN_ONLY', 'NO_CONTENT']);
  });

  it('turns content off, but never on, where spans go to others', () => {
    const elsewhere = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.example.com' };
    expect(set({ content: 'on' }, elsewhere)).not.toHaveProperty('TRACELOOP_TRACE_CONTENT');
    expect(set({ content: 'off' }, elsewhere)['TRACELOOP_TRACE_CONTENT']).toBe('false');
  });
});
