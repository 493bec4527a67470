import { subscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import { silently } from './silently.ts';
import { wrapMethod } from './wrapMethod.ts';
import type { ChildProcess } from 'node:child_process';
import type { watchClaude } from './claudeStreams.ts';
import type { Method } from './wrapMethod.ts';

/** What Node's own `spawn` hands to the process that it has made. */
interface SpawnOptions { readonly args?: readonly unknown[]; readonly envPairs?: readonly unknown[] }
type Child = ChildProcess & { spawn?: Method };

/**
 * Sees processes of Claude Code being begun, as the Claude Agent SDK does it: by their arguments, so that it makes no
 * difference how that SDK came into the program.
 */
export function watchChildren(): void {
  if (Number.parseInt(process.versions.node, 10) < 20) watchAll();
  else subscribe('child_process', (message) => silently(() => watchOne((message as { process: Child }).process)));
}

/** Before it is begun; nothing stays behind on it. */
function watchOne(child: Child): void {
  const { spawn } = child;
  if (typeof spawn !== 'function') return;
  child.spawn = function seenSpawn(this: unknown, ...args: unknown[]) {
    Reflect.deleteProperty(child, 'spawn');
    return spawned(child, Reflect.apply(spawn, this, args), args[0], seenSpawn);
  };
}

/** Node 18 does not tell of processes. */
function watchAll(): void {
  const { ChildProcess: all } = require('node:child_process') as { ChildProcess: { prototype: object } };
  wrapMethod(all.prototype, 'spawn', (spawn) => function seenSpawn(this: unknown, ...args: unknown[]) {
    return spawned(this as Child, Reflect.apply(spawn, this, args), args[0], seenSpawn);
  });
}

function spawned(child: Child, result: unknown, options: unknown, entry: Method): unknown {
  silently(() => {
    const { args, envPairs = [] } = (options ?? {}) as SpawnOptions;
    if (isClaude(args)) (require('./claudeStreams.ts') as { watchClaude: typeof watchClaude }).watchClaude(child, envPairs, entry);
  });
  return result;
}

function isClaude(args: readonly unknown[] = []): boolean {
  const follows = (name: string): boolean => args[args.indexOf(name) + 1] === 'stream-json' || args.includes(`${name}=stream-json`);
  return follows('--output-format') && follows('--input-format');
}
