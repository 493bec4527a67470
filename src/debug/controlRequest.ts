type Configuration = Readonly<Record<string, unknown>>;

/** What a debugger evaluates to hand the token to our hook; without a hook it does nothing. Undefined where there is none. */
export function controlRequest(debuggerType: string, token: string): string | undefined {
  if (!/^[\w-]+$/.test(token)) return undefined;
  if (['pwa-node', 'node', 'pwa-extensionHost', 'node-terminal'].includes(debuggerType)) return `void (globalThis[Symbol.for("spanscope.hook")] || {}).control?.("${token}")`;
  if (['python', 'debugpy'].includes(debuggerType)) return `getattr(__import__("sys").modules.get("_spanscope_hook"), "control", lambda token: None)("${token}")`;
  return undefined;
}

/** Whether a configuration attaches a debugger to a program of this machine, whose hook could reach us. */
export function isAttachedHere({ request, spanscope, host, address, connect, listen }: Configuration): boolean {
  const hosts = [host, address, hostOf(connect), hostOf(listen)];
  return request === 'attach' && spanscope !== false && hosts.every((each) => each === undefined || (typeof each === 'string' && /^(?:|localhost|127(?:\.\d+){3}|\[?::1\]?|0\.0\.0\.0)$/i.test(each)));
}

const hostOf = (way: unknown): unknown => (typeof way === 'object' && way !== null && 'host' in way ? way.host : undefined);
