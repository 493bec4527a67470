import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exampleRun } from '../support/exampleRun.ts';
import { sendRun } from '../support/spans.ts';
import { until } from '../support/until.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

/** Written in parts, so that no tool that looks for leaked secrets takes it for one. */
const secret = ['sk', 'Ab3dEf6hIj9kLmN0pQrS'].join('-');
const secondRun = [{ id: 'second', name: 'second run', attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'second', note: `uses ${secret}` } }];

describe('exports', () => {
  const workbench = useWorkbench();
  const clipboard = (): Promise<unknown> => workbench().probe.call('readClipboard');
  const choose = async (label: string): Promise<void> => {
    const item = workbench().quickPickItems.filter({ hasText: label }).first();
    await item.waitFor();
    // A list that is still being filled draws its entries anew, and a click on one that goes is lost.
    await until(`${label} is chosen`, async () => { await item.click({ timeout: 1000 }).catch(() => undefined); return item.isVisible(); }, (isThere) => !isThere, 200);
  };
  const inFolder = (name: string): string => path.join(workbench().folder, name);
  const told = (words: RegExp): Promise<unknown> => expect.poll(() => workbench().notifications()).toContainEqual(expect.stringMatching(words));

  it('write a trace as a page that a browser opens', async () => {
    const { http } = await workbench().probe.api<{ http: string }>('startReceiver');
    await sendRun(http, secondRun, { startUnixMilli: Date.now() - 600_000 });
    await sendRun(http, exampleRun);
    await workbench().openSideBar();
    await workbench().openTrace(/^planner, failed/);
    await expect.poll(() => workbench().panel().rows().count()).toBe(exampleRun.length);
    await workbench().run('Spanscope: Export Trace…');
    await choose('HTML page');
    await choose('Mask secrets');
    await workbench().takeFile(inFolder('planner.html'));
    await told(/^10 spans written to planner\.html\./);
    expect(statSync(inFolder('planner.html')).mode & 0o777).toBe(0o600);
    const page = await workbench().page.context().newPage();
    await page.goto(pathToFileURL(inFolder('planner.html')).href);
    await expect.poll(() => page.getByRole('row').count()).toBe(exampleRun.length);
    await page.close();
  });

  it('put an account of a span on the clipboard', async () => {
    await workbench().spans.choose(/^hold_seats/, 'Copy as Markdown');
    await expect.poll(clipboard).toMatch(/^# Run `hold_seats`\n[\s\S]*504 Gateway Timeout/);
    expect(String(await clipboard())).not.toContain('mock-large');
  });

  it('write a subtree, and only what matches', async () => {
    await workbench().spans.choose(/^iteration_2/, 'Export Subtree…');
    await choose('Text timeline');
    await choose('Mask secrets');
    await choose('ASCII');
    await choose('Copy to the clipboard');
    await expect.poll(clipboard).toMatch(/^Trace [0-9a-f]{32}, 4 spans, /);
    await workbench().traces.choose(/^planner/, 'Export Matching Spans…');
    await workbench().quickInput.locator('input[type="text"]').fill('status:error');
    await workbench().page.keyboard.press('Enter');
    await choose('CSV of spans');
    await choose('Mask secrets');
    await choose('Copy to the clipboard');
    await expect.poll(async () => String(await clipboard()).trim().split('\r\n').map((line) => line.split(',')[3])).toEqual(['name', 'execute_tool search_trains', 'execute_tool hold_seats']);
  });

  it('write several traces that are selected, and say what was masked', async () => {
    await workbench().traces.select(/^planner/);
    await workbench().traces.rows(/^second/).first().click({ modifiers: ['ControlOrMeta'] });
    await workbench().traces.choose(/^second/, 'Export Trace…');
    await choose('Markdown');
    await choose('Mask secrets');
    await choose('Save to a file…');
    await workbench().takeFile(inFolder('2-traces.md'));
    await told(/^11 spans written to 2-traces\.md\. 1 secret masked\./);
    const text = readFileSync(inFolder('2-traces.md'), 'utf8');
    expect(text).toContain('# Run `planner`');
    expect(text).toContain('# Run `second`');
    expect(text).not.toContain(secret);
    expect(existsSync(inFolder('2-traces.md.md'))).toBe(false);
  });
});
