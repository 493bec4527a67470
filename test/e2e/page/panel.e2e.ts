import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { usePanels } from './support/harness.ts';

const open = usePanels();
const rows = (page: Page) => page.getByRole('row');
const selectedRow = (page: Page) => page.locator('[role=row][aria-selected=true]');

describe('the panel', () => {
  it('shows a run: its sums, its rows and its chart', async () => {
    const { page, errors } = await open();
    await expect.poll(async () => page.getByLabel('Summary of the run').textContent()).toMatch(/running40spans1error7model calls14tool calls59\.9k → 4\.0ktokens\$0\.103/);
    await expect.poll(async () => rows(page).count()).toBeGreaterThan(10);
    expect(await page.getByRole('tree').count()).toBe(1);
    expect(await rows(page).first().textContent()).toContain('fix-rounding');
    expect(errors).toEqual([]);
  });

  it('shows one span', async () => {
    const { page } = await open({ scenario: 'one' });
    await expect.poll(async () => rows(page).count()).toBe(1);
  });

  it('shows a hundred thousand spans with only the visible rows in the page', async () => {
    const { page, errors } = await open({ scenario: 'many' });
    await page.getByText('100k').first().waitFor();
    await expect.poll(async () => page.getByRole('treegrid').getAttribute('aria-rowcount')).toBe('100000');
    expect(await rows(page).count()).toBeLessThan(80);
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('End');
    await selectedRow(page).waitFor();
    expect(await selectedRow(page).getAttribute('aria-rowindex')).toBe('100000');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Collapse all rows' }).click();
    await expect.poll(async () => page.getByRole('treegrid').getAttribute('aria-rowcount')).toMatch(/^\d{1,5}$/);
    expect(errors).toEqual([]);
  });

  it.each([
    ['waiting', 'Waiting for the first span', 'Run the demo agent', 'runDemo'],
    ['off', 'The receiver is off', 'Start it', 'startReceiver'],
    ['failed', 'Port 4318 is in use', 'Use another port', 'useOtherPort'],
  ])('says what to do while it is %s', async (scenario, title, button, action) => {
    const { page, posted } = await open({ scenario });
    await page.getByRole('heading', { name: title }).waitFor();
    await page.getByRole('button', { name: button }).click();
    expect(await posted('action.run')).toEqual([{ type: 'action.run', action }]);
  });

  it('copies each endpoint while it waits', async () => {
    const { page, posted } = await open({ scenario: 'waiting' });
    for (const name of ['HTTP', 'gRPC', 'WebSocket']) await page.getByRole('button', { name: `Copy ${name} endpoint` }).click();
    expect((await posted('action.run')).map(({ action }) => action)).toEqual(['copyHttp', 'copyGrpc', 'copyWebSocket']);
  });

  it('keeps showing what was loaded when the trace is gone', async () => {
    const { page } = await open();
    await page.evaluate(() => window.fake.say({ type: 'trace.gone', traceId: window.fake.posted.length > 0 ? '4bf92f3577b34da6a3ce929d0e0e4736' : '' }));
    await page.getByText('What was loaded is still shown').waitFor();
    expect(await rows(page).count()).toBeGreaterThan(10);
  });

  it('offers to begin anew when a message cannot be applied', async () => {
    const { page, posted } = await open();
    await rows(page).first().waitFor();
    await page.evaluate(() => window.fake.say({ type: 'trace.rows', rows: { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', epoch: 1, revision: 9, baseUnixNano: 'never', count: 1, firstRow: 0, buffer: new ArrayBuffer(1), firstText: 0, texts: [], figures: [] } }));
    await page.getByText('The view lost its data source').waitFor();
    expect(await posted('failure.report')).toHaveLength(1);
    await page.getByRole('button', { name: 'Reload' }).click();
    await expect.poll(async () => page.getByText('The view lost its data source').count()).toBe(0);
    expect(await rows(page).count()).toBeGreaterThan(10);
  });

  it('is as it was after a reload', async () => {
    const { page } = await open();
    await rows(page).filter({ hasText: 'researcher' }).first().click();
    await page.keyboard.press(' ');
    await page.getByRole('tab', { name: 'Attributes' }).click();
    await page.getByRole('separator', { name: 'Width of the details' }).focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('button', { name: 'Follow the run (L)' }).click();
    await expect.poll(async () => page.evaluate(() => (window.fake.state as { detailsWidth?: number }).detailsWidth)).toBe(402);
    await page.reload();
    await rows(page).first().waitFor();
    await expect.poll(async () => rows(page).filter({ hasText: 'researcher' }).first().getAttribute('aria-expanded')).toBe('false');
    expect(await page.locator('.side').evaluate((side) => side.clientWidth)).toBe(402);
    expect(await page.getByRole('button', { name: 'Follow the run (L)' }).getAttribute('aria-pressed')).toBe('false');
  });
});

describe('the bars of the chart', () => {
  it('fill the height of their lane and have round corners', async () => {
    const { page } = await open();
    /** Bars of one colour without text or outline along their tops: colours at a corner, at top, bottom and beyond them, as the bar's own or not. */
    const bars = (): Promise<readonly string[]> => page.locator('.flame-stage canvas').first().evaluate((canvas) => {
      const context = canvas instanceof HTMLCanvasElement ? canvas.getContext('2d') : null, found: string[] = [];
      if (!(canvas instanceof HTMLCanvasElement) || !context) return found;
      const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer), at = (x: number, y: number): number => pixels[y * canvas.width + x] ?? 0;
      const background = at(0, 24);
      for (let top = 25; top + 20 < canvas.height; top += 20) {
        for (let from = 0, to = 1; from < canvas.width; from = to, to++) {
          const colour = at(from, top + 2);
          while (to < canvas.width && at(to, top + 2) === colour) to++;
          if (colour === background || to - from < 20 || at(from - 1, top + 2) !== background) continue;
          const places = [[from, top], [to - 1, top], [from, top + 17], [to - 1, top + 17], [from + 8, top], [from + 8, top + 17], [from + 8, top - 1], [from + 8, top + 18]] as const;
          found.push(places.map(([x, y]) => (at(x, y) === colour ? '1' : '0')).join(''));
        }
      }
      return found;
    });
    await expect.poll(async () => (await bars()).filter((bar) => bar === '00001100').length).toBeGreaterThan(5);
  });
});

describe('the tooltip of a bar', () => {
  it('gets from the host what the rows do not hold, without selecting anything', async () => {
    const { page, posted } = await open();
    await page.locator('.flame-stage').hover({ position: { x: 300, y: 34 } });
    await page.getByText('run.py:31').waitFor();
    expect(await posted('selection.changed')).toEqual([]);
    expect((await posted('details.get')).map(({ ref }) => ref.row)).toEqual([0]);
  });

  it('says what the host told while it waited to be shown', async () => {
    const { page } = await open();
    await page.locator('.flame-stage').click({ position: { x: 300, y: 34 } });
    await page.locator('.flame-tooltip').getByText('run.py:31').waitFor();
  });
});

describe('the selection', () => {
  it('is one for table, chart, details and editor', async () => {
    const { page, posted } = await open();
    await rows(page).filter({ hasText: 'run_tests' }).first().click();
    await page.getByRole('heading', { name: 'run_tests' }).waitFor();
    expect(await page.getByRole('treeitem', { selected: true }).textContent()).toContain('run_tests');
    const [message] = await posted('selection.changed');
    expect(await page.evaluate((row) => window.fake.labels()[row], message?.ref?.row ?? -1)).toBe('run_tests');
  });

  it('is marked in the lanes and never over the ruler, however far they are scrolled', async () => {
    const { page } = await open();
    const sash = page.getByRole('separator', { name: 'Height of the chart' });
    await sash.focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowUp');
    await page.evaluate(() => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: window.fake.scenario.spans.findIndex(({ id }) => id === 'py2') } }));
    await expect.poll(async () => page.locator('.flame-scroller').evaluate(({ scrollTop }) => scrollTop)).toBeGreaterThan(40);
    const marked = (from: number, to: number): Promise<boolean> => page.locator('.flame-stage canvas').last().evaluate((canvas, [top, bottom]) => {
      if (!(canvas instanceof HTMLCanvasElement)) return false;
      const { data } = canvas.getContext('2d')?.getImageData(0, top * devicePixelRatio, canvas.width, (bottom - top) * devicePixelRatio) ?? { data: new Uint8ClampedArray() };
      return data.some((value, i) => i % 4 === 3 && value > 0);
    }, [from, to] as const);
    await expect.poll(async () => marked(21, 60)).toBe(true);
    expect(await marked(0, 20)).toBe(false);
  });

  it('follows the editor, opens what is folded above it and does not take the focus', async () => {
    const { page, posted } = await open();
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Collapse all rows' }).click();
    await page.evaluate(() => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: window.fake.scenario.spans.findIndex(({ id }) => id === 'py2') } }));
    await expect.poll(async () => selectedRow(page).textContent()).toContain('pytest -q');
    expect(await selectedRow(page).isVisible()).toBe(true);
    expect(await posted('selection.changed')).toEqual([]);
    expect(await page.evaluate(() => document.activeElement?.closest('.table') === null)).toBe(true);
  });
});
