import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TreeView } from '../pages/treeView.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const load = (name: string): string => `require(${JSON.stringify(path.join(root, 'node_modules', name))})`;

describe('the Span Breakpoints view', () => {
  const workbench = useWorkbench({ workspace: 'plain', size: { width: 1600, height: 1000 } });
  const view = (): TreeView => new TreeView(workbench().page, 'Span Breakpoints');
  const press = (key: string): Promise<void> => workbench().page.keyboard.press(key);

  /** Answers the question that is open. */
  async function answer(prompt: RegExp, text: string): Promise<void> {
    await workbench().quickInput.getByText(prompt).first().waitFor();
    await workbench().quickInput.locator('input[type="text"]').fill(text);
    await press('Enter');
  }

  async function choose(placeHolder: RegExp, label: string): Promise<void> {
    await workbench().quickInput.getByPlaceholder(placeHolder).waitFor();
    await workbench().quickPickItems.filter({ hasText: label }).first().click();
  }

  it('says what span breakpoints are for, and takes one by hand', async () => {
    await workbench().probe.executeCommand('spanscope.breakpoints.focus');
    await view().pane.getByText(/^Stop the debugger at a span/).waitFor();
    await view().pane.getByRole('button', { name: 'Add Span Breakpoint' }).last().click();
    await choose(/^Where the program stops/, 'Tool…');
    await answer(/^Name of the tool/, 'web_search');
    await choose(/^web_search: when to stop/, 'When it fails');
    await view().rows(/^Tool web_search fails, on/).waitFor();
    await view().pane.getByText(/no program is being debugged/).waitFor();
    await view().press('Add Span Breakpoint…');
    await workbench().quickInput.getByPlaceholder(/^Where the program stops/).waitFor();
    await press('Escape');
  });

  it('is worked with by keys: off and on, edited, deleted', async () => {
    await view().rows(/^Tool web_search/).click();
    await press('Space');
    await view().rows(/^Tool web_search fails, off/).waitFor();
    await press('Space');
    await view().rows(/^Tool web_search fails, on/).waitFor();
    await press('Enter');
    await choose(/^Stops when tool web_search fails/, 'Count');
    await answer(/^From which time on/, '2');
    await choose(/^Stops when tool web_search fails, from the 2nd on/, 'Save');
    await view().rows(/^Tool web_search fails, from the 2nd on, on/).waitFor();
    await view().rows(/^Tool web_search/).click();
    await press('Delete');
    await expect.poll(() => view().rows().count()).toBe(0);
  });

  it('takes them from the menu of a span, and says where a program stands', async () => {
    const program = path.join(workbench().folder, 'agent.cjs');
    writeFileSync(program, `const { trace } = ${load('@opentelemetry/api')};
const { NodeTracerProvider } = ${load('@opentelemetry/sdk-trace-node')};
new NodeTracerProvider().register();
const tracer = trace.getTracer('agent');
function book(seats) {
  const span = tracer.startSpan('book');
  span.end();
  return seats;
}
setTimeout(() => book(2), 100);
`);
    const start = (): Promise<unknown> => workbench().probe.executeCommand('debug.startFromConfig', { type: 'node', request: 'launch', name: 'Book', program, console: 'internalConsole', internalConsoleOptions: 'neverOpen' });
    await start();
    await workbench().openSideBar();
    await workbench().traces.rows(/^Book, run, ended/).waitFor();
    await workbench().traces.rows(/^Book, run/).click();
    await workbench().spans.rows(/^book/).first().click({ button: 'right' });
    await workbench().page.getByRole('menuitem', { name: 'Breakpoints' }).hover();
    await workbench().chooseFromMenu('Break When This Starts');
    await workbench().probe.executeCommand('spanscope.breakpoints.focus');
    await view().rows(/^Span named book starts, on/).waitFor();
    await start();
    await view().rows(/^Span named book starts, on, stopped here · 1 hit/).waitFor();
    await expect.poll(async () => (await workbench().probe.cursor())?.line).toBe(6);
    await workbench().page.getByText('Stopped: span named book starts').waitFor();
    await workbench().screenshot('span-breakpoint-stopped');
    await workbench().probe.executeCommand('workbench.action.debug.continue');
    await view().rows(/^Span named book starts, on, 1 hit/).waitFor();
  });

  it('takes them from the panel as well, and ordinary breakpoints at the line of a span', async () => {
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await workbench().openSideBar();
    await workbench().traces.rows(/^Book, run, ended/).first().click();
    await workbench().panel().rows('book').first().click({ button: 'right' });
    await workbench().page.getByRole('menuitem', { name: 'Breakpoints' }).hover();
    await workbench().chooseFromMenu('Break When This Fails');
    await workbench().spans.rows(/^book/).first().click({ button: 'right' });
    await workbench().page.getByRole('menuitem', { name: 'Breakpoints' }).hover();
    await workbench().chooseFromMenu('Add Logpoint at Source Line…');
    await answer(/^What the debugger writes/, 'seats: {seats}');
    await expect.poll(async () => (await workbench().probe.cursor())?.line).toBe(6);
    await workbench().probe.executeCommand('spanscope.breakpoints.focus');
    await view().rows(/^Span named book fails, on/).waitFor();
    await workbench().page.getByRole('treeitem', { name: /^Logpoint.*agent\.cjs/ }).or(workbench().page.getByText('agent.cjs', { exact: true })).first().waitFor();
    await workbench().screenshot('span-logpoint');
  });
});
