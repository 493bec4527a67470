import { describe, expect, it } from 'vitest';
import { settled, usePanels } from './support/harness.ts';
import type { PageOptions, PanelPage } from './support/harness.ts';

const open = usePanels();

async function openAt(id: string, options: PageOptions = {}): Promise<PanelPage & { readonly row: number }> {
  const panel = await open(options);
  await panel.page.getByRole('row').first().waitFor();
  const row = await panel.page.evaluate((wanted) => window.fake.scenario.spans.findIndex((span) => span.id === wanted), id);
  await panel.page.evaluate((selected) => window.fake.say({ type: 'selection.set', ref: { epoch: window.fake.epoch, row: selected } }), row);
  await panel.page.getByRole('tabpanel').waitFor();
  return { ...panel, row };
}

describe('the details', () => {
  it('of a failed tool begin with the error and lead to the lines named in it', async () => {
    const { page, posted, row } = await openAt('t1');
    const error = page.getByLabel('Error');
    expect(await error.textContent()).toContain('2 of 41 tests failed (exit code 1)AssertionError: 19.99 != 20.00');
    await error.getByRole('button', { name: 'tests/test_totals.py:71' }).click({ modifiers: ['Alt'] });
    await error.getByRole('button', { name: 'Show stack trace' }).click();
    await error.getByRole('button', { name: /line 52, in test_rounds_half_even/ }).click();
    const ref = { epoch: 1, row };
    expect(await posted('frame.open')).toEqual([
      { type: 'frame.open', ref, event: 0, line: 5, beside: true },
      { type: 'frame.open', ref, event: 0, line: 3, beside: false },
    ]);
  });

  it.each(['outer', 'inner'])('say that a span (%s) recorded nothing, whether others are below it or not', async (id) => {
    const { page } = await openAt(id, { scenario: 'silent' });
    await page.getByRole('tabpanel').getByText('This span recorded nothing but its times.').waitFor();
  });

  it('fold a long result at eight lines and show it all on demand', async () => {
    const { page } = await openAt('t1');
    const result = page.getByRole('region', { name: 'Result' });
    expect((await result.locator('.code').innerText()).split('\n')).toHaveLength(8);
    await result.getByRole('button', { name: 'Show all, 40 more lines' }).click();
    expect((await result.locator('.code').innerText()).split('\n')).toHaveLength(48);
  });

  it('of a model call fold what was sent before, and show it on demand', async () => {
    const { page } = await openAt('c2');
    const messages = page.getByRole('region', { name: 'Messages' });
    await messages.getByText('8 messages sent before, 6.1k tokens from the cache').or(messages.getByText('9 messages sent before, 6.1k tokens from the cache')).waitFor();
    expect(await messages.getByRole('article').count()).toBe(4);
    await messages.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await messages.getByRole('article').count()).toBe(13);
    expect(await messages.getByRole('button', { name: 'New only' }).getAttribute('aria-pressed')).toBe('false');
  });

  it('offer every place that may have made the span', async () => {
    const { page, posted, row } = await openAt('cod');
    await page.evaluate((selected) => {
      const sources = ['coder.py:52', 'old/coder.py:40'].map((label, index) => ({ index, label, functionName: 'run', origin: 'function of that name' }));
      window.fake.scenario = { ...window.fake.scenario, spans: window.fake.scenario.spans.map((span, i) => (i === selected ? { ...span, sources, noSource: '2 functions here are named run.', isMappable: true } : span)) };
      window.fake.say({ type: 'selection.set', ref: undefined });
    }, row);
    await page.evaluate((selected) => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: selected } }), row);
    await page.getByRole('button', { name: 'Choose one of 2' }).click();
    await page.getByRole('button', { name: 'old/coder.py:40' }).click();
    expect(await posted('source.open')).toEqual([{ type: 'source.open', ref: { epoch: 1, row }, beside: false, index: 1 }]);
    await page.getByRole('button', { name: 'Map a path' }).click();
    expect(await posted('action.run')).toEqual([{ type: 'action.run', action: 'mapPath' }]);
  });

  it('offer no mapping of paths for a span that records none', async () => {
    const { page, row } = await openAt('cod');
    await page.evaluate((selected) => {
      window.fake.scenario = { ...window.fake.scenario, spans: window.fake.scenario.spans.map((span, i) => (i === selected ? { ...span, sources: [], noSource: 'The span records no place in code.' } : span)) };
      window.fake.say({ type: 'selection.set', ref: undefined });
    }, row);
    await page.evaluate((selected) => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: selected } }), row);
    await page.getByText('The span records no place in code.').waitFor();
    expect(await page.getByRole('button', { name: 'Map a path' }).count()).toBe(0);
  });

  it('filter, copy and open attributes, and say how they were read', async () => {
    const { page, posted, row } = await openAt('c2');
    await page.getByRole('tab', { name: 'Attributes' }).click();
    expect(await page.getByRole('region', { name: 'Read as' }).innerText()).toContain('13,480 tokens\ngen_ai.usage.input_tokens');
    await page.getByLabel('Filter attributes').fill('MAX_TOKENS');
    const received = page.getByRole('region', { name: 'As received' });
    await expect.poll(async () => received.locator('.attribute').count()).toBe(1);
    await received.locator('.attribute').hover();
    await received.getByRole('button', { name: 'Copy value of gen_ai.request.max_tokens' }).click();
    expect(await posted('value.copy')).toEqual([{ type: 'value.copy', text: '4096' }]);
    await received.getByRole('button', { name: 'Open as JSON' }).click();
    expect(await posted('value.open')).toEqual([{ type: 'value.open', ref: { epoch: 1, row }, what: 'json' }]);
  });

  it('say when an attribute was cut for display, and open all of it', async () => {
    const { page, posted, row } = await openAt('t1');
    await page.evaluate((selected) => {
      window.fake.scenario = { ...window.fake.scenario, spans: window.fake.scenario.spans.map((span, i) => (i === selected ? { ...span, shortened: { 'gen_ai.tool.call.result': 4_000_000 } } : span)) };
      window.fake.say({ type: 'selection.set', ref: undefined });
    }, row);
    await page.evaluate((selected) => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: selected } }), row);
    await page.getByText('Cut for display, 4,000,000 characters in all.').first().waitFor();
    await page.getByRole('button', { name: 'Open all in an editor' }).first().click();
    expect(await posted('value.open')).toEqual([{ type: 'value.open', ref: { epoch: 1, row }, what: 'attribute', key: 'gen_ai.tool.call.result' }]);
  });

  it('lead along links, in this trace and to others', async () => {
    const { page, posted } = await openAt('c2');
    await page.getByRole('tab', { name: 'Links' }).click();
    await page.getByRole('button', { name: 'Go to span' }).click();
    await page.getByRole('button', { name: 'Open its trace' }).click();
    expect((await posted('link.open')).map(({ link }) => link)).toEqual([0, 1]);
  });

  it('give no share of a parent that has not come yet', async () => {
    const { page } = await openAt('orphan', { scenario: 'orphaned' });
    expect(await page.locator('.strip').getByText('Of parent').locator('xpath=..').textContent()).toBe('Of parent—');
  });

  it('keep their tab when another span is selected', async () => {
    const { page } = await openAt('c2');
    await page.getByRole('tab', { name: 'Attributes' }).click();
    await page.getByRole('row').filter({ hasText: 'patch_score' }).click();
    await page.getByRole('heading', { name: 'patch_score' }).waitFor();
    await expect.poll(async () => page.getByRole('tab', { name: 'Attributes' }).getAttribute('aria-selected')).toBe('true');
  });

  it('stand in a drawer that Esc and a swipe shut, in a narrow panel', async () => {
    const { page } = await openAt('t1', { size: { width: 420, height: 900 } });
    await page.getByRole('tab', { name: 'Content' }).focus();
    await page.keyboard.press('Escape');
    await expect.poll(async () => page.getByRole('tabpanel').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('treegrid');
    await page.getByRole('row').filter({ hasText: 'pytest -q' }).first().click();
    await page.locator('.drawer-grip').waitFor();
    await settled(page);
    const grip = await page.locator('.drawer-grip').boundingBox();
    await page.mouse.move((grip?.x ?? 0) + 100, (grip?.y ?? 0) + 5);
    await page.mouse.down();
    await page.mouse.move((grip?.x ?? 0) + 100, (grip?.y ?? 0) + 80);
    await page.mouse.up();
    await expect.poll(async () => page.getByRole('tabpanel').count()).toBe(0);
  });
});

