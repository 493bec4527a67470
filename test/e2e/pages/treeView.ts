import type { Locator, Page } from 'playwright-core';
import { until } from '../support/until.ts';

/** Chooses an entry of the editor's menu that is open. It hears no click in its first tenth of a second. */
export async function chooseFromMenu(page: Page, entry: string | RegExp): Promise<void> {
  const item = page.getByRole('menu').getByRole('menuitem', { name: entry });
  await item.first().waitFor();
  await until('the menu is closed', async () => {
    if (await item.first().isVisible()) await item.first().click();
    return item.count();
  }, (count) => count === 0);
}

/** A native tree view of a side bar. */
export class TreeView {
  readonly #page: Page;
  readonly #name: string;

  constructor(page: Page, name: string) {
    this.#page = page;
    this.#name = name;
  }

  get tree(): Locator {
    return this.#page.getByRole('tree', { name: this.#named() });
  }

  /** The rows that are on the screen, all or those whose accessible name holds the text. */
  rows(name?: string | RegExp): Locator {
    return name === undefined ? this.tree.getByRole('treeitem') : this.tree.getByRole('treeitem', { name });
  }

  /** The texts of the rows on the screen: label and description. */
  texts(): Promise<string[]> {
    return this.rows().allInnerTexts();
  }

  /** Clicks the first row of that name. */
  async select(name: string | RegExp): Promise<void> {
    await this.rows(name).first().click();
  }

  /** Chooses an entry of the row's context menu. */
  async choose(name: string | RegExp, entry: string): Promise<void> {
    await this.rows(name).first().click({ button: 'right' });
    await chooseFromMenu(this.#page, entry);
  }

  /** Presses a button of the view's title bar. */
  async press(action: string): Promise<void> {
    await this.pane.hover();
    // The name goes on with the key, where there is one.
    await this.pane.getByRole('toolbar').getByRole('button', { name: action }).click();
  }

  /** The view with its title, message and welcome text. */
  get pane(): Locator {
    return this.#page.locator('.pane').filter({ has: this.#page.getByRole('button', { name: this.#named(' Section$') }) });
  }

  /** Names of views go on with the view's description. */
  #named(end = ''): RegExp {
    return new RegExp(`^${this.#name}\\b.*${end}`);
  }
}
