import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Layers, layerOf } from '../../../src/debug/layers.ts';
import { TerminalEnvironment } from '../../../src/debug/terminalEnvironment.ts';
import { Tracer } from '../../../src/debug/tracer.ts';
import type { Start } from '../../../src/debug/tracer.ts';
import { EnvironmentVariableMutatorType, workspace } from '../../support/vscode.ts';

const http = 'http://127.0.0.1:4318';
const start: Start = { name: 'Run agent', type: 'node', reach: 'hooks', existing: new Layers([layerOf('the launch configuration', {})], 'exact') };

function tracer(endpoints = { http }): { readonly tracer: Tracer; readonly asked: string[] } {
  const asked: string[] = [];
  const receiver = {
    endpoints: () => { asked.push('endpoints'); return Promise.resolve(endpoints); },
    token: () => { asked.push('token'); return Promise.resolve('secret'); },
    tokenFile: (token: string) => `/storage/${token.length}`,
  };
  return { tracer: new Tracer(receiver, path.join(import.meta.dirname, 'nowhere')), asked };
}

beforeEach(() => {
  workspace.isTrusted = true;
  workspace.settings.clear();
});

describe('a program that is about to start', () => {
  it('is given its environment and a run', async () => {
    const { tracer: each } = tracer();
    const prepared = await each.prepare(start);
    expect(prepared?.run).toMatchObject({ name: 'Run agent', type: 'node' });
    expect(prepared?.environment.variables.get('OTEL_RESOURCE_ATTRIBUTES')).toContain(`spanscope.session.id=${prepared?.run.id}`);
    expect(prepared?.environment.variables.get('SPANSCOPE_TOKEN')).toBe('secret');
    expect(each.last).toBe(prepared);
    expect(each.find(prepared?.run.id ?? '')).toBe(prepared);
  });

  it('is given no token where no hook would use it, as some debuggers show variables in a terminal', async () => {
    const { variables } = (await tracer().tracer.prepare({ ...start, type: 'rdbg', reach: 'variables' }))?.environment ?? {};
    expect(variables?.get('SPANSCOPE_ENDPOINT')).toBe(http);
    expect(variables?.has('SPANSCOPE_TOKEN')).toBe(false);
    expect([...variables?.values() ?? []].join('')).toMatch(/^[\w:/.,=%-]*$/);
  });

  it('is given the name of a file with the token where its environment is typed into a terminal', async () => {
    const { variables } = (await tracer().tracer.prepare({ ...start, isTyped: true }))?.environment ?? {};
    expect(variables?.get('SPANSCOPE_TOKEN_FILE')).toBe('/storage/6');
    expect([...variables?.values() ?? []].join(' ')).not.toContain('secret');
  });

  it('is left alone in a workspace that is not trusted, even when asked, and nothing is started', async () => {
    workspace.isTrusted = false;
    const { tracer: each, asked } = tracer();
    expect(await each.prepare(start)).toBeUndefined();
    expect(await each.prepare({ ...start, isAsked: true })).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each([
    [{ globalValue: false }, false],
    [{ workspaceValue: false }, false],
    // A workspace may not turn on what the user has turned off.
    [{ globalValue: false, workspaceValue: true }, false],
    [{ globalValue: true, workspaceValue: true }, true],
  ])('follows the setting %j', async (setting, isSet) => {
    workspace.settings.set('spanscope.debug.environment', setting);
    expect(await tracer().tracer.prepare(start) !== undefined).toBe(isSet);
    expect(await tracer().tracer.prepare({ ...start, isAsked: true })).toBeDefined();
  });

  it('is left alone while nothing listens', async () => {
    const { tracer: each, asked } = tracer({} as { http: string });
    expect(await each.prepare(start)).toBeUndefined();
    expect(asked).toEqual(['endpoints']);
  });

  it('records content as the user has chosen', async () => {
    workspace.settings.set('spanscope.debug.captureContent', { globalValue: 'on' });
    expect((await tracer().tracer.prepare(start))?.environment.variables.get('TRACELOOP_TRACE_CONTENT')).toBe('true');
    workspace.settings.set('spanscope.debug.captureContent', { globalValue: 'nonsense' });
    expect((await tracer().tracer.prepare(start))?.environment.variables.has('TRACELOOP_TRACE_CONTENT')).toBe(false);
  });
});

/** The editor's collection, which counts how often it was touched. */
class FakeCollection {
  readonly changes = new Map<string, { readonly value: string; readonly type: number }>();
  touched = 0;
  description: string | undefined;
  get(name: string): { readonly value: string; readonly type: number } | undefined { return this.changes.get(name); }
  clear(): void { this.touched++; this.changes.clear(); }
  replace(name: string, value: string): void { this.changes.set(name, { value, type: EnvironmentVariableMutatorType.Replace }); }
  append(name: string, value: string): void { this.changes.set(name, { value, type: EnvironmentVariableMutatorType.Append }); }
  prepend(name: string, value: string): void { this.changes.set(name, { value, type: EnvironmentVariableMutatorType.Prepend }); }
  [Symbol.iterator](): IterableIterator<[string, unknown]> { return this.changes.entries(); }
}

describe('the environment of new terminals', () => {
  const terminals = (): { readonly collection: FakeCollection; update(endpoints: { http?: string }): void } => {
    const collection = new FakeCollection();
    const environment = new TerminalEnvironment(collection as unknown as ConstructorParameters<typeof TerminalEnvironment>[0], { node: '/ext/dist/hook/node/hook.cjs', python: '/ext/dist/hook/python' });
    return { collection, update: (endpoints) => environment.update(endpoints) };
  };

  it('is touched only when it is different', () => {
    const { collection, update } = terminals();
    update({ http });
    update({ http });
    expect(collection.touched).toBe(1);
    expect(collection.get('OTEL_EXPORTER_OTLP_ENDPOINT')?.value).toBe(http);
    update({ http: 'http://127.0.0.1:4320' });
    expect(collection.touched).toBe(2);
  });

  const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'osx' : 'linux';
  it.each([
    ['the task “serve”', 'tasks.tasks', (env: object) => [null, 7, { label: 'build' }, { label: 'serve', options: { env } }]],
    ['the task “serve”', 'tasks.tasks', (env: object) => [{ taskName: 'serve', [platform]: { options: { env } } }]],
    ['tasks.json', 'tasks.options', (env: object) => ({ env })],
    ['the terminal profile “agents”', `terminal.integrated.profiles.${platform}`, (env: object) => ({ bash: null, agents: { path: 'bash', env } })],
    ['the terminal profile “for automation”', `terminal.integrated.automationProfile.${platform}`, (env: object) => ({ env })],
  ])('leaves to %s in %s what it sets, over which it would win', (by, setting, wrap) => {
    const { collection, update } = terminals();
    update({ http });
    expect([...collection.changes.keys()]).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_BSP_SCHEDULE_DELAY', 'OTEL_BLRP_SCHEDULE_DELAY', 'SPANSCOPE_ENDPOINT', 'PYTHONPATH', 'NODE_OPTIONS']);
    workspace.settings.set(setting, { workspaceValue: wrap({ OTEL_BSP_SCHEDULE_DELAY: 5000, NODE_OPTIONS: '--inspect', PYTHONPATH: 'src' }) });
    update({ http });
    expect([...collection.changes.keys()]).toEqual(['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_BLRP_SCHEDULE_DELAY', 'SPANSCOPE_ENDPOINT', 'NODE_OPTIONS']);
    expect(collection.get('NODE_OPTIONS')?.type).toBe(EnvironmentVariableMutatorType.Append);
    workspace.settings.set(setting, { workspaceValue: wrap({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', SPANSCOPE_HOOK: 'off' }) });
    update({ http });
    expect([...collection.changes.keys()]).toEqual(['SPANSCOPE_ENDPOINT', 'PYTHONPATH', 'NODE_OPTIONS']);
    expect(collection.description).toBe(`OTEL_EXPORTER_OTLP_ENDPOINT is left as ${by} has it`);
  });

  it('holds no secret and no run', () => {
    const { collection, update } = terminals();
    update({ http });
    expect([...collection.changes.keys()].filter((name) => name === 'SPANSCOPE_TOKEN' || name === 'OTEL_RESOURCE_ATTRIBUTES')).toEqual([]);
  });

  it('is empty when nothing listens, and in a workspace that is not trusted', () => {
    const { collection, update } = terminals();
    update({ http });
    update({});
    expect(collection.changes.size).toBe(0);
    update({ http });
    workspace.isTrusted = false;
    update({ http });
    expect(collection.changes.size).toBe(0);
  });
});
