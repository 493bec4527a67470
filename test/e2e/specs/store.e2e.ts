import { globSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SpanRecord, TraceSummary } from '../../../src/model/records.ts';
import { exampleRun } from '../support/exampleRun.ts';
import { sendLargeRun, sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('what was received', () => {
  const workbench = useWorkbench();
  const names = async (): Promise<string[]> => (await workbench().probe.api<TraceSummary[]>('listTraces')).map(({ name }) => name).toSorted();
  const receiver = async (): Promise<string> => (await workbench().probe.api<{ http: string }>('startReceiver')).http;
  const tracesShown = (): Promise<string[]> => workbench().traces.rows(/, (ended|failed|running), /).evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label')?.split(',')[0] ?? ''));

  it('is all there after the editor was killed', async () => {
    const http = await receiver();
    const traceId = await sendRun(http, exampleRun, { service: 'planner-service' });
    for (const name of ['first question', 'second question']) await sendRun(http, [{ id: name, name }], { service: 'helper' });
    const before = await workbench().probe.api<SpanRecord[]>('getTrace', traceId);
    expect(before).toHaveLength(exampleRun.length);
    await workbench().restart('SIGKILL');
    expect(await names()).toEqual(['first question', 'invoke_agent planner', 'second question']);
    expect(await workbench().probe.api<SpanRecord[]>('getTrace', traceId)).toEqual(before);
    await workbench().openSideBar();
    await expect.poll(async () => (await tracesShown()).toSorted()).toEqual(['first question', 'planner', 'second question']);
  });

  it('is there as well while the dead window still seems to have its folder', async () => {
    const data = path.join(path.dirname(workbench().folder), 'server-data/data/User/workspaceStorage');
    const locks: string[] = [];
    // The editor looks for the process that the lock names; here that is one that lives.
    await workbench().restart('SIGKILL', () => {
      locks.push(...globSync('*/vscode.lock', { cwd: data }).map((lock) => path.join(data, lock)));
      for (const lock of locks) writeFileSync(lock, JSON.stringify({ pid: process.pid, willReleaseAt: 0 }));
    });
    expect(locks).not.toEqual([]);
    expect(await names()).toEqual(['first question', 'invoke_agent planner', 'second question']);
    expect(globSync('*-1/vscode.lock', { cwd: data })).not.toEqual([]);
    for (const lock of locks) rmSync(lock);
    await workbench().openSideBar();
  });

  it('is filtered while a query is typed, which says how much of it shows', async () => {
    await workbench().traces.press('Filter Traces…');
    const input = workbench().quickInput.locator('input');
    await input.fill('has:error');
    await expect.poll(tracesShown).toEqual(['planner']);
    await expect.poll(() => workbench().traces.pane.innerText()).toContain('1 of 3 shown.');
    await input.fill('service:helper name:second');
    await expect.poll(tracesShown).toEqual(['second question']);
    await input.fill('name:nothing');
    await workbench().traces.pane.getByText('No trace matches the filter.').waitFor();
    await input.fill('service:helper name:second');
    await expect.poll(tracesShown).toEqual(['second question']);
    await input.fill('duration:>soon');
    await expect.poll(() => workbench().quickInput.locator('.quick-input-message').innerText()).toContain('duration');
    await expect.poll(tracesShown).toEqual(['second question']);
    await input.fill('duration:>2s');
    await expect.poll(tracesShown).toEqual(['planner']);
    await input.press('Enter');
    await workbench().quickInput.waitFor({ state: 'hidden' });
    await expect.poll(tracesShown).toEqual(['planner']);
    await workbench().traces.press('Clear Filter');
    await expect.poll(async () => (await tracesShown()).length).toBe(3);
    await expect.poll(() => workbench().traces.pane.innerText()).not.toContain('shown.');
  });

  it('stands by service when that is wanted', async () => {
    await workbench().run('Spanscope: Group by Service');
    const groups = (): Promise<(string | null)[]> => workbench().traces.tree.locator('[aria-level="1"]').evaluateAll((rows) => rows.map((row) => row.querySelector('.label-name')?.textContent ?? null));
    await expect.poll(groups).toEqual(['helper', 'planner-service']);
    await workbench().run('Spanscope: Group by Time');
    await expect.poll(groups).toEqual(['Today']);
  });

  it('goes trace by trace when it is deleted, and does not come back', async () => {
    await workbench().traces.choose(/^first question/, 'Delete Trace');
    await expect.poll(async () => (await tracesShown()).toSorted()).toEqual(['planner', 'second question']);
    expect(await names()).toEqual(['invoke_agent planner', 'second question']);
    await workbench().restart();
    expect(await names()).toEqual(['invoke_agent planner', 'second question']);
  });

  it('is all gone after it was cleared, also from an open panel and after a restart', async () => {
    await workbench().openSideBar();
    await workbench().openTrace(/^planner/);
    await workbench().panel().table.waitFor();
    await workbench().traces.press('Delete All Traces…');
    await workbench().question.getByText('Delete all 2 traces of this workspace?').waitFor();
    await workbench().answer('Delete');
    await workbench().panel().frame.getByText('What was loaded is still shown').waitFor();
    await workbench().traces.pane.getByText('No runs yet').waitFor();
    expect(await names()).toEqual([]);
    await workbench().restart('SIGKILL');
    expect(await names()).toEqual([]);
  });

  it.each([10_000, 100_000])('opens and is drawn when it has %i spans', async (count) => {
    const http = await receiver();
    await workbench().openSideBar();
    await sendLargeRun(http, count);
    await workbench().openTrace(new RegExp(`large run of ${count},`));
    await expect.poll(() => workbench().panel().table.getAttribute('aria-rowcount'), { timeout: 30_000 }).toBe(String(count));
    expect(await workbench().panel().rows().count()).toBeLessThan(100);
    // More than the background was painted: bars of several colours.
    const colours = await workbench().panel().stage.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const seen = new Set<number>();
      for (let at = 0; at < pixels.length; at += 4 * 97) seen.add(((pixels[at] as number) << 16) | ((pixels[at + 1] as number) << 8) | (pixels[at + 2] as number));
      return seen.size;
    });
    expect(colours).toBeGreaterThan(3);
    await workbench().panel().press('e');
    await expect.poll(() => workbench().panel().selectedSpan.textContent()).toMatch(/failed/);
    await expect.poll(() => workbench().spans.tree.locator('[aria-selected="true"]').getAttribute('aria-label')).toMatch(/^step \d+, .*failed/);
  });
});
