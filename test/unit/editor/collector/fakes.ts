import type { LogOutputChannel } from 'vscode';
import { CollectorHost } from '../../../../src/editor/collector/collectorHost.ts';
import type { CollectorLink, LinkListeners } from '../../../../src/editor/collector/collectorHost.ts';
import { Log } from '../../../../src/editor/log.ts';
import type { CollectorCalls, CollectorOptions } from '../../../../src/protocol/collector.ts';

export const options: CollectorOptions = {
  storageDirectory: undefined, memoryBytes: 1, databaseBytes: 1, retentionDays: 0, allowedHosts: [], allowedOrigins: [], grpcBundle: '', fileBundle: '',
};

/** A log that keeps its lines. */
export function keptLog(): { readonly log: Log; readonly lines: string[] } {
  const lines: string[] = [];
  const write = (line: string): void => { lines.push(line); };
  const channel = { error: write, warn: write, info: write, debug: write } as unknown as LogOutputChannel;
  return { log: new Log(channel), lines };
}

type Answers = { [K in keyof CollectorCalls]?: (...args: Parameters<CollectorCalls[K]>) => unknown };

/** A host on workers that answer as a test says, and that a test may crash. */
export function fakeCollector(answers: Answers): {
  readonly host: CollectorHost; readonly calls: string[]; readonly lines: string[]; readonly listeners: LinkListeners[]; readonly closed: number[];
} {
  const calls: string[] = [], listeners: LinkListeners[] = [], closed: number[] = [];
  const { log, lines } = keptLog();
  const host = new CollectorHost((listener) => {
    const worker = listeners.push(listener);
    const link: CollectorLink = {
      async call(name, ...args) {
        calls.push(name);
        const answer = answers[name] as ((...args: readonly unknown[]) => unknown) | undefined;
        return await answer?.(...args) as never;
      },
      close: () => { closed.push(worker); return Promise.resolve(); },
    };
    return link;
  }, () => options, log);
  return { host, calls, lines, listeners, closed };
}
