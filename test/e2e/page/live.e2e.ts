import { describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { usePanels } from './support/harness.ts';
import type { PanelPage } from './support/harness.ts';

const open = usePanels();
const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });
const opened = async () => {
  const panel = await open({ size: { width: 1440, height: 1600 } });
  await panel.page.getByRole('row').first().waitFor();
  return panel;
};

/** The chart as it would be saved. */
async function drawing({ page, posted }: PanelPage): Promise<string> {
  await page.evaluate(() => window.fake.say({ type: 'chart.command', command: 'saveSvg' }));
  return (await posted('image.save')).at(-1)?.data ?? '';
}

/** Where the first bar of the overview ends, CSS pixels. */
const endInOverview = ({ page }: PanelPage): Promise<number> => page.evaluate(() => {
  const canvas = document.querySelector<HTMLCanvasElement>('.flame-minimap canvas');
  const { data } = canvas?.getContext('2d')?.getImageData(0, 7, canvas.width, 1) ?? { data: [] };
  return Array.from({ length: data.length / 4 }, (_, x) => x).findLast((x) => data[x * 4 + 3] !== 0) ?? 0;
});

describe('a run that goes on', () => {
  it('gets rows as they come, acknowledges them and keeps what is selected', async () => {
    const { page, posted } = await opened();
    await row(page, 'patch_score').click();
    await page.evaluate(() => window.fake.grow([{ id: 'new', parent: 'i3', name: 'deploy_preview', role: 'tool', start: 38.5 }], undefined, 39));
    await row(page, 'deploy_preview').waitFor();
    expect(await row(page, 'patch_score').getAttribute('aria-selected')).toBe('true');
    await expect.poll(async () => (await posted('rows.ack')).map(({ revision }) => revision)).toEqual([1, 2]);
    await page.getByText('41spans').or(page.getByText('41')).first().waitFor();
  });

  it('ends spans in place, and the details of a selected one follow', async () => {
    const { page, posted } = await opened();
    await page.evaluate(() => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: window.fake.scenario.spans.findIndex(({ id }) => id === 'c3') } }));
    await page.locator('.state-word').waitFor();
    await page.evaluate(() => window.fake.grow([], (span) => (span.id === 'c3' ? { ...span, end: 39, error: 'overloaded' } : span), 39));
    await page.getByLabel('Error').getByText('overloaded').waitFor();
    expect(await page.locator('.state-word').count()).toBe(0);
    expect(await page.locator('.strip dd').nth(1).textContent()).toBe('7.80\u00a0s');
    expect((await posted('details.get')).length).toBe(2);
  });

  it('says that it goes on out of sight after somebody moved away, and comes back', async () => {
    const { page } = await opened();
    await page.getByRole('tree').focus();
    await page.keyboard.press('f');
    await page.keyboard.press('w');
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Paused' }).waitFor();
    await page.evaluate(() => window.fake.grow([{ id: 'x1', parent: 'i3', name: 'x', role: 'tool', start: 38.5 }, { id: 'x2', parent: 'i3', name: 'x', role: 'tool', start: 38.6 }], undefined, 39));
    await page.getByRole('button', { name: 'Paused, 2 new spans' }).click();
    await expect.poll(async () => page.getByRole('button', { name: 'Paused' }).count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Follow the run (L)' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('lets time pass in texts while spans are open, and no longer when all have ended', async () => {
    const { page } = await opened();
    const duration = async (): Promise<string | null> => row(page, 'fix-rounding').first().getByRole('gridcell').nth(2).textContent();
    const before = await duration();
    await expect.poll(duration).not.toBe(before);
    await page.evaluate(() => window.fake.grow([], (span) => (span.end === undefined ? { ...span, end: 40 } : span), 40));
    await expect.poll(duration).toBe('40.0\u00a0s');
    expect(await page.locator('.spin').count()).toBe(0);
    // What has ended is not followed, and is again when it goes on.
    const follow = page.getByRole('button', { name: 'Follow the run (L)' }), state = async (): Promise<(string | null)[]> => [await follow.getAttribute('aria-pressed'), await follow.getAttribute('aria-disabled')];
    await expect.poll(state).toEqual(['false', 'true']);
    await page.getByRole('tree').focus();
    await page.keyboard.press('l');
    await page.evaluate(() => window.fake.grow([{ id: 'x9', parent: 'i3', name: 'x', role: 'tool', start: 40 }], undefined, 41));
    await expect.poll(state).toEqual(['true', null]);
  });

  it('says in the bar which try of its tool a span is, also of one that comes later', async () => {
    const panel = await opened(), { page } = panel, drawn = (): Promise<string> => drawing(panel);
    await expect.poll(drawn).toContain('run_tests · retry 1');
    await page.evaluate(() => window.fake.grow([
      { id: 'f1', parent: 'i3', name: 'ship', role: 'tool', start: 39, end: 49, error: 'refused' }, { id: 'f2', parent: 'i3', name: 'ship', role: 'tool', start: 50, end: 65 },
    ], undefined, 66));
    await expect.poll(drawn).toContain('ship · retry 1');
  });

  it('draws the present at the same place in the chart and above it', async () => {
    const panel = await opened();
    /** The dotted line. */
    const inChart = async (): Promise<number> => Number(/M([\d.]+) 0L[^>]+dasharray="2 2"/.exec(await drawing(panel))?.[1]);
    await panel.page.waitForFunction(() => performance.now() > 2000);
    await expect.poll(async () => Math.abs(await endInOverview(panel) - await inChart())).toBeLessThan(12);
  });

  it('ends in the overview above where it ends in the chart, also beside a bar to scroll with', async () => {
    const panel = await open({ scenario: 'ended' });
    const right = async (): Promise<number> => panel.page.locator('.flame-scroller').evaluate((scroller) => scroller.clientWidth);
    await expect.poll(async () => Math.abs(await endInOverview(panel) - await right() + 9)).toBeLessThan(3);
    const before = await right();
    // Browsers without a screen draw none, so something else takes its place.
    await panel.page.locator('.flame-scroller').evaluate((scroller: HTMLElement) => { scroller.style.borderRight = '20px solid'; });
    await expect.poll(right).toBe(before - 20);
    await expect.poll(async () => Math.abs(await endInOverview(panel) - await right() + 9)).toBeLessThan(3);
  });

  it('names the end of the overview where there is no ruler', async () => {
    const { page } = await open({ scenario: 'ended', size: { width: 420, height: 900 } });
    const ends = async (): Promise<string[]> => page.locator('.overview-ends span').allTextContents();
    await expect.poll(ends).toEqual(['0\u00a0s', '19.2\u00a0s', '38.4\u00a0s']);
    // After an hour, the round time ahead that a run goes on to is the same one for minutes.
    await page.evaluate(() => window.fake.grow([{ id: 'late', parent: 'root', name: 'late_tool', role: 'tool', start: 39 }], undefined, 3600));
    await expect.poll(ends).toEqual(['0\u00a0s', '33\u00a0m\u00a020\u00a0s', '1\u00a0h\u00a007\u00a0m']);
  });

  it('that never ended says so everywhere, and nothing of it runs', async () => {
    const panel = await open({ scenario: 'lost', size: { width: 1440, height: 1600 } }), { page } = panel;
    await expect.poll(async () => row(page, 'fix-rounding').first().getByRole('gridcell').nth(2).textContent()).toBe('no end');
    await page.evaluate(() => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: 0 } }));
    await page.locator('.state-word').getByText('no end').waitFor();
    expect(await page.locator('.strip dd').allTextContents()).toEqual([expect.stringMatching(/^\+/), 'no end', '—', '—']);
    await expect.poll(() => page.getByRole('tree').getByRole('treeitem', { selected: true }).textContent()).toMatch(/^fix-rounding, agent, no end, starts at/);
    expect(await page.locator('.spin').count()).toBe(0);
    expect(await drawing(panel)).not.toMatch(/\d+\sm?s\s…/);
  });

  it('says which parent is waited for', async () => {
    const panel = await open({ scenario: 'orphaned' });
    await row(panel.page, 'waiting for parent 8f2a41c0').waitFor();
    await expect.poll(() => drawing(panel)).toContain('waiting for parent 8f2a41c0');
  });

  it('draws what came in parts as it draws what came at once', async () => {
    const { page } = await open({ scenario: 'ended' });
    await page.getByRole('row').first().waitFor();
    await page.evaluate(() => window.fake.grow(
      [{ id: 'late', parent: 'root', name: 'late_tool', role: 'tool', start: 22, end: 30 }, { id: 'later', parent: 'late', name: 'later_call', role: 'llm', start: 23, end: 29 }],
      (span) => (span.id === 'p1' ? { ...span, role: 'retriever', error: 'changed' } : span)));
    await page.getByText('42').first().waitFor();
    const picture = async (): Promise<string> => (await page.locator('.main').screenshot()).toString('base64');
    // Two pictures that are alike say that nothing is being drawn any more.
    await expect.poll(async () => (await picture()) === (await picture())).toBe(true);
    const inParts = await picture();
    await page.evaluate(() => window.fake.show());
    await expect.poll(picture).toBe(inParts);
  });

  it('tells how much of it is shown when it is too large for the memory, and goes on with what comes', async () => {
    const { page } = await opened();
    await page.evaluate(() => window.fake.leaveOut(123_456));
    await page.getByRole('status').getByText('The first 40 of about 123k spans are shown').waitFor();
    await page.evaluate(() => window.fake.grow([], (span) => (span.id === 'c3' ? { ...span, end: 39 } : span), 39));
    await expect.poll(async () => row(page, 'claude').last().getByRole('gridcell').nth(2).textContent()).not.toContain('…');
  });

  it('keeps the filter up to date', async () => {
    const { page } = await opened();
    await page.keyboard.press('/');
    await page.getByRole('searchbox').fill('name:deploy_preview');
    await page.getByRole('heading', { name: 'No span matches' }).waitFor();
    await page.evaluate(() => window.fake.grow([{ id: 'new', parent: 'i3', name: 'deploy_preview', role: 'tool', start: 38.5 }], undefined, 39));
    await page.getByText('1 of 41').waitFor();
  });
});

describe('a page that fails to draw', () => {
  it('says so, reports it and can be tried again', async () => {
    const { page, posted } = await opened();
    await row(page, 'patch_score').click();
    await page.getByRole('tabpanel').waitFor();
    await page.evaluate(() => {
      const ref = window.fake.posted.flatMap((message) => (message.type === 'selection.changed' && message.ref !== null ? [message.ref] : [])).at(-1);
      window.fake.say({ type: 'span.details', details: { ref: ref ?? { epoch: 1, row: 0 }, record: { attributes: {}, spanId: 'x' } as never, shortened: {}, sources: [], frames: [] } });
    });
    await page.getByRole('heading', { name: 'The view met an error' }).waitFor();
    expect((await posted('failure.report')).length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Try again' }).click();
    await row(page, 'patch_score').waitFor();
  });
});
