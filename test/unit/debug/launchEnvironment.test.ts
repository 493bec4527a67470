import { describe, expect, it } from 'vitest';
import { isFarAway, reachOf, runIdOf } from '../../../src/debug/debugTypes.ts';
import { launchVariables, withLaunchVariables } from '../../../src/debug/launchEnvironment.ts';

const ours = new Map([['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318'], ['OTEL_RESOURCE_ATTRIBUTES', 'team=a,spanscope.session.id=r-1']]);
const inOrder = Object.fromEntries(ours);

describe('the environment of a launch configuration', () => {
  it.each(['go', 'java', 'coreclr', 'clr', 'lldb', 'gdb', 'lldb-mi', 'rdbg', 'ruby_lsp', 'Ruby', 'dart', 'php', 'scala', 'mix_task', 'python', 'debugpy', 'node', 'pwa-node', 'bun'])('of %s is the object env', (type) => {
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

  it('of lldb-dap is a list of assignments, which all its versions read, where it is not an object already', () => {
    const assignments = [...ours].map(([name, value]) => `${name}=${value}`);
    for (const env of [undefined, null, []]) expect(withLaunchVariables({ type: 'lldb-dap', env }, ours, false).env).toEqual(assignments);
    expect(withLaunchVariables({ type: 'lldb-dap' }, ours, false)).toEqual({ type: 'lldb-dap', env: assignments });
    expect(withLaunchVariables({ type: 'lldb-dap', env: { A: '1' } }, ours, false).env).toEqual({ A: '1', ...inOrder });
    const configuration = { type: 'lldb-dap', request: 'launch', env: ['A=1=2', 'HOME', 'OTEL_RESOURCE_ATTRIBUTES=team=a'] };
    expect([...launchVariables(configuration) ?? []]).toEqual([['A', '1=2'], ['OTEL_RESOURCE_ATTRIBUTES', 'team=a']]);
    const given = withLaunchVariables(configuration, ours, false);
    expect(given.env).toEqual(['A=1=2', 'HOME', ...assignments]);
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

  it.each([
    { type: 'coreclr', pipeTransport: { pipeProgram: 'docker' } },
    { type: 'cppdbg', pipeTransport: { pipeProgram: 'ssh' } },
    { type: 'cppdbg', miDebuggerServerAddress: 'localhost:2345' },
    { type: 'gdb', ssh: { host: 'box' } },
    { type: 'go', host: 'box', port: 2345 },
    { type: 'lldb-dap', debugAdapterHostname: '192.168.0.7', debugAdapterPort: 1 },
  ])('is not that of a program in a container or on another machine, where our address is not ours: %j', (configuration) => {
    expect(isFarAway(configuration)).toBe(true);
    expect(reachOf({ request: 'launch', ...configuration })).toBeUndefined();
  });

  it.each([
    { type: 'coreclr', pipeTransport: undefined }, { type: 'cppdbg', miDebuggerServerAddress: '' }, { type: 'go', host: '127.0.0.1', port: 2345 },
    { type: 'lldb-dap', debugAdapterHostname: 'localhost' }, { type: 'java', host: 'box' },
  ])('is that of a program on this machine: %j', (configuration) => {
    expect(reachOf({ request: 'launch', ...configuration })).toBe('variables');
  });

  it.each([{ type: 'go', mode: 'core' }, { type: 'go', mode: 'replay' }, { type: 'cppdbg', coreDumpPath: '/core' }])('is nobody’s where nothing runs: %j', (configuration) => {
    expect(reachOf({ request: 'launch', ...configuration })).toBeUndefined();
  });
});
