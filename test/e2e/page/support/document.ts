import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { readPageFiles } from '../../../../src/collector/pageFiles.ts';
import type { ExportOptions, ExportSpan } from '../../../../src/export/exporter.ts';
import { launchBrowser } from '../../../launcher/browser.ts';
import { root } from '../../../launcher/paths.ts';
import { html } from '../../../unit/export/pageFiles.ts';
import { options, written } from '../../../unit/export/exportSpans.ts';

export interface DocumentOptions {
  readonly scheme?: 'dark' | 'light';
  readonly contrast?: 'more' | 'no-preference';
  readonly size?: { readonly width: number; readonly height: number };
  readonly note?: string;
  readonly title?: string;
}

/** An exported document in a browser without a network. */
export interface OpenDocument {
  readonly page: Page;
  /** Addresses that it asked for besides its own. */
  readonly requests: readonly string[];
  /** Errors that no code caught, and what the browser complained about. */
  readonly complaints: readonly string[];
  readonly bytes: number;
}

/** Starts one browser for the tests of a file; the function that it gives writes spans to a file and opens it from the disk. */
export function useDocuments(): (spans: Iterable<ExportSpan>, given?: DocumentOptions) => Promise<OpenDocument> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-document-'));
  let browser: Browser | undefined, count = 0;
  const pages: Page[] = [];
  beforeAll(async () => { browser = await launchBrowser(); });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return async (spans, { scheme = 'dark', contrast = 'no-preference', size = { width: 1440, height: 900 }, note = '', title = 'planner' } = {}) => {
    for (const page of pages.splice(0)) await page.context().close();
    if (browser === undefined) throw new Error('The browser has not started.');
    const given: ExportOptions = { ...options, title, note: () => note, page: await readPageFiles(path.join(root, 'dist/webview')) };
    const { text } = written(html, spans, given);
    const file = path.join(folder, `${++count}.html`);
    writeFileSync(file, text);
    const context = await browser.newContext({ viewport: size, colorScheme: scheme, contrast, offline: true });
    const page = await context.newPage();
    pages.push(page);
    const requests: string[] = [], complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
    page.on('console', (message) => complaints.push(message.text()));
    page.on('request', (request) => { if (request.url() !== pathToFileURL(file).href && !request.url().startsWith('data:')) requests.push(request.url()); });
    await page.goto(pathToFileURL(file).href);
    return { page, requests, complaints, bytes: text.length };
  };
}
