import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { statusLineOf } from '../support/rawHttp.ts';
import { sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('a folder that is not trusted', () => {
  const workbench = useWorkbench({ workspace: 'restricted', restricted: true });
  let http = '';

  const statusFrom = (headers: string): Promise<string> => (
    statusLineOf(Number(new URL(http).port), `POST /v1/traces HTTP/1.1\r\n${headers}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`)
  );
  const expectNotice = (text: RegExp): Promise<void> => expect.poll(() => workbench().notifications()).toContainEqual(expect.stringMatching(text));

  it('is said to be restricted in the Traces view, with the way out', async () => {
    await workbench().openSideBar();
    await workbench().traces.pane.getByText(/Restricted mode: traces open, runs are not instrumented/).waitFor();
    await workbench().traces.pane.getByRole('link', { name: 'Manage trust' }).or(workbench().traces.pane.getByRole('button', { name: 'Manage trust' })).waitFor();
  });

  it('does not decide whether the receiver starts, nor who may send', async () => {
    await expect.poll(async () => (await workbench().probe.api<{ http?: string }>('endpoints')).http).toBeDefined();
    ({ http } = await workbench().probe.api<{ http: string }>('endpoints'));
    expect(await statusFrom('Host: localhost')).toContain(' 200 ');
    expect(await statusFrom('Host: evil.example')).toContain(' 403 ');
    expect(await statusFrom('Host: localhost\r\nOrigin: https://evil.example')).toContain(' 403 ');
  });

  it('shows its runs, but leads to no line, and says why', async () => {
    const file = path.join(workbench().folder, 'agent.cjs');
    const spans = [
      { id: 'plan', name: 'plan', attributes: { 'code.file.path': file, 'code.line.number': 2 } },
      { id: 'mapped', parent: 'plan', name: 'mapped', attributes: { 'code.file.path': '/app/agent.cjs', 'code.line.number': 2 } },
    ];
    const traceId = await sendRun(http, spans);
    await workbench().openTrace(/^plan/);
    await workbench().panel().rows('mapped').click();
    await workbench().panel().details.getByText('Restricted mode: source lines are looked for when this workspace is trusted.').waitFor();
    for (const { id } of spans) expect(await workbench().probe.api('sourceOf', traceId, id)).toEqual([]);
    await workbench().panel().press('Enter');
    await expectNotice(/^No source line for this span\. Restricted mode/);
    await workbench().notificationButton('Manage Workspace Trust').waitFor();
    expect(await workbench().probe.cursor()).toBeNull();
  });

  it('gets no agent kit, and is not offered to map a path', async () => {
    await workbench().probe.executeCommand('notifications.clearAll');
    await workbench().run('Spanscope: Add the Agent Kit to the Workspace');
    await expectNotice(/only to a workspace that is trusted/);
    for (const file of ['spanscope.mjs', 'spanscope.py']) expect(existsSync(path.join(workbench().folder, file))).toBe(false);
    await workbench().openPalette('Spanscope: Map a Path');
    expect(await workbench().quickPickItems.filter({ hasText: 'Map a Path' }).count()).toBe(0);
    await workbench().page.keyboard.press('Escape');
  });

  it('runs no file', async () => {
    await workbench().probe.executeCommand('notifications.clearAll');
    await workbench().probe.executeCommand('spanscope.runFile', { $file: path.join(workbench().folder, 'agent.cjs') });
    await expectNotice(/^Programs are run only in a workspace that is trusted/);
  });

  it('leads to its lines as soon as it is trusted', async () => {
    await workbench().probe.executeCommand('notifications.clearAll');
    await workbench().probe.executeCommand('workbench.trust.manage');
    await workbench().page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).first().click();
    // Newer editors show it over the window, older ones as a tab.
    await workbench().probe.executeCommand('workbench.action.closeActiveEditor');
    await workbench().page.locator('.workspace-trust-editor').waitFor({ state: 'hidden' });
    await workbench().openTrace(/^plan/);
    await workbench().panel().rows('mapped').click();
    await workbench().panel().details.getByRole('button', { name: /agent\.cjs:2/ }).click();
    await expect.poll(async () => (await workbench().probe.cursor())?.text).toContain('exports.plan');
    expect(await statusFrom('Host: localhost\r\nOrigin: https://evil.example'), 'who may send is for the user alone to say').toContain(' 403 ');
  });
});
