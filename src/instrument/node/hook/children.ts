import { subscribe } from 'node:diagnostics_channel';
import { silently } from './silently.ts';
import type { ChildProcess } from 'node:child_process';
import type { watchClaude } from './claudeStreams.ts';
import type { Method } from './wrapMethod.ts';

/** What Node's own `spawn` hands to the process that it has made. */
interface SpawnOptions { readonly args?: readonly unknown[]; readonly envPairs?: readonly unknown[] }

/**
 * Sees processes of Claude Code being begun, as the Claude Agent SDK does it: by their arguments, so that it makes no
 * difference how that SDK came into the program.
 */
export function watchChildren(): void {
  subscribe('child_process', (message) => silently(() => {
    const { process: child } = message as { process: ChildProcess & { spawn?: Method } };
    const { spawn } = child;
    if (typeof spawn !== 'function') return;
    child.spawn = function seenSpawn(this: unknown, ...args: unknown[]) {
      Reflect.deleteProperty(child, 'spawn');
      const result = Reflect.apply(spawn, this, args);
      silently(() => {
        const options = args[0] as SpawnOptions | undefined;
        if (isClaude(options?.args)) (require('./claudeStreams.ts') as { watchClaude: typeof watchClaude }).watchClaude(child, options?.envPairs ?? [], seenSpawn);
      });
      return result;
    };
  }));
}

function isClaude(args: readonly unknown[] = []): boolean {
  const follows = (name: string): boolean => args[args.indexOf(name) + 1] === 'stream-json' || args.includes(`${name}=stream-json`);
  return follows('--output-format') && follows('--input-format');
}
