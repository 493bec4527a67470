import { describe, expect, it } from 'vitest';
import { usePanels } from './support/harness.ts';
import type { PanelPage } from './support/harness.ts';

const open = usePanels();

/** Nothing of the trace ran, was fetched, was styled or posted a message that nobody asked for. */
async function expectInert({ page, requests, errors, posted }: PanelPage): Promise<void> {
  expect(await page.evaluate(() => [window.hacked, window.violations, Object.keys(Object.prototype)])).toEqual([undefined, [], []]);
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
  expect([...await posted('action.run'), ...await posted('link.open'), ...await posted('frame.open'), ...await posted('value.copy'), ...await posted('failure.report')]).toEqual([]);
}

describe('hostile text', () => {
  it('is text in table, chart and all tabs of every span', async () => {
    const panel = await open({ scenario: 'hostile', size: { width: 1440, height: 2400 } });
    const { page } = panel;
    await page.getByRole('row').first().waitFor();
    const count = await page.evaluate(() => window.fake.scenario.spans.length);
    for (let row = 0; row < count; row++) {
      await page.evaluate((wanted) => window.fake.say({ type: 'selection.set', ref: { epoch: window.fake.epoch, row: wanted } }), row);
      await page.getByRole('tabpanel').waitFor();
      for (const tab of await page.getByRole('tab').all()) await tab.click();
      expect(await page.locator('.details :is(script, iframe, object, embed, svg, style, link, a, form)').count()).toBe(0);
      expect(await page.locator('img').count()).toBe(0);
      await page.getByRole('tab').first().click();
    }
    await expectInert(panel);
  });

  it('does not become a picture when it says that it is one', async () => {
    const panel = await open({ scenario: 'hostile' });
    await panel.page.evaluate(() => window.fake.say({ type: 'selection.set', ref: { epoch: 1, row: 1 } }));
    const show = panel.page.getByRole('button', { name: 'Show image' });
    await show.first().click();
    await panel.page.getByText('Not shown: not a PNG').waitFor();
    expect(await panel.page.locator('img').count()).toBe(0);
    await expectInert(panel);
  });

  it('shows characters that cannot be seen, and turns nothing around', async () => {
    const { page } = await open({ scenario: 'hostile' });
    await page.getByRole('row').first().waitFor();
    const text = await page.evaluate(() => document.body.innerText);
    expect(text).toContain('exe.jpg\\u202eeciovni');
    expect(/[\u202A-\u202E\u2066-\u2069\u200B\uFEFF\u0007\u001B\u009B]/.test(text)).toBe(false);
  });

  it('is looked for as text and as a filter without harm', async () => {
    const panel = await open({ scenario: 'hostile' });
    await panel.page.getByRole('row').first().waitFor();
    await panel.page.keyboard.press('/');
    await panel.page.getByRole('searchbox').fill('"<script>window.hacked = 1</script>" <img src=x onerror="window.hacked=7">');
    await panel.page.getByRole('heading', { name: 'No span matches' }).waitFor();
    await expectInert(panel);
  });
});
