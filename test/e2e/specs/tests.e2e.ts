import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('a test that has failed', () => {
  const workbench = useWorkbench();
  const tabs = async (): Promise<string[]> => (await workbench().probe.call('tabs') as string[][]).flat();
  const entry = 'Open Trace of This Test';

  it('leads to its trace from the Testing view and from its line', async () => {
    const file = path.join(workbench().folder, 'cart.test.ts');
    writeFileSync(file, "describe('cart', () => {\n  it('adds', () => {\n    add();\n  });\n});\n");
    const { http } = await workbench().probe.api<{ http: string }>('startReceiver');
    await sendRun(http, [{ id: 'run', name: 'adding', ms: 100, attributes: { 'spanscope.test.name': 'cart > adds', 'spanscope.test.file': file, 'spanscope.test.status': 'failed' } }]);
    await sendRun(http, [{ id: 'run', name: 'another', ms: 100, attributes: {} }]);
    await workbench().openSideBar();
    await expect.poll(async () => (await workbench().traces.rows(/^adding/).first().innerText()).replaceAll('\n', ' ')).toContain('adds failed');
    await workbench().screenshot('tests-traces');
    await workbench().probe.call('failTest', { file, line: 1, suite: 'cart', name: 'adds', message: 'expected 1 to be 2' });
    await workbench().probe.executeCommand('workbench.view.testing.focus');
    await workbench().page.getByRole('treeitem', { name: /^cart/ }).first().click();
    await workbench().page.keyboard.press('ArrowRight');
    const row = workbench().page.getByRole('treeitem', { name: /^adds/ }).first();
    await row.click({ button: 'right' });
    await workbench().screenshot('tests-menu');
    await workbench().chooseFromMenu(entry);
    await expect.poll(tabs).toContain('adding');
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await expect.poll(tabs).toEqual([]);
    await workbench().probe.executeCommand('vscode.open', { $file: file });
    await workbench().page.locator('.view-line').filter({ hasText: 'add();' }).first().click();
    await workbench().run(entry);
    await expect.poll(tabs).toContain('adding');
  });
});
