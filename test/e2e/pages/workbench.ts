import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { cacheFolder } from '../../launcher/paths.ts';
import { wantsOldest } from '../../launcher/versions.ts';
import { until } from '../support/until.ts';
import type { Probe } from '../../launcher/probeClient.ts';
import type { VscodeServer } from '../../launcher/vscodeServer.ts';
import { TracePanel } from './tracePanel.ts';
import { chooseFromMenu, TreeView } from './treeView.ts';

/** The themes that the product is looked at in. */
export const themes = {
  // An editor that knows them under a former name loses them when its window is loaded again.
  dark: wantsOldest ? 'Default Dark Modern' : 'Dark Modern',
  light: wantsOldest ? 'Default Light Modern' : 'Light Modern',
  highContrast: 'Default High Contrast',
  highContrastLight: 'Default High Contrast Light',
} as const;

export type Theme = keyof typeof themes;

export interface WorkbenchParts {
  readonly page: Page;
  /** Commands by id, the exported interface and the cursor, from inside the editor. */
  readonly probe: Probe;
  /** The folder that is open. */
  readonly folder: string;
  readonly server: VscodeServer;
  /** The address of the window; another page that opens it is another window. */
  readonly address: string;
  readonly close: () => Promise<void>;
}

/** A window of VS Code as its user sees it. */
export class Workbench {
  readonly page: Page;
  readonly probe: Probe;
  readonly folder: string;
  readonly server: VscodeServer;
  readonly address: string;
  readonly close: () => Promise<void>;

  constructor(parts: WorkbenchParts) {
    ({ page: this.page, probe: this.probe, folder: this.folder, server: this.server, address: this.address, close: this.close } = parts);
  }

  /** The tree of runs and traces. */
  get traces(): TreeView {
    return new TreeView(this.page, 'Traces');
  }

  /** The tree of the current trace's spans. */
  get spans(): TreeView {
    return new TreeView(this.page, 'Spans');
  }

  /**
   * Opens a trace by a click on its row. The tree draws a row anew when its trace changes, and a click on a row that is
   * replaced between press and release opens nothing, so that it is clicked again.
   */
  async openTrace(name: string | RegExp): Promise<void> {
    const row = this.traces.rows(name).first();
    const label = (await row.getAttribute('aria-label'))?.split(', ')[0] ?? '';
    const open = async (): Promise<readonly string[]> => {
      await row.click();
      return this.page.locator('.tab.active').allInnerTexts();
    };
    await until(`the trace ${label} is open`, open, (titles) => titles.includes(label), 1000);
  }

  /** The n-th trace panel that can be seen, from 0. */
  panel(index = 0): TracePanel {
    return new TracePanel(this.page, index);
  }

  /** Opens the command palette with a text in it, and waits for what it lists. */
  async openPalette(text: string): Promise<void> {
    await this.#openPalette(text, this.quickPickItems.first());
  }

  /** Runs a command by its title through the palette, as a person would. */
  async run(title: string): Promise<void> {
    const item = this.quickPickItems.filter({ hasText: title }).first();
    await this.#openPalette(title, item);
    await item.click();
  }

  /** A list that is just closing takes the key for itself, and a palette loses its text to what comes up beside it. */
  async #openPalette(text: string, item: Locator): Promise<void> {
    const input = this.quickInput.locator('input[type="text"]');
    await until(`the command palette lists "${text}"`, async () => {
      await this.page.keyboard.press('F1');
      if (!(await input.isVisible()) || !(await input.inputValue()).startsWith('>')) return false;
      await input.fill(`>${text}`, { timeout: 1000 }).catch(() => undefined);
      return item.waitFor({ timeout: 3000 }).then(() => true, () => false);
    }, (isListed) => isListed, 500);
  }

  /** The quick pick or input box that is open. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** The entries of the quick pick that is open. */
  get quickPickItems(): Locator {
    return this.quickInput.getByRole('option');
  }

  /** The icon of a view container in the activity bar. */
  viewContainer(name: string): Locator {
    return this.page.locator('.activitybar').getByRole('tab', { name });
  }

  /** Shows the extension's side bar. */
  async openSideBar(): Promise<void> {
    const icon = this.viewContainer('Spanscope');
    if ((await icon.getAttribute('aria-selected')) !== 'true') await icon.click();
    await this.page.getByRole('button', { name: /^Traces\b.* Section$/ }).waitFor();
  }

  /** The texts of the notifications, newest first. A driven editor pops none up, so their list is opened. */
  async notifications(): Promise<string[]> {
    await this.probe.executeCommand('notifications.showList');
    return this.page.locator('.notification-list-item-message').allInnerTexts();
  }

  /** A button of a notification. */
  notificationButton(name: string): Locator {
    return this.page.locator('.notification-list-item').getByRole('button', { name });
  }

  /** Chooses an entry of the context menu that is open. */
  async chooseFromMenu(entry: string | RegExp): Promise<void> {
    await chooseFromMenu(this.page, entry);
  }

  /** A modal question of the editor. */
  get question(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Presses a button of the modal question. */
  async answer(button: string): Promise<void> {
    await this.question.getByRole('button', { name: button, exact: true }).click();
    await this.question.waitFor({ state: 'detached' });
  }

  /** Takes the file that the editor's file dialog proposes, which is the expected one. */
  async takeFile(expected: string): Promise<void> {
    await this.quickInput.waitFor();
    const input = this.quickInput.locator('input[type="text"]');
    await until(`${expected} is proposed`, () => input.inputValue(), (proposed) => proposed === expected);
    await input.press('Enter');
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  /** The extension's item in the status bar. */
  get statusBarItem(): Locator {
    return this.page.locator('.statusbar-item[id^="spanscope.spanscope"]');
  }

  async switchTheme(theme: Theme): Promise<void> {
    await this.probe.updateSetting('workbench.colorTheme', themes[theme]);
    const classes = { dark: 'vs-dark', light: 'vs', highContrast: 'hc-black', highContrastLight: 'hc-light' };
    await this.page.locator(`.monaco-workbench.${classes[theme]}`).waitFor();
  }

  async resize(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  /** Reloads the window as its user does, who leaves the editor the time to save; resolves when its extension host is there again. */
  async reload(): Promise<void> {
    const ended = this.probe.disconnected();
    const loaded = this.page.waitForEvent('load');
    await this.run('Developer: Reload Window');
    await Promise.all([ended, loaded]);
    await this.#started();
  }

  /** Ends the whole editor and opens the same window again with the same data; SIGKILL is a crash. Between the two `meanwhile` is called. */
  async restart(signal: NodeJS.Signals = 'SIGTERM', meanwhile?: () => void): Promise<void> {
    const ended = this.probe.disconnected();
    await this.server.restart(signal, meanwhile);
    await ended;
    await this.page.goto(this.address);
    await this.#started();
  }

  async #started(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor();
    await this.probe.connected();
  }

  /** Saves a picture of the whole window; gives its file. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(cacheFolder, 'screenshots', `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    mkdirSync(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
    return file;
  }
}
