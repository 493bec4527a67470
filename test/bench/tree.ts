// R12: the tree of a trace of 100,000 spans in the panel, as it is packaged: until its first rows are painted, and all rows
// expanded and collapsed. Jaeger UI's figures for as many spans were measured once on the same kind of machine (5,700 ms to
// open, 595 ms to expand all). Run: npm run bench:tree [-- spans] [repeats]
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import esbuild from 'esbuild';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { viewport } from './draw/subjects.ts';
import { Report } from './support/report.ts';

const spans = Number(process.argv[2] ?? 100_000), repeats = Number(process.argv[3] ?? 5);
const jaeger = { open: 5_700, expandAll: 595 };
const root = path.resolve(import.meta.dirname, '../..'), folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-tree-'));

async function buildPage(): Promise<string> {
  await esbuild.build({
    entryPoints: { host: path.join(import.meta.dirname, 'draw/treeHost.ts'), main: path.join(root, 'webview/main.tsx'), style: path.join(root, 'webview/styles/main.css') },
    bundle: true, minify: true, outdir: folder, logLevel: 'error', external: ['*.ttf'], platform: 'browser', target: 'chrome138', format: 'iife', jsx: 'automatic', jsxImportSource: 'preact', define: { 'process.env.NODE_ENV': '"production"' },
  });
  copyFileSync(path.join(root, 'node_modules/@vscode/codicons/dist/codicon.ttf'), path.join(folder, 'codicon.ttf'));
  const html = path.join(folder, 'tree.html');
  writeFileSync(html, '<!doctype html><html lang="en" data-number-locale="en"><meta charset="utf-8"><title>tree</title><link rel="stylesheet" href="style.css"><body><div id="app"></div><script src="host.js"></script><script src="main.js"></script></body></html>');
  return html;
}

/** Chooses an entry of the panel's menu; milliseconds until what it does is painted. */
async function choose(page: Page, name: string): Promise<number> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  const entry = await page.getByRole('menuitem', { name }).elementHandle();
  return page.evaluate((item) => window.paintedAfter(() => (item as HTMLElement).click()), entry);
}

const report = new Report('tree'), firstRows: number[] = [], expandAll: number[] = [], collapseAll: number[] = [];
const browser = await chromium.launch({ executablePath: process.env['SPANSCOPE_CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const html = await buildPage();
  for (let round = 0; round < repeats; round++) {
    const page = await browser.newPage({ viewport });
    page.on('pageerror', (error) => { throw error; });
    await page.goto(`file://${html}`);
    await page.waitForFunction(() => document.querySelector('.panel') !== null);
    firstRows.push(await page.evaluate((count) => window.showTree(count), spans));
    await page.locator('.table-row').nth(10).waitFor();
    collapseAll.push(await choose(page, 'Collapse all rows'));
    if (await page.locator('.table-row').count() !== 1) throw new Error('The rows were not collapsed.');
    expandAll.push(await choose(page, 'Expand all rows'));
    if (await page.locator('.table-row').count() < 10) throw new Error('The rows were not expanded.');
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
const name = `${spans.toLocaleString('en-GB')} spans`, times = (values: readonly number[], theirs: number): number[] => values.map((ms) => ms / theirs);
report.add({ case: name, figure: 'first rows', unit: 'ms', values: firstRows });
report.add({ case: name, figure: 'expand all', unit: 'ms', values: expandAll });
report.add({ case: name, figure: 'collapse all', unit: 'ms', values: collapseAll });
report.add({ case: name, figure: "first rows, times Jaeger UI's 5,700 ms", unit: 'times', values: times(firstRows, jaeger.open), goal: 'R12first' });
report.add({ case: name, figure: "expand all, times Jaeger UI's 595 ms", unit: 'times', values: times(expandAll, jaeger.expandAll), goal: 'R12all' });
report.end();
