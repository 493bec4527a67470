import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exporterById } from '../../../src/export/registry.ts';
import { launchBrowser } from '../../launcher/browser.ts';
import { root } from '../../launcher/paths.ts';
import { agentRun, hostileTexts, sketched, written } from '../../unit/export/exportSpans.ts';

/** The viewer as its package brings it; it reads its own format and Chrome's. */
const viewer = pathToFileURL(path.join(root, 'node_modules/speedscope/dist/release/index.html')).href;
const hostile = hostileTexts.slice(0, 12).map((name, i) => sketched({ id: (i + 1).toString(16).padStart(16, '0'), name: `${name} ${i}`, from: i * 10, to: i * 10 + 5 }));

describe.each(['speedscope', 'chrome-trace'])('a trace written as %s', (id) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-peers-'));
  let browser: Browser;
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The names of frames that speedscope lists, and what it complained about. */
  async function seen(spans: typeof agentRun): Promise<{ readonly names: readonly string[]; readonly complaints: readonly string[] }> {
    const exporter = exporterById(id);
    if (exporter === undefined) throw new Error(`There is no format ${id}.`);
    const file = path.join(folder, `trace${exporter.extension}`);
    writeFileSync(file, written(exporter, spans).text);
    const page = await browser.newPage(), complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => { complaints.push(dialog.message()); dialog.dismiss().catch(() => undefined); });
    await page.goto(viewer);
    await page.getByText('Drag and drop').first().waitFor();
    await page.locator('input[type=file]').first().setInputFiles(file);
    await page.getByText('Sandwich').click();
    await page.locator('tr:has(td)').first().waitFor();
    const names = await page.locator('tr:has(td)').evaluateAll((rows) => rows.map((row) => row.lastElementChild?.textContent ?? ''));
    await page.close();
    return { names, complaints };
  }

  it('is read by speedscope, every span by its name', async () => {
    const { names, complaints } = await seen(agentRun);
    for (const { name } of agentRun) expect(names.some((each) => each.includes(name)), `${name} in ${names.join(', ')}`).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('is read with any names', async () => {
    const { names, complaints } = await seen(hostile);
    expect(names.length).toBeGreaterThanOrEqual(hostile.length);
    expect(complaints).toEqual([]);
  });
});
