import { describe, expect, it } from 'vitest';
import { reachOf, runIdOf } from '../../../src/debug/debugTypes.ts';
import { launchVariables, withLaunchVariables } from '../../../src/debug/launchEnvironment.ts';

const ours = new Map([['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318'], ['OTEL_RESOURCE_ATTRIBUTES', 'team=a,spanscope.session.id=r-1']]);
const inOrder = Object.fromEntries(ours);

describe('the environment of a launch configuration', () => {
  it.each(['go', 'java', 'coreclr', 'clr', 'lldb', 'rdbg', 'ruby_lsp', 'Ruby', 'dart', 'php', 'mix_task', 'python', 'debugpy', 'node', 'pwa-node', 'bun', 'lldb-dap'])('of %s is the object env', (type) => {
    const configuration = { type, request: 'launch', name: 'x', program: 'x', env: { A: '1', OTEL_RESOURCE_ATTRIBUTES: 'team=a' } };
    expect(reachOf(configuration)).toBeDefined();
    const given = withLaunchVariables(configuration, ours, false);
    expect(given).toEqual({ ...configuration, env: { A: '1', ...inOrder } });
    expect(runIdOf(given)).toBe('r-1');
    expect(withLaunchVariables({ type, request: 'launch', name: 'x', env: undefined }, ours, false).env).toEqual(inOrder);
    expect(withLaunchVariables({ type, request: 'launch', name: 'x', env: null }, ours, false).env).toEqual(inOrder);
    expect(configuration.env).toEqual({ A: '1', OTEL_RESOURCE_ATTRIBUTES: 'team=a' });
  });

  it.each(['cppdbg', 'cppvsdbg'])('of %s is the list environment, of names and values', (type) => {
    const configuration = { type, request: 'launch', environment: [{ name: 'A', value: '1' }, 'odd', { name: 'OTEL_RESOURCE_ATTRIBUTES', value: 'team=a' }] };
    expect([...launchVariables(configuration) ?? []]).toEqual([['A', '1'], ['OTEL_RESOURCE_ATTRIBUTES', 'team=a']]);
    const given = withLaunchVariables(configuration, ours, false);
    expect(given).toEqual({ type, request: 'launch', environment: [{ name: 'A', value: '1' }, 'odd', ...[...ours].map(([name, value]) => ({ name, value }))] });
    expect(runIdOf(given)).toBe('r-1');
    expect(withLaunchVariables({ type, request: 'launch', environment: undefined }, ours, false).environment).toHaveLength(2);
    expect(launchVariables({ type, environment: { A: '1' } })).toBeUndefined();
  });

  it('of lldb-dap may be a list of assignments', () => {
    const configuration = { type: 'lldb-dap', request: 'launch', env: ['A=1=2', 'HOME', 'OTEL_RESOURCE_ATTRIBUTES=team=a'] };
    expect([...launchVariables(configuration) ?? []]).toEqual([['A', '1=2'], ['OTEL_RESOURCE_ATTRIBUTES', 'team=a']]);
    const given = withLaunchVariables(configuration, ours, false);
    expect(given.env).toEqual(['A=1=2', 'HOME', ...[...ours].map(([name, value]) => `${name}=${value}`)]);
    expect(runIdOf(given)).toBe('r-1');
  });

  it('is left alone in a form that its debugger does not take', () => {
    expect(launchVariables({ type: 'go', env: ['A=1'] })).toBeUndefined();
    expect(launchVariables({ type: 'node', env: 'A=1' })).toBeUndefined();
    expect(runIdOf({ type: 'node', env: 'A=1' })).toBeUndefined();
  });

  it('has each name once where the system does not tell cases apart', () => {
    expect(withLaunchVariables({ type: 'go', env: { otel_resource_attributes: 'x', Path: 'p' } }, ours, true).env).toEqual({ Path: 'p', ...inOrder });
    expect(withLaunchVariables({ type: 'go', env: { otel_resource_attributes: 'x' } }, ours, false).env).toHaveProperty('otel_resource_attributes', 'x');
  });

  it('keeps a variable with an odd name as it is', () => {
    const given = withLaunchVariables({ type: 'go', env: JSON.parse('{"__proto__": "x"}') as Record<string, string> }, ours, false);
    expect(Object.entries(given.env)).toContainEqual(['__proto__', 'x']);
  });

  it('is not that of a program where the debugger for PHP only listens', () => {
    expect(reachOf({ type: 'php', request: 'launch', name: 'Listen for Xdebug', port: 9003 })).toBeUndefined();
    expect(reachOf({ type: 'php', request: 'launch', name: 'Server', runtimeArgs: ['-S', 'localhost:0'] })).toBe('variables');
  });
});
