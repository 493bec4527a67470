import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useWorkbench } from '../support/useWorkbench.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const load = (name: string): string => `require(${JSON.stringify(path.join(root, 'node_modules', name))})`;
const lines = [
  `const { trace } = ${load('@opentelemetry/api')};`,
  `const { NodeTracerProvider } = ${load('@opentelemetry/sdk-trace-node')};`,
  'new NodeTracerProvider().register();',
  "const tracer = trace.getTracer('t');",
  "const tool = { attributes: { 'gen_ai.tool.name': 'search_docs', 'gen_ai.tool.call.arguments': '{\"query\":\"rounding\"}' } };",
  "tracer.startActiveSpan('research agent', (agent) => {",
  "  tracer.startActiveSpan('search_docs', tool, (span) => {",
  "    const query = 'rounding';",
  '    debugger;',
  '    span.end();',
  '  });',
  '  agent.end();',
  '});',
];

describe('a program that stands in the debugger', () => {
  const workbench = useWorkbench({ workspace: 'plain' });
  const summary = async (): Promise<string> => (await workbench().panel().summary.textContent() ?? '').replaceAll('\u00a0', ' ');

  it('is marked in the panel and in the Spans view until it goes on, and its paused time is told apart', async () => {
    const program = path.join(workbench().folder, 'agent.cjs');
    writeFileSync(program, `${lines.join('\n')}\n`);
    await workbench().openSideBar();
    await workbench().probe.executeCommand('debug.startFromConfig', { type: 'node', request: 'launch', name: 'research agent', program, console: 'internalConsole', internalConsoleOptions: 'neverOpen' });
    await expect.poll(async () => (await workbench().probe.cursor())?.line, { timeout: 40_000 }).toBe(9);
    await workbench().openSideBar();
    await workbench().openTrace(/^research agent/);
    await workbench().panel().frame.getByRole('button', { name: /^Show the span table/ }).click();
    await workbench().panel().rows('search_docs').getByRole('img', { name: 'the program stands here' }).waitFor();
    await workbench().panel().rows('research agent').getByRole('img', { name: 'the program stands below' }).waitFor();
    await workbench().spans.rows(/search_docs.*stands here/).waitFor();
    await expect.poll(summary).toMatch(/spaused/);
    await workbench().screenshot('standing');
    await workbench().probe.executeCommand('workbench.action.debug.continue');
    await expect.poll(async () => workbench().panel().rows('stands here').count()).toBe(0);
    await expect.poll(summary).not.toMatch(/running/);
    await workbench().page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
    await workbench().screenshot('paused-run');
  });

  it('has its paused time in the next window too, where it can be folded', async () => {
    const before = await summary();
    await workbench().reload();
    await workbench().openSideBar();
    await workbench().openTrace(/^research agent/);
    await expect.poll(summary).toBe(before);
    await workbench().panel().frame.getByRole('button', { name: 'Fold paused time (P)' }).click();
    await expect.poll(summary).not.toBe(before);
    await workbench().screenshot('paused-run-folded');
  });
});
