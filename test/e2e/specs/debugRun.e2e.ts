import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useWorkbench } from '../support/useWorkbench.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const load = (name: string): string => `require(${JSON.stringify(path.join(root, 'node_modules', name))})`;

interface Row { readonly name: string; readonly value: string; readonly note: string }

describe('a program that is debugged', () => {
  const workbench = useWorkbench({ workspace: 'plain' });

  const start = async (name: string, lines: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> => {
    const program = path.join(workbench().folder, 'agent.cjs');
    writeFileSync(program, `${lines.join('\n')}\n`);
    await workbench().probe.executeCommand('debug.startFromConfig', { type: 'node', request: 'launch', name, program, env, console: 'internalConsole', internalConsoleOptions: 'neverOpen' });
  };

  it('is one run of its name, which goes on while it does, with its traces', async () => {
    await workbench().openSideBar();
    await start('Check the agent', [
      `const { BasicTracerProvider } = ${load('@opentelemetry/sdk-trace-base')};`,
      `const { trace } = ${load('@opentelemetry/api')};`,
      'trace.setGlobalTracerProvider(new BasicTracerProvider());',
      'const tracer = trace.getTracer("agent");',
      'for (const name of ["plan", "book"]) {',
      '  const span = tracer.startSpan(name);',
      '  if (name === "book") span.setStatus({ code: 2, message: "no seats" });',
      '  span.end();',
      '}',
      'setInterval(() => {}, 1000);',
    ]);
    await workbench().openSideBar();
    const run = workbench().traces.rows(/^Check the agent, run, running/);
    await run.getByText('2 spans').waitFor();
    await workbench().screenshot('debug-run-running');
    await workbench().probe.executeCommand('workbench.action.debug.stop');
    await workbench().traces.rows(/^Check the agent, run, failed/).getByText('1 error').waitFor();
    await workbench().traces.rows(/^Check the agent/).click();
    await workbench().page.keyboard.press('ArrowRight');
    await workbench().traces.rows(/^plan, ended/).waitFor();
    await workbench().traces.rows(/^book, failed/).waitFor();
    await workbench().screenshot('debug-run-ended');
  });

  it('is still there by its name in the next window', async () => {
    await workbench().reload();
    await workbench().openSideBar();
    await workbench().traces.rows(/^Check the agent, run, failed/).waitFor();
  });

  it('is told what would help when it shows nothing', async () => {
    await start('Say nothing', ['module.exports = 1;']);
    await workbench().openSideBar();
    await workbench().traces.pane.getByText(/^Say nothing ended without a span/).waitFor();
    await workbench().screenshot('debug-run-silent');
  });

  it('is started again with the address of the receiver, when the user wants that in place of their own', async () => {
    const name = 'OTEL_EXPORTER_OTLP_ENDPOINT';
    const given = async (): Promise<unknown> => (await workbench().probe.executeCommand('spanscope.showEnvironment', true) as Row[]).find((row) => row.name === name);
    await start('Send elsewhere', ['setInterval(() => {}, 1000);'], { [name]: 'http://127.0.0.1:9' });
    await expect.poll(() => workbench().notifications()).toContainEqual(expect.stringMatching(/^Send elsewhere sends its spans to http:\/\/127\.0\.0\.1:9/));
    expect(await given()).toMatchObject({ value: 'http://127.0.0.1:9', note: 'left as the launch configuration has it' });
    await workbench().notificationButton('Use Spanscope for This Run').click();
    const { http } = await workbench().probe.api<{ http: string }>('endpoints');
    await expect.poll(given).toMatchObject({ value: http, note: 'set by Spanscope' });
    await workbench().traces.rows(/^Send elsewhere, run, running/).waitFor();
    await workbench().probe.executeCommand('workbench.action.debug.stop');
  });
});
