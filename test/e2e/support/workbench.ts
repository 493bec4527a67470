import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../launcher/browser.ts';
import { newRunFolder, probeFolder, root, vsixFile } from '../../launcher/paths.ts';
import { Probe } from '../../launcher/probeClient.ts';
import { wantsOldest } from '../../launcher/versions.ts';
import { startVscodeServer } from '../../launcher/vscodeServer.ts';
import type { VscodeServer } from '../../launcher/vscodeServer.ts';
import { Workbench } from '../pages/workbench.ts';

export interface WorkbenchOptions {
  /** Folder under test/fixtures/workspaces that is copied for the run; an absolute path is opened as it is. */
  readonly workspace?: string;
  /** The project's folder as development extension, or the packaged extension, installed. */
  readonly extension?: 'folder' | 'vsix';
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly size?: { readonly width: number; readonly height: number };
  readonly env?: Readonly<Record<string, string>>;
  /** The folder is not trusted. */
  readonly restricted?: boolean;
}

/** Any free port, so that runs do not meet one another or a receiver in use. */
const defaultSettings = {
  'spanscope.receiver.httpPort': 0,
  'spanscope.receiver.grpcPort': 0,
  // Rows that stick to the top of a tree lie over the ones that a test clicks.
  'workbench.tree.enableStickyScroll': false,
  // A test that selects a row with children wants it selected, not folded.
  'workbench.tree.expandMode': 'doubleClick',
};
/** For one step of a test. */
const patienceMs = 15_000;
const startPatienceMs = 60_000;
const wideWindow = { width: 1600, height: 900 };

/** Opens a real workbench with the extension in a headless browser. Close it in the end. */
export async function openWorkbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const runFolder = newRunFolder();
  const folder = copyWorkspace(runFolder, options.workspace ?? 'plain');
  const probe = await Probe.listen(runFolder);
  const opened: { server?: VscodeServer; browser?: Browser } = {};
  const close = async (): Promise<void> => {
    await opened.browser?.close();
    await opened.server?.stop();
    await probe.close();
    rmSync(runFolder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const fromVsix = options.extension === 'vsix';
    opened.server = await startVscodeServer({
      runFolder,
      settings: { ...defaultSettings, ...options.settings },
      env: { ...options.env, ...probe.env },
      extraExtensions: [probeFolder],
      ...(fromVsix ? { vsix: vsixFile } : {}),
      restricted: options.restricted ?? false,
    });
    opened.browser = await launchBrowser();
    const context = await opened.browser.newContext({ viewport: options.size ?? wideWindow, permissions: ['clipboard-read', 'clipboard-write'] });
    const address = opened.server.addressOf({ folder, ...(fromVsix ? {} : { extensionDevelopmentPath: root }) });
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await loadWorkbench(page, address);
    // Older editors ask whatever the server's settings say.
    if (options.restricted && wantsOldest) await page.getByRole('button', { name: 'No, I don\'t trust the authors' }).click();
    await probe.connected();
    const workbench = new Workbench({ page, probe, folder, server: opened.server, address, close });
    // A theme in the server's settings loses now and then against the one that a new window begins with.
    await workbench.switchTheme('dark');
    return workbench;
  } catch (error) {
    await close();
    throw error;
  }
}

async function loadWorkbench(page: Page, address: string): Promise<void> {
  await page.goto(address, { timeout: startPatienceMs });
  await page.locator('.monaco-workbench').waitFor({ timeout: startPatienceMs });
  await page.locator('.statusbar-item').first().waitFor({ timeout: startPatienceMs });
}

function copyWorkspace(runFolder: string, workspace: string): string {
  if (path.isAbsolute(workspace)) return workspace;
  const folder = path.join(runFolder, workspace);
  mkdirSync(folder);
  cpSync(path.join(root, 'test/fixtures/workspaces', workspace), folder, { recursive: true });
  return folder;
}
