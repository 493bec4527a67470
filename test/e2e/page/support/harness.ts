import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import type { FromPanel } from '../../../../src/protocol/panel.ts';
import { launchBrowser } from '../../../launcher/browser.ts';
import { root } from '../../../launcher/paths.ts';
import { bodyClasses, variablesOf } from './themes.ts';
import type { ThemeName } from './themes.ts';

const origin = 'https://panel.test';
const nonce = 'cGFnZS10ZXN0cw';
/** The policy that the extension gives its panel. */
const policy = [
  `default-src 'none'`, `script-src 'nonce-${nonce}'`, `style-src ${origin} 'nonce-${nonce}'`, `font-src ${origin}`, `img-src ${origin} data:`, `connect-src 'none'`,
].join('; ');

export interface PageOptions {
  readonly scenario?: string;
  readonly theme?: ThemeName;
  readonly size?: { readonly width: number; readonly height: number };
  readonly fontSize?: number;
  /** More classes of the body: `vscode-reduce-motion`, `vscode-using-screen-reader`. */
  readonly classes?: string;
}

/** A page with the built panel and a host played by a script. */
export interface PanelPage {
  readonly page: Page;
  /** Messages that the panel sent, of one type. */
  posted<T extends FromPanel['type']>(type: T): Promise<readonly Extract<FromPanel, { type: T }>[]>;
  /** Addresses outside of the page that it asked for. */
  readonly requests: readonly string[];
  /** Errors that no code caught. */
  readonly errors: readonly string[];
}

/** Starts one browser for the tests of a file; the function that it gives opens panels. */
export function usePanels(): (options?: PageOptions) => Promise<PanelPage> {
  let browser: Browser | undefined, script = '';
  const pages: Page[] = [];
  beforeAll(async () => {
    [browser, script] = await Promise.all([launchBrowser(), bundle()]);
  });
  afterAll(async () => { await browser?.close(); });
  return async (options = {}) => {
    for (const page of pages.splice(0)) await page.close();
    if (browser === undefined) throw new Error('The browser has not started.');
    const opened = await openPanel(browser, script, options);
    pages.push(opened.page);
    return opened;
  };
}

/** The script of the host's side. The panel itself is what `npm run build` made. */
export async function bundle(): Promise<string> {
  if (!existsSync(path.join(root, 'dist/webview/main.js'))) throw new Error('The panel is not built: npm run build');
  const result = await esbuild.build({ entryPoints: [path.join(import.meta.dirname, 'fakeHost.ts')], bundle: true, write: false, format: 'iife', target: 'chrome138' });
  return result.outputFiles[0]?.text ?? '';
}

export async function openPanel(browser: Browser, script: string, options: PageOptions): Promise<PanelPage> {
  const { scenario = 'design', theme = 'dark', size = { width: 1440, height: 900 }, fontSize = 13, classes = '' } = options;
  const context = await browser.newContext({ viewport: size, deviceScaleFactor: 1 });
  const page = await context.newPage();
  const requests: string[] = [], errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('request', (request) => { if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) requests.push(request.url()); });
  await page.route('**/*', async (route) => {
    const { pathname, origin: from } = new URL(route.request().url());
    if (from !== origin) { await route.abort(); return; }
    if (pathname === '/') { await route.fulfill({ contentType: 'text/html', headers: { 'content-security-policy': policy }, body: html(theme, fontSize, classes, script) }); return; }
    const file = path.join(root, 'dist/webview', path.basename(pathname));
    await (existsSync(file) ? route.fulfill({ path: file }) : route.fulfill({ status: 404 }));
  });
  await page.goto(`${origin}/?scenario=${scenario}`);
  await page.locator('.panel').waitFor();
  await page.evaluate(() => document.fonts.ready);
  const posted: PanelPage['posted'] = async <T extends FromPanel['type']>(type: T) =>
    page.evaluate((wanted) => window.fake.posted.filter((message) => message.type === wanted), type) as Promise<Extract<FromPanel, { type: T }>[]>;
  return { page, posted, requests, errors };
}

function html(theme: ThemeName, fontSize: number, classes: string, script: string): string {
  const setUp = `
    for (const [name, value] of Object.entries(${JSON.stringify(variablesOf(theme, fontSize))})) document.documentElement.style.setProperty(name, value);`;
  return `<!doctype html><html lang="en" data-number-locale="en"><head><meta charset="utf-8"><title>Spanscope</title>
    <link rel="stylesheet" href="${origin}/main.css">
    <script nonce="${nonce}">${setUp}</script></head>
    <body class="${bodyClasses[theme]} ${classes}"><div id="app"></div>
    <script nonce="${nonce}">${script.replaceAll('</script', '<\\/script')}</script>
    <script nonce="${nonce}" src="${origin}/main.js"></script></body></html>`;
}

/** The text of a file of the built panel, for checks of what is packaged. */
export const builtFile = (name: string): string => readFileSync(path.join(root, 'dist/webview', name), 'utf8');

/** Waits for what slides or fades in to be where and how it stays; spinners go on. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(() => Promise.all(document.getAnimations()
    .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    .map((animation) => animation.finished)));
}
