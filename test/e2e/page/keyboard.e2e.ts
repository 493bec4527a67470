import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { usePanels } from './support/harness.ts';

const open = usePanels();
const selected = async (page: Page): Promise<string> => page.evaluate(() => {
  const label = document.querySelector('[role=row][aria-selected=true] .name')?.textContent;
  return label ?? '';
});
const table = (page: Page) => page.getByRole('treegrid');
const press = async (page: Page, ...keys: readonly string[]): Promise<void> => { for (const key of keys) await page.keyboard.press(key); };

describe('the keys of the table', () => {
  it('move the selection by row, by sibling, to the ends, and fold', async () => {
    const { page } = await open();
    await table(page).focus();
    await press(page, 'ArrowDown');
    await expect.poll(async () => selected(page)).toBe('fix-rounding');
    await press(page, 'ArrowDown');
    await expect.poll(async () => selected(page)).toBe('input_check');
    await press(page, 'ArrowRight');
    await expect.poll(async () => selected(page)).toBe('claude-sonnet-4-5');
    await press(page, 'ArrowLeft', 'ArrowUp');
    await expect.poll(async () => selected(page)).toBe('fix-rounding');
    await press(page, ' ');
    await expect.poll(async () => page.getByRole('row').count()).toBe(1);
    expect(await page.getByRole('row').getAttribute('aria-expanded')).toBe('false');
    await press(page, ' ', 'End');
    await expect.poll(async () => selected(page)).toBe('claude-sonnet-4-5');
    await press(page, 'Home');
    await expect.poll(async () => selected(page)).toBe('fix-rounding');
  });

  it('name the row in focus to assistive technology', async () => {
    const { page } = await open();
    await table(page).focus();
    await press(page, 'ArrowDown', 'ArrowDown');
    const id = await table(page).getAttribute('aria-activedescendant') ?? 'none';
    const row = page.locator(`#${id}`);
    expect([await row.getAttribute('aria-level'), await row.getAttribute('aria-posinset'), await row.getAttribute('aria-setsize'), await row.getAttribute('aria-rowindex')]).toEqual(['2', '1', '5', '2']);
  });

  it('open the source, here and beside', async () => {
    const { page, posted } = await open();
    await table(page).focus();
    await press(page, 'ArrowDown', 'Enter', 'Alt+Enter');
    await expect.poll(async () => (await posted('source.open')).map(({ beside, ref }) => [beside, ref.row])).toEqual([[false, 0], [true, 0]]);
  });

  it('do in the table what they do in the chart', async () => {
    const { page } = await open();
    await table(page).focus();
    await press(page, 'e');
    await expect.poll(async () => selected(page)).toBe('run_tests');
    await press(page, 'l');
    await expect.poll(async () => page.getByRole('button', { name: 'Follow the run (L)' }).getAttribute('aria-pressed')).toBe('false');
    await press(page, '?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await press(page, 'Escape');
    await expect.poll(async () => page.getByRole('dialog').count()).toBe(0);
    expect(await table(page).evaluate((element) => element === document.activeElement)).toBe(true);
  });
});

describe('the filter box', () => {
  it('is reached by the slash, counts, steps through the matches and is left by Esc', async () => {
    const { page } = await open();
    await table(page).focus();
    await press(page, '/');
    await page.keyboard.type('role:evaluator,guardrail');
    await page.getByText('2 of 40').waitFor();
    await press(page, 'Enter');
    await expect.poll(async () => selected(page)).toBe('input_check');
    await press(page, 'Enter');
    await expect.poll(async () => selected(page)).toBe('patch_score');
    await press(page, 'Shift+Enter');
    await expect.poll(async () => selected(page)).toBe('input_check');
    expect(await page.locator('.table-row.dim').count()).toBeGreaterThan(5);
    await press(page, 'Escape');
    await expect.poll(async () => page.locator('.table-row.dim').count()).toBe(0);
    await press(page, 'Escape');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tree');
  });

  it('says what is wrong with a query in its place', async () => {
    const { page } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('duration:>soon');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('searchbox').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByRole('alert').textContent()).toContain('duration');
  });

  it('offers the way out when nothing matches', async () => {
    const { page } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('role:tool status:error name:deploy');
    await page.getByRole('button', { name: 'Remove name:deploy (1 match)' }).click();
    await page.getByText('1 of 40').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('role:tool status:error');
  });

  it('offers the key that may have been meant', async () => {
    const { page } = await open();
    await page.keyboard.press('/');
    await page.keyboard.type('sttus:error');
    await page.getByRole('status').filter({ hasText: 'No span has an attribute "sttus". Did you mean status:error?' }).waitFor();
    await page.getByRole('button', { name: 'Use status:error' }).click();
    await page.getByText('1 of 40').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('status:error');
  });

  it('is filled by the legend', async () => {
    const { page } = await open();
    const tool = page.getByRole('button', { name: 'Tool', exact: true });
    await tool.click();
    await page.getByText('14 of 40').waitFor();
    expect(await tool.getAttribute('aria-pressed')).toBe('true');
    await tool.click();
    await expect.poll(async () => page.getByRole('searchbox').inputValue()).toBe('');
  });
});

