import type { FrameLocator, Locator, Page } from 'playwright-core';

/** A trace panel: a webview, whose document is two frames deep. Elements are found by role and name. */
export class TracePanel {
  readonly frame: FrameLocator;
  readonly #outer: Locator;

  constructor(page: Page, index: number) {
    this.#outer = page.locator('iframe.webview.ready:visible').nth(index);
    this.frame = this.#outer.contentFrame().locator('iframe#active-frame').contentFrame();
  }

  get body(): Locator {
    return this.frame.locator('body');
  }

  /** Resolves when the panel shows something. */
  async shown(): Promise<void> {
    await this.body.locator(':scope > :visible').first().waitFor();
  }

  /** The keyboard's view of the chart: the tree that mirrors the canvas. */
  get chart(): Locator {
    return this.frame.getByRole('tree').first();
  }

  /** The span that the chart has selected; its accessible name says role, state and duration. */
  get selectedSpan(): Locator {
    return this.chart.locator('[aria-selected="true"]');
  }

  /** Presses a key while the chart has the focus. */
  async press(key: string): Promise<void> {
    await this.chart.focus();
    await this.chart.press(key);
  }

  /** The panel's size in CSS pixels; it differs from the window's. */
  async width(): Promise<number> {
    return (await this.#outer.boundingBox())?.width ?? 0;
  }
}