describe('what leaves the panel', () => {
  it('is the chart as an image, by the menu and by the editor’s command', async () => {
    const { page, posted } = await openAt('t1');
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Save as SVG…' }).click();
    await page.evaluate(() => window.fake.say({ type: 'chart.command', command: 'savePng' }));
    await expect.poll(async () => (await posted('image.save')).map(({ kind, data }) => [kind, data.slice(0, 4)])).toEqual([['svg', '<svg'], ['png', 'iVBO']]);
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Export trace…' }).click();
    expect(await posted('action.run')).toEqual([{ type: 'action.run', action: 'exportTrace' }]);
  });

  it('is the selected row as text, by Ctrl+C', async () => {
    const { page } = await openAt('p1');
    await page.evaluate(() => {
      document.addEventListener('copy', (event) => { document.title = event.clipboardData?.getData('text/plain') ?? ''; });
    });
    await page.getByRole('treegrid').focus();
    await page.keyboard.press('Control+c');
    await expect.poll(async () => (await page.title()).replaceAll('\u00a0', ' ')).toContain('apply_patch');
    expect((await page.title()).replaceAll('\u00a0', ' ')).toContain('+9.400 s');
  });
});

describe('commands of the editor', () => {
  it('filter by the selection, step through errors and find', async () => {
    const { page } = await openAt('p1');
    await page.evaluate(() => window.fake.say({ type: 'chart.command', command: 'filterByName' }));
    await expect.poll(async () => page.getByRole('searchbox').inputValue()).toBe('name=apply_patch');
    await page.evaluate(() => window.fake.say({ type: 'chart.command', command: 'exclude' }));
    await expect.poll(async () => page.getByRole('searchbox').inputValue()).toBe('name=apply_patch -name=apply_patch');
    await page.getByRole('searchbox').fill('');
    await page.evaluate(() => window.fake.say({ type: 'chart.command', command: 'nextError' }));
    await page.getByRole('heading', { name: 'run_tests' }).waitFor();
    await page.evaluate(() => window.fake.say({ type: 'chart.command', command: 'find' }));
    expect(await page.getByRole('searchbox').evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
