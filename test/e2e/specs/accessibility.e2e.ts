import { describe, expect, it } from 'vitest';
import { themes } from '../pages/workbench.ts';
import type { Theme } from '../pages/workbench.ts';
import { findings } from '../support/axe.ts';
import { exampleRun } from '../support/exampleRun.ts';
import { sendRun } from '../support/spans.ts';
import { useWorkbench } from '../support/useWorkbench.ts';

describe('the panel for everybody', () => {
  const workbench = useWorkbench();

  it.each(Object.keys(themes) as Theme[])('has nothing that axe finds while it waits for a trace, in the theme %s', async (theme) => {
    if (theme === 'dark') {
      await workbench().probe.api('startReceiver');
      await workbench().probe.executeCommand('spanscope.openTrace');
    }
    await workbench().switchTheme(theme);
    await workbench().panel().frame.getByRole('heading', { name: 'Waiting for the first span' }).waitFor();
    expect(await findings(workbench().panel())).toEqual([]);
  });

  it.each(Object.keys(themes) as Theme[])('has nothing that axe finds in a run, its details and its menus, in the theme %s', async (theme) => {
    if (theme === 'dark') {
      const { http } = await workbench().probe.api<{ http: string }>('endpoints');
      await sendRun(http, exampleRun);
    }
    await workbench().switchTheme(theme);
    const panel = workbench().panel();
    await panel.rows('search_trains').last().click();
    for (const tab of ['Content', 'Attributes', 'Events']) {
      await panel.openTab(tab);
      expect(await findings(panel), tab).toEqual([]);
    }
    await panel.filterBox.fill('role:tool');
    await panel.frame.getByText('3 of 10').waitFor();
    expect(await findings(panel), 'filter').toEqual([]);
    await panel.filterBox.fill('');
    await panel.press('?');
    await panel.frame.getByRole('dialog', { name: 'Keys' }).waitFor();
    expect(await findings(panel), 'keys').toEqual([]);
    await workbench().page.keyboard.press('Escape');
    await panel.rows('mock-large').click();
    await panel.openTab('Content');
    expect(await findings(panel), 'a model call').toEqual([]);
  });

  it('is reached and used from the keyboard alone, from the activity bar to the line', async () => {
    const { page } = workbench();
    await workbench().probe.executeCommand('workbench.action.closeAllEditors');
    await workbench().run('View: Show Spanscope');
    await workbench().traces.rows(/^planner/).waitFor();
    await workbench().run('Spanscope: Focus on Traces View');
    await expect.poll(async () => {
      await page.keyboard.press('ArrowDown');
      return workbench().traces.tree.locator('.focused').evaluateAll(([row]) => row?.getAttribute('aria-label') ?? '');
    }).toMatch(/^planner/);
    await page.keyboard.press('Enter');
    await workbench().panel().table.waitFor();
    const focused = (): Promise<string> => workbench().panel().body.evaluate(() => document.activeElement?.getAttribute('role') ?? '');
    const stops: string[] = [];
    for (let stop = 0; stop < 17; stop++) {
      await page.keyboard.press('Tab');
      stops.push(await workbench().panel().body.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''));
    }
    expect(stops.filter((stop) => stop === '')).toEqual([]);
    expect(stops).toEqual(expect.arrayContaining(['Filter spans', 'Export', 'More', 'Follow the run (L)', 'Fit the whole run (0)', 'Flame chart of the run', 'Spans of the run', 'Width of the details']));
    await expect.poll(async () => {
      await page.keyboard.press('Shift+Tab');
      return focused();
    }).toBe('tree');
    await page.keyboard.press('e');
    await expect.poll(() => workbench().panel().selectedSpan.textContent()).toMatch(/^search_trains, tool, failed/);
    await page.keyboard.press('Enter');
    await expect.poll(() => workbench().notifications()).toContainEqual(expect.stringMatching(/^No source line/));
  });

  it('opens the menu of the selected span by its key, in chart and table, and is left by Esc where it was', async () => {
    const { page } = workbench(), panel = workbench().panel(), menu = page.getByRole('menu').getByRole('menuitem', { name: /^Go to Source/ });
    for (const place of [panel.chart, panel.table]) {
      const hasFocus = (): Promise<boolean> => place.evaluate((element) => element === document.activeElement && document.hasFocus());
      // The editor looks four times a second where the focus is: a menu that comes and goes between two looks may leave it to the page as a whole.
      await expect.poll(async () => {
        await place.focus();
        await expect.poll(hasFocus).toBe(true);
        await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('IFRAME');
        await page.keyboard.press('Shift+F10');
        await menu.first().waitFor();
        expect(await page.getByRole('menu').getByRole('menuitem', { name: 'Filter by Name' }).count()).toBe(1);
        await page.keyboard.press('Escape');
        await menu.first().waitFor({ state: 'detached' });
        return expect.poll(hasFocus, { timeout: 1000 }).toBe(true).then(() => true, () => false);
      }, { timeout: 30_000 }).toBe(true);
    }
  });

  it('says in words what chart and trees show', async () => {
    await expect.poll(() => workbench().panel().selectedSpan.textContent()).toMatch(/^search_trains, tool, failed, 1\.40\ss, starts at 2\.15\ss, 3 of 4$/);
    await workbench().spans.rows(/^search_trains, Tool, failed, 1\.40\ss$/).waitFor();
    await workbench().traces.rows(/^planner, failed, .* 2 errors/).waitFor();
    expect(await workbench().statusBarItem.getByRole('button').getAttribute('aria-label')).toMatch(/^Spanscope/);
  });

  it('shows the table in the place of the chart to a screen reader', async () => {
    await workbench().probe.updateSetting('editor.accessibilitySupport', 'on');
    await workbench().panel().frame.locator('body.vscode-using-screen-reader').waitFor();
    await workbench().panel().table.waitFor();
    await workbench().probe.updateSetting('editor.accessibilitySupport', 'off');
  });

  it('holds still where less motion is wanted', async () => {
    await workbench().probe.updateSetting('workbench.reduceMotion', 'on');
    await workbench().panel().frame.locator('body.vscode-reduce-motion').waitFor();
  });
});
