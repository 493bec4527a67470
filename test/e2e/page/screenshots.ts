import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { launchBrowser } from '../../launcher/browser.ts';
import { bundle, openPanel } from './support/harness.ts';
import type { PageOptions, PanelPage } from './support/harness.ts';
import { themeNames } from './support/themes.ts';
import type { ThemeName } from './support/themes.ts';

// Pictures of the panel without an editor: node test/e2e/page/screenshots.ts FOLDER [part of a name …]

interface Picture extends PageOptions {
  readonly name: string;
  readonly prepare?: (panel: PanelPage) => Promise<void>;
}

const wide = { width: 1440, height: 900 }, medium = { width: 680, height: 920 }, narrow = { width: 420, height: 900 };
const select = (name: string) => async ({ page }: PanelPage): Promise<void> => {
  await page.evaluate((label) => window.fake.say({ type: 'selection.set', ref: { epoch: window.fake.epoch, row: window.fake.labels().indexOf(label) } }), name);
  await page.locator('.tab-panel').waitFor();
};
const selectRow = (id: string) => async ({ page }: PanelPage): Promise<void> => {
  await page.evaluate((wanted) => window.fake.say({ type: 'selection.set', ref: { epoch: window.fake.epoch, row: window.fake.scenario.spans.findIndex((span) => span.id === wanted) } }), id);
  await page.locator('.tab-panel').waitFor();
};
const tab = (id: string, name: string) => async (panel: PanelPage): Promise<void> => {
  await selectRow(id)(panel);
  await panel.page.getByRole('tab', { name }).click();
};
const type = (query: string, then?: (panel: PanelPage) => Promise<void>) => async (panel: PanelPage): Promise<void> => {
  await then?.(panel);
  await panel.page.keyboard.press('/');
  await panel.page.getByRole('searchbox').fill(query);
  await panel.page.waitForTimeout(400);
};

const inTheme = (theme: ThemeName): readonly Picture[] => [
  { name: `wide-${theme}`, theme, size: wide, prepare: select('run_tests') },
  { name: `model-call-${theme}`, theme, size: wide, prepare: selectRow('c2') },
  { name: `medium-${theme}`, theme, size: medium, prepare: selectRow('c3') },
  { name: `paused-${theme}`, theme, size: wide, scenario: 'paused', prepare: selectRow('cod') },
  { name: `paused-folded-${theme}`, theme, size: wide, scenario: 'paused', prepare: async (panel) => { await selectRow('cod')(panel); await panel.page.getByRole('button', { name: 'Fold paused time (P)' }).click(); } },
  { name: `standing-${theme}`, theme, size: wide, scenario: 'standing' },
  { name: `narrow-${theme}`, theme, size: narrow, prepare: select('run_tests') },
];
const pictures: readonly Picture[] = [
  ...themeNames.flatMap(inTheme),
  { name: 'medium-table', size: medium, prepare: async (panel) => { await select('run_tests')(panel); await panel.page.getByRole('button', { name: /span table/ }).click(); } },
  { name: 'attributes', size: wide, prepare: tab('c2', 'Attributes') },
  { name: 'attributes-light', theme: 'light', size: wide, prepare: tab('t1', 'Attributes') },
  { name: 'events', size: wide, prepare: tab('t1', 'Events') },
  { name: 'logs', size: wide, prepare: tab('t1', 'Logs') },
  { name: 'links', size: wide, prepare: tab('c2', 'Links') },
  { name: 'agent', size: wide, prepare: selectRow('cod') },
  { name: 'retriever', size: wide, prepare: selectRow('rv') },
  { name: 'decision', size: wide, prepare: selectRow('dec') },
  { name: 'other', size: wide, prepare: selectRow('rvd') },
  { name: 'no-source', size: wide, prepare: selectRow('rs') },
  { name: 'ended', scenario: 'ended', size: wide, prepare: select('pytest -q') },
  { name: 'filter', size: wide, prepare: type('role:tool') },
  { name: 'no-match', size: { width: 680, height: 620 }, prepare: type('role:tool status:error name:deploy', selectRow('rs')) },
  { name: 'problem', size: wide, prepare: type('duration:>soon') },
  { name: 'keys', size: wide, prepare: async ({ page }) => { await page.getByRole('button', { name: 'More', exact: true }).click(); await page.getByRole('menuitem', { name: /Keys/ }).click(); } },
  { name: 'menu', size: narrow, prepare: async ({ page }) => { await page.getByRole('button', { name: 'More', exact: true }).click(); } },
  ...(['waiting', 'off', 'failed'] as const).map((scenario): Picture => ({ name: scenario, scenario, size: { width: 530, height: 400 } })),
  { name: 'waiting-light', scenario: 'waiting', theme: 'light', size: { width: 420, height: 500 } },
  { name: 'many', scenario: 'many', size: wide },
  { name: 'one', scenario: 'one', size: wide },
  { name: 'hostile', scenario: 'hostile', size: wide, prepare: selectRow('span-7') },
  { name: 'large-font', size: wide, fontSize: 20, prepare: select('run_tests') },
  { name: 'large-font-narrow', size: narrow, fontSize: 20, prepare: select('run_tests') },
];

const [folder, ...wanted] = process.argv.slice(2);
if (folder === undefined) throw new Error('Which folder shall the pictures go to?');
mkdirSync(folder, { recursive: true });
const [browser, script] = await Promise.all([launchBrowser(), bundle()]);
for (const { name, prepare, ...options } of pictures) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const panel = await openPanel(browser, script, options);
  await prepare?.(panel);
  await panel.page.waitForTimeout(300);
  await panel.page.screenshot({ path: path.join(folder, `${name}.png`) });
  const violations = await panel.page.evaluate(() => window.violations);
  for (const problem of [...panel.errors, ...violations, ...panel.requests]) process.stdout.write(`${name}: ${problem}\n`);
  await panel.page.context().close();
}
await browser.close();
