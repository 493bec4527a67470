import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { ExportSpan } from '../../../src/export/exporter.ts';
import { root } from '../../launcher/paths.ts';
import { agentRun, hostileTexts, sketched } from '../../unit/export/exportSpans.ts';
import { useDocuments } from './support/document.ts';
import { settled } from './support/harness.ts';

const open = useDocuments();
const axe = readFileSync(path.join(root, 'node_modules/axe-core/axe.min.js'), 'utf8');
const table = (page: Page) => page.getByRole('treegrid');
const selected = async (page: Page): Promise<string> => page.evaluate(() => document.querySelector('[role=row][aria-selected=true] .name')?.textContent ?? '');

interface AxeResult { readonly violations: readonly { readonly id: string; readonly help: string; readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[] }[] }

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  await settled(page);
  const result = await page.evaluate(async () => (window as unknown as { axe: { run(context: unknown, given: unknown): Promise<AxeResult> } }).axe.run(document, { rules: { region: { enabled: false } } }));
  return result.violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`));
}

describe('an HTML document opened from the disk without a network', () => {
  it('shows chart, table and details, and asks for nothing', async () => {
    const { page, requests, complaints } = await open(agentRun, { note: '3 secrets were masked.' });
    expect(await page.title()).toBe('planner');
    await table(page).waitFor();
    expect(await page.getByRole('row').locator('.name').allTextContents()).toEqual(['planner', 'small-1', 'hold_seats', 'small-1']);
    expect(await page.locator('.chart canvas').count()).toBeGreaterThan(0);
    await page.getByRole('row', { name: /hold_seats/ }).click();
    await page.getByText('row 7 is full').first().waitFor();
    await page.getByText('agent/tools.py:12').first().waitFor();
    await page.getByRole('contentinfo').getByText('3 secrets were masked.').waitFor();
    expect([requests, complaints]).toEqual([[], []]);
  });

  it('is used by the same keys as the panel', async () => {
    const { page } = await open(agentRun);
    await table(page).focus();
    await page.keyboard.press('e');
    await expect.poll(async () => selected(page)).toBe('hold_seats');
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => selected(page)).toBe('small-1');
    await page.keyboard.press('/');
    await page.keyboard.type('"no seat left"');
    await page.getByText('1 of 4').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await table(page).focus();
    await page.keyboard.press('Enter');
    await page.getByText('This page has no editor.').waitFor();
  });

  it('offers nothing that needs an editor', async () => {
    const { page } = await open(agentRun);
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Save as PNG', 'Save as SVG']);
    expect(await page.getByRole('button', { name: 'Follow the run' }).count()).toBe(0);
    const download = page.waitForEvent('download');
    await page.getByRole('menuitem', { name: 'Save as PNG' }).click();
    expect((await download).suggestedFilename()).toBe('chart.png');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    expect((await page.getByRole('menuitem').allTextContents()).filter((text) => text.includes('trace file'))).toEqual([]);
  });

  it('keeps hostile text text, everywhere', async () => {
    const root_ = sketched({ id: 'root', name: 'root', from: 0, to: 100, attributes: { 'agent.name': 'x' } });
    const spans = hostileTexts.map((text, i): ExportSpan => ({
      ...sketched({
        id: `s${i}`, parent: 'root', name: text, from: i, to: i + 1, status: 'error', message: text,
        attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': text, 'gen_ai.tool.call.arguments': text, 'gen_ai.tool.call.result': text, [text]: text, 'code.file.path': text },
        events: [{ name: 'exception', attributes: { 'exception.type': text, 'exception.message': text, 'exception.stacktrace': text } }, { name: text, attributes: { [text]: text } }],
      }),
      service: text,
    }));
    const { page, requests, complaints } = await open([root_, ...spans], { title: hostileTexts[0] ?? '', note: '<b>note</b>' });
    await table(page).waitFor();
    await table(page).focus();
    await page.keyboard.press('Home');
    for (let row = 0; row < spans.length; row++) {
      await page.keyboard.press('ArrowDown');
      await page.getByRole('tab', { name: 'Content' }).waitFor();
      for (const tab of ['Content', 'Attributes', 'Events']) await page.getByRole('tab', { name: tab }).click();
      await table(page).focus();
    }
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(await page.evaluate(() => document.querySelectorAll('img, iframe, svg a, object, embed, link').length)).toBe(0);
    expect(await page.evaluate(() => document.querySelectorAll('script:not([type])').length)).toBe(2);
    expect(await page.evaluate(() => Reflect.has({}, 'polluted'))).toBe(false);
    expect([requests, complaints]).toEqual([[], []]);
  });

  it('runs no other script, and hears no other window', async () => {
    const { page, complaints } = await open(agentRun);
    await table(page).waitFor();
    const refused = await page.evaluate(() => {
      const attacks: readonly (() => void)[] = [
        () => {
          const script = document.createElement('script');
          script.append('window.hacked = 1');
          document.body.append(script);
          if ((window as { hacked?: unknown }).hacked === undefined) throw new Error('not run');
        },
        () => document.createElement('script').setAttribute('src', 'data:text/javascript,window.hacked=2'),
        () => document.createElement('button').setAttribute('onclick', 'window.hacked = 3'),
        () => { document.createElement('div').innerHTML = '<img src=x onerror="window.hacked = 4">'; },
        () => { Reflect.apply(setTimeout, window, ['window.hacked = 5', 0]); },
      ];
      window.postMessage({ type: 'trace.gone', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' }, '*');
      return attacks.filter((attack) => {
        try {
          attack();
          return false;
        } catch {
          return true;
        }
      }).length;
    });
    expect(refused).toBe(5);
    await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 50); }));
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(await page.getByText('This trace was deleted').count()).toBe(0);
    expect(complaints.filter((text) => !/Content Security Policy|Trusted/.test(text))).toEqual([]);
    expect(complaints.length).toBeGreaterThan(1);
  });

  it('lets the reader choose among several traces', async () => {
    const { page } = await open([...agentRun, sketched({ id: 'b', traceId: '2'.repeat(32), name: 'second run', from: 5, to: 6 })]);
    await table(page).waitFor();
    await page.getByRole('combobox', { name: 'Trace' }).selectOption('second run, 1 span');
    await expect.poll(async () => page.getByRole('row').locator('.name').allTextContents()).toEqual(['second run']);
  });

  it.each([['dark', 'no-preference', 'rgb(31, 31, 31)'], ['light', 'no-preference', 'rgb(255, 255, 255)'], ['dark', 'more', 'rgb(0, 0, 0)'], ['light', 'more', 'rgb(255, 255, 255)']] as const)(
    'follows the colours that the reader prefers, %s and %s, and axe finds nothing', async (scheme, contrast, background) => {
      const { page } = await open([...agentRun, sketched({ id: 'b', traceId: '2'.repeat(32), name: 'second run', from: 5, to: 6 })], { scheme, contrast, note: 'One secret was masked.' });
      await table(page).waitFor();
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(background);
      expect(await findings(page)).toEqual([]);
      await page.getByRole('row', { name: /hold_seats/ }).click();
      for (const tab of ['Content', 'Attributes', 'Events']) {
        await page.getByRole('tab', { name: tab }).click();
        expect(await findings(page)).toEqual([]);
      }
    });

  it('changes its colours with the reader', async () => {
    const { page } = await open(agentRun);
    await table(page).waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(async () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgb(255, 255, 255)');
  });

  it('fits a narrow window', async () => {
    const { page } = await open(agentRun, { size: { width: 400, height: 800 } });
    await page.getByRole('row').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  it('opens 100,000 spans, finds one of them by its attribute, and shows it', async () => {
    const id = (n: number): string => n.toString(16).padStart(16, '0');
    const many = function* (): Generator<ExportSpan> {
      for (let n = 0; n < 100_000; n++) {
        yield sketched({
          id: id(n), ...(n === 0 ? {} : { parent: id(Math.floor((n - 1) / 8)) }), name: `step ${n % 500}`, from: n / 10, to: n / 10 + 1000 / (n + 1),
          attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'small-1', number: n, 'gen_ai.input.messages': JSON.stringify([{ role: 'user', content: `message ${n} ${'lorem ipsum '.repeat(20)}` }]) },
        });
      }
    };
    const { page, complaints } = await open(many());
    await table(page).waitFor();
    expect(await table(page).getAttribute('aria-rowcount')).toBe('100000');
    await table(page).focus();
    await page.keyboard.press('/');
    await page.keyboard.type('number=77777');
    await page.getByText('1 of 100').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('message 77777').first().waitFor();
    expect(complaints).toEqual([]);
  });
});
