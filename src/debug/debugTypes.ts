import { launchVariables } from './launchEnvironment.ts';

/** How much of its environment a debugger's program can use: both hooks, or what every SDK reads. */
export type Reach = 'hooks' | 'variables';

/** Debuggers that start a program with the environment of their configuration (`launchEnvironment.ts`). */
const reaches: ReadonlyMap<string, Reach> = new Map([
  ...['node', 'pwa-node', 'node-terminal', 'bun', 'python', 'debugpy'].map((type) => [type, 'hooks'] as const),
  ...['go', 'java', 'coreclr', 'clr', 'lldb', 'lldb-dap', 'gdb', 'lldb-mi', 'cppdbg', 'cppvsdbg', 'rdbg', 'ruby_lsp', 'Ruby', 'dart', 'php', 'scala', 'mix_task'].map((type) => [type, 'variables'] as const),
]);

type Configuration = Readonly<Record<string, unknown>>;

/** Of a launch configuration; undefined when nothing is to be set. */
export function reachOf(configuration: Configuration): Reach | undefined {
  const { type, request, spanscope, mode, coreDumpPath } = configuration;
  // An attached program runs already; a target is a part of a program that js-debug has started.
  if (request !== 'launch' || spanscope === false || '__pendingTargetId' in configuration) return undefined;
  // Nothing runs when a dump or a recording is looked at.
  if (coreDumpPath !== undefined || (type === 'go' && (mode === 'core' || mode === 'replay'))) return undefined;
  if (isFarAway(configuration)) return undefined;
  // Without a program of its own the debugger for PHP listens to programs that others start.
  if (type === 'php' && configuration['program'] === undefined && configuration['runtimeArgs'] === undefined) return undefined;
  return typeof type === 'string' ? reaches.get(type) : undefined;
}

/**
 * Whether a debugger starts its program on another machine or in a container, where our address is not ours: over a pipe
 * (C/C++ and .NET extensions), over SSH (Native Debug), or through an adapter or server that listens elsewhere.
 */
export function isFarAway({ type, pipeTransport, ssh, miDebuggerServerAddress, host, debugAdapterHostname }: Configuration): boolean {
  if ([pipeTransport, ssh].some((way) => typeof way === 'object' && way !== null)) return true;
  if (typeof miDebuggerServerAddress === 'string' && miDebuggerServerAddress !== '') return true;
  return isOtherHost(debugAdapterHostname) || (type === 'go' && isOtherHost(host));
}

/** Whether a debugger has the editor type the program's environment into a terminal. That of Python passes it on by itself. */
export const isTyped = ({ type, console }: Configuration): boolean =>
  (type === 'node' || type === 'pwa-node') && (console === 'integratedTerminal' || console === 'externalTerminal');

/** Whether a program is left alone only because it is started where our address is not ours. */
export const isLeftAlone = ({ type, request, spanscope, ...rest }: Configuration): boolean =>
  request === 'launch' && spanscope !== false && typeof type === 'string' && reaches.has(type) && isFarAway({ type, ...rest });

const isOtherHost = (host: unknown): boolean => typeof host === 'string' && host !== '' && !/^(?:localhost|127(?:\.\d+){3}|\[?::1\]?)$/i.test(host);

/** The language by whose line a program can be seen, in words of the agent kit. */
export function kitOf(type: string): 'python' | 'node' | undefined {
  if (type === 'python' || type === 'debugpy') return 'python';
  return reaches.get(type) === 'hooks' ? 'node' : undefined;
}

/** The run that a configuration's program belongs to, as its environment says. */
export function runIdOf(configuration: Configuration): string | undefined {
  const attributes = launchVariables(configuration)?.get('OTEL_RESOURCE_ATTRIBUTES');
  return typeof attributes === 'string' ? /(?:^|,)spanscope\.session\.id=([\w-]+)/.exec(attributes)?.[1] : undefined;
}
