import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { canDownload } from './probing.ts';
import { mustRun, onPath, outputOf } from './processes.ts';
import { canInstallPackages, ensureSystemPackages } from './systemPackages.ts';
import { root } from './paths.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chrome', 'msedge'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ...['PROGRAMFILES', 'PROGRAMFILES(X86)'].flatMap((name) => {
    const folder = process.env[name];
    return folder === undefined ? [] : ['Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe'].map((file) => path.join(folder, file));
  }),
];

/** The executable of a Chromium: named by SPANSCOPE_TEST_BROWSER, installed, or installed now. */
export async function ensureBrowser(): Promise<string> {
  const present = findBrowser();
  if (present !== undefined) return present;
  if (await canDownload()) {
    const withPackages = process.platform === 'linux' && canInstallPackages() ? ['--with-deps'] : [];
    await mustRun(process.execPath, [path.join(root, 'node_modules/playwright-core/cli.js'), 'install', ...withPackages, 'chromium']);
  } else {
    await ensureSystemPackages([{ package: 'chromium', isPresent: () => findBrowser() !== undefined }], 'the browser tests');
  }
  const installed = findBrowser();
  if (installed === undefined) throw new Error('The browser tests need Chromium, Chrome or Edge: install one, or name it in SPANSCOPE_TEST_BROWSER.');
  return installed;
}

function findBrowser(): string | undefined {
  const named = process.env['SPANSCOPE_TEST_BROWSER'];
  if (named !== undefined) return named;
  const found = onPath(...names);
  // On Ubuntu the name may be a script that only says how to get the browser.
  if (found !== undefined && (process.platform !== 'linux' || outputOf(found, ['--version']) !== undefined)) return found;
  return [...applications, chromium.executablePath()].find((file) => existsSync(file));
}

/** Starts a headless Chromium that stays off the network by itself. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureBrowser(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
