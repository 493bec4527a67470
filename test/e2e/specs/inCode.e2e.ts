import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Attributes, TestSpan } from '../support/spans.ts';
import { otlpRequest, sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const program = `class Coder:
    """Changes code until the tests pass."""

    async def run(self, task):
        for i in range(MAX_ITERATIONS):
            with span(f"iteration {i + 1}"):
                reply = await self.call_model(task)
                results = await self.use_tools(reply)
        raise GaveUp(task)

    async def call_model(self, notes):
        messages = [*self.history]
        reply = await self.client.messages.create(
            model=MODEL, messages=messages, tools=TOOLS)
        return reply

    async def use_tools(self, reply):
        calls = [self.tools[c.name](**c.args) for c in reply.calls]
        return await gather(*calls)
`;

const root = path.resolve(import.meta.dirname, '../../..');
const load = (name: string): string => `require(${JSON.stringify(path.join(root, 'node_modules', name))})`;

describe('the code that made spans', () => {
  const workbench = useWorkbench({ size: { width: 1300, height: 760 } });

  const at = (file: string, line: number, name: string, more: Attributes = {}): Attributes => ({ 'spanscope.source.file': file, 'spanscope.source.line': line, 'spanscope.source.function': name, ...more });

  function runOf(file: string): TestSpan[] {
    const model = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'claude-sonnet-4-5', 'gen_ai.usage.input_tokens': 11_600, 'gen_ai.usage.output_tokens': 770, 'gen_ai.usage.cost': 0.028 };
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'run_tests', 'gen_ai.tool.call.arguments': '{"path":"tests/test_rounding.py"}' };
    return [
      { id: 'run', name: 'fix-rounding', ms: 33_500, attributes: at(file, 4, 'Coder.run', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'fix-rounding' }) },
      ...[1, 2, 3].flatMap((n): TestSpan[] => [
        { id: `i${n}`, parent: 'run', name: `iteration ${n}`, at: n * 10_000, ms: 9000, attributes: at(file, 6, 'Coder.run') },
        { id: `m${n}`, parent: `i${n}`, name: 'chat', at: n * 10_000, ms: 4000 + n * 700, attributes: at(file, 13, 'Coder.call_model', model) },
        { id: `t${n}`, parent: `i${n}`, name: 'run_tests', at: n * 10_000 + 5000, ms: 1200, attributes: at(file, 19, 'Coder.use_tools', { ...tool, ...(n > 1 ? { 'gen_ai.tool.call.result': '41 passed in 4.98s' } : {}) }), ...(n === 1 ? { error: '3 of 41 tests failed' } : {}) },
      ]),
    ];
  }

  it('says what they did, and opens them', async () => {
    const { http } = await workbench().probe.api<{ http: string }>('startReceiver');
    const file = path.join(workbench().folder, 'agent', 'coder.py');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, program);
    await workbench().probe.executeCommand('vscode.open', { $file: file });
    await sendRun(http, runOf(file), { startUnixMilli: Date.now() });
    const { page } = workbench(), lens = (words: string | RegExp) => page.locator('.codelens-decoration a').filter({ hasText: words });
    await lens(/^3 spans, last 6.10/).waitFor();
    const lineEnds = page.locator('.view-line').filter({ hasText: 'messages.create' });
    await expect.poll(() => lineEnds.evaluate((line) => [...line.querySelectorAll('span')].map((part) => getComputedStyle(part, '::after').content).join(''))).toContain('3 calls');
    for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const) {
      await workbench().switchTheme(theme);
      await workbench().screenshot(`in-code-${theme}`);
    }
    await workbench().switchTheme('dark');
    await page.getByText('gather', { exact: false }).first().hover();
    await page.locator('.monaco-hover:visible').getByText('run_tests').first().waitFor();
    await workbench().screenshot('in-code-hover');
    await page.keyboard.press('Escape');

    await lens('1 error').last().click();
    await workbench().panel().rows('run_tests').first().waitFor();
    await workbench().screenshot('in-code-opened');
  });

  it('lists the spans of the line of the cursor', async () => {
    await workbench().probe.executeCommand('workbench.action.focusFirstEditorGroup');
    await workbench().probe.executeCommand('cursorMove', { to: 'down', by: 'line', value: 12 });
    await workbench().run('Spanscope: Show Spans Made Here');
    await expect.poll(() => workbench().quickPickItems.count()).toBe(3);
    await workbench().screenshot('in-code-list');
    await workbench().page.keyboard.press('Escape');
  });

  it('is found for the spans of a program that knows nothing of lines', async () => {
    const program = path.join(workbench().folder, 'planner.cjs');
    writeFileSync(program, `const { BasicTracerProvider } = ${load('@opentelemetry/sdk-trace-base')};
const { trace } = ${load('@opentelemetry/api')};
trace.setGlobalTracerProvider(new BasicTracerProvider());
const tracer = trace.getTracer('planner');

function search() {
  const span = tracer.startSpan('search');
  span.setStatus({ code: 2, message: 'no seats' });
  span.end();
}

function plan() {
  const span = tracer.startSpan('plan');
  search();
  search();
  span.end();
}

plan();
`);
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await workbench().probe.executeCommand('vscode.open', { $file: program });
    await workbench().probe.executeCommand('debug.startFromConfig', { type: 'node', request: 'launch', name: 'Plan', program, console: 'internalConsole', internalConsoleOptions: 'neverOpen' });
    const { page } = workbench(), lens = (words: string | RegExp) => page.locator('.codelens-decoration a').filter({ hasText: words });
    await lens(/^2 spans, last/).waitFor();
    await lens(/^1 span, last/).waitFor();
    await lens('2 errors').waitFor();
    await workbench().screenshot('in-code-debugged');
  });

  it('still says so in the next window, from what was stored', async () => {
    await workbench().reload();
    await workbench().page.locator('.codelens-decoration a').filter({ hasText: /^2 spans, last/ }).waitFor();
    await workbench().screenshot('in-code-reloaded');
  });

  it('counts spans of a file that is open, by line and by name, and says so', async () => {
    const { page, folder } = workbench(), code = path.join(folder, 'elsewhere.py'), lens = (words: string | RegExp) => page.locator('.codelens-decoration a').filter({ hasText: words });
    writeFileSync(code, 'def plan(task):\n    with trace_span("make a plan"):\n        return ask(task)\n\n\ndef ask(question):\n    return model(question)\n');
    const later = Date.now() + 60_000;
    writeFileSync(path.join(folder, 'production.otlp.json'), otlpRequest([
      { id: 'plan', name: 'make a plan', ms: 3000 },
      { id: 'ask', parent: 'plan', name: 'chat', ms: 2400, error: 'overloaded', attributes: at('/srv/app/elsewhere.py', 7, 'ask') },
    ], { startUnixMilli: later }));
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await workbench().probe.executeCommand('vscode.open', { $file: code });
    await workbench().probe.executeCommand('workbench.action.splitEditorDown');
    await workbench().probe.executeCommand('vscode.open', { $file: path.join(folder, 'production.otlp.json') });
    await lens(/^1 span, last 3.00.s, from production.otlp.json, by name$/).waitFor();
    await lens(/^1 span, last 2.40.s, from production.otlp.json$/).waitFor();
    await workbench().screenshot('in-code-file');
    await workbench().switchTheme('light');
    await workbench().screenshot('in-code-file-light');
    await workbench().switchTheme('dark');
  });
});
