import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { nodeProgram } from '../environment/nodeProgram.ts';
import { otelVariables } from '../environment/variables.ts';
import type { Command } from './command.ts';

const demoPatienceMs = 60_000;

/** Runs the packaged demo agent in a terminal and shows its trace with its first span. */
export const runDemo: Command = {
  id: 'spanscope.runDemo',
  async run(services) {
    const { context, receiver } = services;
    const variables = otelVariables(await receiver.started());
    if (variables === undefined) throw new Error('The receiver listens nowhere, so the demo agent could not be seen.');
    const node = await nodeProgram();
    const before = new Set(services.index.listing.traces.map(({ traceId }) => traceId));
    showFirstTrace(services, before);
    const terminal = vscode.window.createTerminal({
      name: 'Spanscope demo',
      shellPath: node.path,
      shellArgs: [context.asAbsolutePath('dist/demo/planner.mjs')],
      env: { ...Object.fromEntries(variables), SPANSCOPE_TOKEN: await services.collector.call('controlToken'), ...node.env },
      iconPath: new vscode.ThemeIcon('play'),
      isTransient: true,
    });
    terminal.show(true);
  },
};

/** Opens the panel of the first trace that was not there before. */
function showFirstTrace({ collector, panels, log }: Services, before: ReadonlySet<string>): void {
  const listener = collector.onDidChangeTraces(({ summaries }) => {
    const first = summaries.find(({ traceId }) => !before.has(traceId));
    if (first === undefined) return;
    stop();
    panels.show(first.traceId, { preserveFocus: true }).catch((error: unknown) => log.warn('The demo trace could not be shown', error));
  });
  const timer = setTimeout(() => listener.dispose(), demoPatienceMs);
  const stop = (): void => {
    clearTimeout(timer);
    listener.dispose();
  };
}