describe('a walk by the keyboard alone', () => {
  it('goes from the filter over tools and chart to table and details, and always shows where it is', async () => {
    const { page } = await open();
    await table(page).focus();
    await press(page, 'e');
    await page.getByRole('tab', { name: 'Content' }).waitFor();
    // The next Tab starts at the beginning of the page.
    await page.evaluate(() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); });
    const stops: string[] = [];
    for (let i = 0; i < 60; i++) {
      await press(page, 'Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return undefined;
        const style = getComputedStyle(element), box = element.closest('.filter-box') ?? element;
        const shows = style.outlineStyle !== 'none' || getComputedStyle(box).borderColor !== 'rgb(60, 60, 60)' || element.matches('.sash, .table-scroll, [role=tree]');
        return `${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 30)}${shows ? '' : ' INVISIBLE'}`;
      });
      if (stop === undefined) break;
      stops.push(stop);
    }
    expect(stops.filter((stop) => stop.endsWith('INVISIBLE'))).toEqual([]);
    const order = ['input Filter spans', 'button Export', 'button Follow the run (L)', 'tree', 'treegrid', 'separator Width of the details', 'tab Content'];
    const places = order.map((stop) => stops.findIndex((each) => each.startsWith(stop)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('moves through the tabs of the details by arrows', async () => {
    const { page } = await open();
    await table(page).focus();
    await press(page, 'e');
    await page.getByRole('tab', { name: 'Content' }).focus();
    await press(page, 'ArrowRight');
    expect(await page.getByRole('tab', { name: 'Attributes' }).getAttribute('aria-selected')).toBe('true');
    await press(page, 'ArrowLeft', 'ArrowLeft');
    expect(await page.getByRole('tab', { name: 'Logs' }).getAttribute('aria-selected')).toBe('true');
  });

  it.each(['treegrid', 'tree'] as const)('asks for the menu of the selected span in the %s', async (role) => {
    const { page } = await open();
    await table(page).focus();
    await press(page, 'e');
    await expect.poll(async () => selected(page)).toBe('run_tests');
    await page.evaluate(() => {
      window.addEventListener('contextmenu', (event) => {
        const context = (event.target as Element).closest<HTMLElement>('[data-vscode-context]')?.dataset['vscodeContext'] ?? '{}';
        document.body.dataset['asked'] = JSON.stringify({ ...JSON.parse(context) as object, x: event.clientX, y: event.clientY });
      });
    });
    await page.getByRole(role).first().focus();
    await press(page, 'Shift+F10');
    const asked = JSON.parse(await page.locator('body').getAttribute('data-asked') ?? '{}') as { webviewSection?: string; row?: number; x: number; y: number };
    expect(asked.webviewSection).toBe('span');
    expect(await page.evaluate((row) => window.fake.labels()[row], asked.row ?? -1)).toBe('run_tests');
    const box = await page.getByRole(role).first().boundingBox();
    expect(asked.x).toBeGreaterThanOrEqual(box?.x ?? Infinity);
    expect(asked.y).toBeGreaterThanOrEqual(box?.y ?? Infinity);
    expect(asked.y).toBeLessThanOrEqual((box?.y ?? 0) + (box?.height ?? 0) + 2);
  });

  it('goes on where it was when the page gets the focus back', async () => {
    const { page } = await open();
    await table(page).focus();
    await page.evaluate(() => {
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      window.dispatchEvent(new Event('focus'));
    });
    await press(page, 'ArrowDown');
    await expect.poll(async () => selected(page)).toBe('fix-rounding');
  });

  it('resizes by the sashes and goes back to the usual size', async () => {
    const { page } = await open();
    const sash = page.getByRole('separator', { name: 'Height of the chart' });
    await sash.focus();
    const before = Number(await sash.getAttribute('aria-valuenow'));
    await press(page, 'ArrowUp', 'ArrowUp');
    expect(Number(await sash.getAttribute('aria-valuenow'))).toBe(before - 20);
    await press(page, 'Enter');
    expect(Number(await sash.getAttribute('aria-valuenow'))).toBe(before);
  });

  it('opens a menu, chooses from it and comes back', async () => {
    const { page } = await open();
    const more = page.getByRole('button', { name: 'More', exact: true });
    await more.focus();
    await press(page, 'Enter');
    await page.getByRole('menu', { name: 'More' }).waitFor();
    await press(page, 'ArrowDown', 'Enter');
    expect(await more.evaluate((element) => element === document.activeElement)).toBe(true);
    await expect.poll(async () => page.getByRole('row').count()).toBe(1);
    await press(page, 'Enter', 'Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
  });
});
