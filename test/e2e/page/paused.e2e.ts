import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { usePanels } from './support/harness.ts';

const open = usePanels();
const plain = (text: string | null): string => (text ?? '').replaceAll('\u00a0', ' ');
const summary = async (page: Page): Promise<string> => plain(await page.getByRole('region', { name: 'Summary of the run' }).textContent());
const table = (page: Page) => page.getByRole('treegrid');
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name }).first();
/** Start and duration of a span, as the table says them. */
const times = async (page: Page, name: string): Promise<readonly string[]> => (await row(page, name).getByRole('gridcell').allTextContents()).slice(1, 3).map(plain);
const foldButton = (page: Page) => page.getByRole('button', { name: 'Fold paused time (P)' });

describe('a run that stood in the debugger', () => {
  it('says how long, and shows its times without that when paused time is folded', async () => {
    const { page, errors } = await open({ scenario: 'paused' });
    await row(page, 'iteration 1').waitFor();
    expect(await times(page, 'iteration 1')).toEqual(['+5.000 s', '12.2 s']);
    expect(await summary(page)).toContain('9.90 spaused');
    await table(page).focus();
    await page.keyboard.press('p');
    await expect.poll(async () => times(page, 'iteration 1')).toEqual(['+5.000 s', '9.80 s']);
    expect(await times(page, 'search_docs')).toEqual(['+6.000 s', '2.50 s']);
    expect(await foldButton(page).getAttribute('aria-pressed')).toBe('true');
    await foldButton(page).click();
    await expect.poll(async () => times(page, 'search_docs')).toEqual(['+8.200 s', '2.70 s']);
    expect(errors).toEqual([]);
  });

  it('tells the editor, for its menus, that there is paused time to fold, and no other run does', async () => {
    const context = async (page: Page): Promise<unknown> => JSON.parse((await page.locator('.body').getAttribute('data-vscode-context')) ?? '{}');
    expect(await context((await open({ scenario: 'paused' })).page)).toEqual({ hasPausedTime: true });
    expect(await context((await open({ scenario: 'silent' })).page)).toEqual({ hasPausedTime: false });
  });

  it('tells of a span what it took and for how long it was paused, folded or not', async () => {
    const { page } = await open({ scenario: 'paused' });
    await row(page, 'iteration 1').click();
    const duration = async (): Promise<string> => plain(await page.locator('.strip').getByText('paused').textContent());
    await expect.poll(duration).toBe('9.80 s + 2.40 s paused');
    await foldButton(page).click();
    await expect.poll(async () => times(page, 'iteration 1')).toEqual(['+5.000 s', '9.80 s']);
    expect(await duration()).toBe('9.80 s + 2.40 s paused');
  });

  it('is shown as it was left after the page has gone and come back, with the same part of it', async () => {
    const { page } = await open({ scenario: 'paused' });
    await row(page, 'iteration 1').click();
    await page.keyboard.press('p');
    await page.keyboard.press('f');
    const state = () => page.evaluate(() => window.fake.state as { foldsPaused?: boolean; range?: readonly number[] });
    await expect.poll(async () => (await state()).range).toEqual([5e9, 14.8e9]);
    expect((await state()).foldsPaused).toBe(true);
    await page.reload();
    await expect.poll(async () => times(page, 'iteration 1')).toEqual(['+5.000 s', '9.80 s']);
    expect((await state()).range).toEqual([5e9, 14.8e9]);
    await foldButton(page).click();
    await expect.poll(async () => (await state()).range).toEqual([5e9, 17.2e9]);
  });

  it('keeps its present still while it stands and the time is folded', async () => {
    const { page } = await open({ scenario: 'standing' });
    await row(page, 'fix-rounding').waitFor();
    await foldButton(page).click();
    await expect.poll(async () => times(page, 'fix-rounding')).toEqual(['+0.000 s', '33.8 s …']);
    expect(await summary(page)).toContain('33.8 s');
    await page.waitForFunction((since) => performance.now() > since + 600, await page.evaluate(() => performance.now()));
    expect(await times(page, 'fix-rounding')).toEqual(['+0.000 s', '33.8 s …']);
  });

  it('has nothing to fold when it never stood, and says so', async () => {
    const { page } = await open();
    await row(page, 'iteration 1').waitFor();
    expect(await foldButton(page).count()).toBe(0);
    await table(page).focus();
    await page.keyboard.press('p');
    await page.getByText('There is no paused time to fold').waitFor();
  });

  it('takes pauses of any number and order', async () => {
    const { page, errors } = await open({ scenario: 'paused' });
    await row(page, 'iteration 1').waitFor();
    await page.evaluate(() => window.fake.become({ paused: Array.from({ length: 5000 }, (_, i) => [38 - i * 0.007, 38 - i * 0.007 + 0.005] as const) }));
    await foldButton(page).click();
    await expect.poll(async () => summary(page)).toContain('25.0 spaused');
    expect(errors).toEqual([]);
  });
});

describe('a program that stands', () => {
  it('is marked in words at its span and what that is part of, until it goes on', async () => {
    const { page } = await open({ scenario: 'standing' });
    const here = page.getByRole('img', { name: 'the program stands here' }), below = page.getByRole('img', { name: 'the program stands below' });
    await row(page, 'fix-rounding').waitFor();
    expect(await below.count()).toBeGreaterThan(0);
    await table(page).focus();
    await page.keyboard.press('End');
    await expect.poll(async () => here.count()).toBe(1);
    expect(await page.getByRole('row', { selected: true }).textContent()).toContain('stands here');
    await page.evaluate(() => window.fake.stand(['t1']));
    await expect.poll(async () => page.getByRole('row', { selected: true }).textContent()).not.toContain('stands here');
    await page.evaluate(() => window.fake.stand([]));
    await expect.poll(async () => (await here.count()) + (await below.count())).toBe(0);
  });
});
