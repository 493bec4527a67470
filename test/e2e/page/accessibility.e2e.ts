import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { root } from '../../launcher/paths.ts';
import { settled, usePanels } from './support/harness.ts';
import type { PanelPage } from './support/harness.ts';
import { themeNames } from './support/themes.ts';

const open = usePanels();
const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
const nonce = 'cGFnZS10ZXN0cw';

interface AxeResult { readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }[] }

/** What axe finds, as lines to read; rows that do not match a filter are pale on purpose. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(({ code, key }) => {
    const script = document.createElement('script');
    script.nonce = key;
    script.textContent = code;
    document.head.append(script);
  }, { code: axe, key: nonce });
  // What fades in has another contrast on its way than where it stays.
  await settled(page);
  const result = await page.evaluate(async () => (window as unknown as { axe: { run(context: unknown, options: unknown): Promise<AxeResult> } }).axe.run(
    { exclude: [['.table-row.dim']] }, { rules: { region: { enabled: false } } }));
  return result.violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`));
}

const select = async ({ page }: PanelPage, id: string): Promise<void> => {
  await page.evaluate((wanted) => window.fake.say({ type: 'selection.set', ref: { epoch: window.fake.epoch, row: window.fake.scenario.spans.findIndex((span) => span.id === wanted) } }), id);
  await page.getByRole('tabpanel').waitFor();
};

describe.each(themeNames)('axe in the theme %s', (theme) => {
  it('finds nothing in a run with a failed tool, and in each tab of its details', async () => {
    const panel = await open({ theme });
    await select(panel, 't1');
    for (const tab of ['Content', 'Attributes', 'Events', 'Logs']) {
      await panel.page.getByRole('tab', { name: tab }).click();
      expect(await findings(panel.page), tab).toEqual([]);
    }
  });

  it('finds nothing in a model call at medium width and in a drawer', async () => {
    const panel = await open({ theme, size: { width: 680, height: 900 } });
    await select(panel, 'c2');
    expect(await findings(panel.page)).toEqual([]);
    await panel.page.setViewportSize({ width: 420, height: 900 });
    await panel.page.getByRole('button', { name: 'Close details (Esc)' }).waitFor();
    expect(await findings(panel.page)).toEqual([]);
  });

  it('finds nothing in menus, filters, messages and the key sheet', async () => {
    const panel = await open({ theme });
    const { page } = panel;
    await select(panel, 'rs');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    expect(await findings(page), 'menu').toEqual([]);
    await page.getByRole('menuitem', { name: /Keys/ }).click();
    expect(await findings(page), 'keys').toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('/');
    await page.keyboard.type('role:tool');
    await page.getByText('14 of 40').waitFor();
    expect(await findings(page), 'filter').toEqual([]);
    // A key that no span has is said at the box, and to those who hear the page.
    await page.getByLabel('Filter spans').fill('role:tool colour:red');
    await page.getByRole('status').filter({ hasText: 'No span has an attribute "colour".' }).waitFor();
    expect(await page.getByLabel('Filter spans').evaluate((input) => document.getElementById(input.getAttribute('aria-describedby') ?? '')?.textContent)).toContain('No span has an attribute "colour".');
    expect(await findings(page), 'hint').toEqual([]);
    await page.getByLabel('Filter spans').fill('role:tool');
    await expect.poll(async () => page.getByRole('status').filter({ hasText: 'colour' }).count()).toBe(0);
    await page.getByRole('searchbox').fill('duration:>soon');
    await page.getByRole('alert').waitFor();
    expect(await findings(page), 'problem').toEqual([]);
    await page.getByRole('searchbox').fill('name:nothing');
    await page.getByRole('heading', { name: 'No span matches' }).waitFor();
    expect(await findings(page), 'no match').toEqual([]);
  });

  it('finds nothing in a run that was paused, folded or not, and that stands', async () => {
    const panel = await open({ theme, scenario: 'standing' });
    await select(panel, 'cod');
    expect(await findings(panel.page), 'standing').toEqual([]);
    await panel.page.getByRole('button', { name: 'Fold paused time (P)' }).click();
    expect(await findings(panel.page), 'folded').toEqual([]);
  });

  it.each(['waiting', 'off', 'failed'])('finds nothing while it is %s', async (scenario) => {
    const { page } = await open({ theme, scenario, size: { width: 530, height: 400 } });
    await page.getByRole('heading', { level: 2 }).waitFor();
    expect(await findings(page)).toEqual([]);
  });
});

describe('the panel at other sizes and settings', () => {
  it.each([{ width: 1440, height: 900 }, { width: 680, height: 900 }, { width: 420, height: 900 }])('keeps every control in reach at font size 20: %j', async (size) => {
    const panel = await open({ size, fontSize: 20 });
    await select(panel, 't1');
    const outside = await panel.page.evaluate(() => [...document.querySelectorAll('button, input, [tabindex="0"]')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      if (width === 0 || element.closest('.away, .tab-panel, .unseen') !== null) return false;
      let from = 0, to = innerWidth;
      for (let up = element.parentElement; up !== null; up = up.parentElement) {
        if (getComputedStyle(up).overflowX === 'visible') continue;
        const clip = up.getBoundingClientRect();
        from = Math.max(from, clip.left);
        to = Math.min(to, clip.right);
      }
      return left < from - 1 || right > to + 1;
    }).map((element) => element.outerHTML.slice(0, 120)));
    expect(outside).toEqual([]);
  });

  it('shows the table in the place of the chart to a screen reader', async () => {
    const { page } = await open({ classes: 'vscode-using-screen-reader', size: { width: 680, height: 900 } });
    await page.getByRole('treegrid').waitFor();
    expect(await page.locator('.chart.away').count()).toBe(1);
  });

  it('holds still when motion is reduced', async () => {
    const { page } = await open({ classes: 'vscode-reduce-motion' });
    await page.locator('.spin').first().waitFor();
    expect(await page.locator('.spin').first().evaluate((element) => getComputedStyle(element).animationName)).toBe('none');
  });

  it('tells a screen reader of new errors and of the end of the run', async () => {
    const { page } = await open();
    await page.getByRole('row').first().waitFor();
    await page.evaluate(() => window.fake.become({ spans: window.fake.scenario.spans.map((span) => ({ ...span, end: span.end ?? 39 })) }));
    await expect.poll(async () => page.locator('[aria-live=polite]').textContent()).toBe('The run has ended with 1 error.');
  });
});
