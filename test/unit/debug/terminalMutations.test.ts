import { describe, expect, it } from 'vitest';
import { environmentFor } from '../../../src/debug/environment.ts';
import { Layers, layerOf } from '../../../src/debug/layers.ts';
import { terminalMutations } from '../../../src/debug/terminalMutations.ts';

const hooks = { node: '/ext/dist/hook/node/hook.cjs', python: '/ext/dist/hook/python' };

function mutations(outer: object = {}): Record<string, string> {
  const existing = new Layers([layerOf('the editor', outer)], 'exact');
  const environment = environmentFor({ endpoints: { http: 'http://127.0.0.1:4318' }, hooks, content: 'default', delimiter: ':' }, existing);
  return Object.fromEntries([...terminalMutations(environment, existing, hooks, ':')].map(([name, { kind, value }]) => [name, `${kind} ${value}`]));
}

describe('the variables of new terminals', () => {
  it('are set, with what others may add to only added to', () => {
    expect(mutations()).toEqual({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'replace http://127.0.0.1:4318',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'replace http/protobuf',
      OTEL_BSP_SCHEDULE_DELAY: 'replace 200',
      OTEL_BLRP_SCHEDULE_DELAY: 'replace 200',
      SPANSCOPE_ENDPOINT: 'replace http://127.0.0.1:4318',
      NODE_OPTIONS: 'append  --require /ext/dist/hook/node/hook.cjs',
      PYTHONPATH: 'replace /ext/dist/hook/python',
    });
  });

  it('go in front of a PYTHONPATH that is there', () => {
    expect(mutations({ PYTHONPATH: '/lib' })['PYTHONPATH']).toBe('prepend /ext/dist/hook/python:');
  });

  it('load no hook twice when the editor was started in a terminal of ours', () => {
    const inside = mutations({ PYTHONPATH: '/old/dist/hook/python:/lib', NODE_OPTIONS: '--inspect --require /old/dist/hook/node/hook.cjs' });
    expect([inside['PYTHONPATH'], inside['NODE_OPTIONS']]).toEqual(['replace /ext/dist/hook/python:/lib', 'replace --inspect --require /ext/dist/hook/node/hook.cjs']);
  });

  it('leave the user’s address', () => {
    expect(mutations({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://traces.example.com' })).not.toHaveProperty('OTEL_EXPORTER_OTLP_ENDPOINT');
  });
});
