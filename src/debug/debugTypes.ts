import { launchVariables } from './launchEnvironment.ts';

/** How much of its environment a debugger's program can use: both hooks, or what every SDK reads. */
export type Reach = 'hooks' | 'variables';

/** Debuggers that start a program with the environment of their configuration (`launchEnvironment.ts`). */
const reaches: ReadonlyMap<string, Reach> = new Map([
  ...['node', 'pwa-node', 'node-terminal', 'bun', 'python', 'debugpy'].map((type) => [type, 'hooks'] as const),
  ...['go', 'java', 'coreclr', 'clr', 'lldb', 'lldb-dap', 'cppdbg', 'cppvsdbg', 'rdbg', 'ruby_lsp', 'Ruby', 'dart', 'php', 'mix_task'].map((type) => [type, 'variables'] as const),
]);

/** Of a launch configuration; undefined when nothing is to be set. */
export function reachOf(configuration: Readonly<Record<string, unknown>>): Reach | undefined {
  const { type, request, spanscope } = configuration;
  // An attached program runs already; a target is a part of a program that js-debug has started.
  if (request !== 'launch' || spanscope === false || '__pendingTargetId' in configuration) return undefined;
  // Without a program of its own the debugger for PHP listens to programs that others start.
  if (type === 'php' && configuration['program'] === undefined && configuration['runtimeArgs'] === undefined) return undefined;
  return typeof type === 'string' ? reaches.get(type) : undefined;
}

/** The language by whose line a program can be seen, in words of the agent kit. */
export function kitOf(type: string): 'python' | 'node' | undefined {
  if (type === 'python' || type === 'debugpy') return 'python';
  return reaches.get(type) === 'hooks' ? 'node' : undefined;
}

/** The run that a configuration's program belongs to, as its environment says. */
export function runIdOf(configuration: Readonly<Record<string, unknown>>): string | undefined {
  const attributes = launchVariables(configuration)?.get('OTEL_RESOURCE_ATTRIBUTES');
  return typeof attributes === 'string' ? /(?:^|,)spanscope\.session\.id=([\w-]+)/.exec(attributes)?.[1] : undefined;
}
