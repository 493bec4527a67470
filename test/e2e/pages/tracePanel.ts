import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { laneHeightFor, lanesTop, sidePadding } from '../../../webview/flame/geometry.ts';

/** The editor's, in CSS pixels. */
const usualFontSize = 13;

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

  /** The frame itself, to run code in it, which the page's own policy would refuse. */
  async page(): Promise<Frame> {
    const body = await this.body.elementHandle();
    const frame = await body?.ownerFrame();
    if (frame === undefined || frame === null) throw new Error('The panel has no page.');
    return frame;
  }

  /** The keyboard's view of the chart: the tree that mirrors the canvas. */
  get chart(): Locator {
    return this.frame.getByRole('tree').first();
  }

  /** What hears the pointer over the chart. */
  get stage(): Locator {
    return this.frame.locator('.flame-stage');
  }

  /** A place in the chart: at a part of its time, 0 to 1, while all of the run shows, and in the middle of a lane. */
  async placeInChart(part: number, lane: number): Promise<{ readonly x: number; readonly y: number }> {
    const box = await this.stage.boundingBox();
    if (box === null) throw new Error('The chart has no size.');
    return { x: box.x + sidePadding + part * (box.width - 2 * sidePadding), y: box.y + lanesTop + (lane + 0.5) * laneHeightFor(usualFontSize) };
  }

  /** The span that the chart has selected; its accessible name says role, state and duration. */
  get selectedSpan(): Locator {
    return this.chart.locator('[aria-selected="true"]');
  }

  get summary(): Locator {
    return this.frame.getByLabel('Summary of the run');
  }

  get table(): Locator {
    return this.frame.getByRole('treegrid');
  }

  /** The rows of the table that are in the page, all or those whose text holds the name. */
  rows(name?: string | RegExp): Locator {
    const rows = this.table.getByRole('row');
    return name === undefined ? rows : rows.filter({ hasText: name });
  }

  get selectedRow(): Locator {
    return this.table.locator('[role=row][aria-selected=true]');
  }

  get details(): Locator {
    return this.frame.getByRole('region', { name: 'Details' });
  }

  /** The name of the span that the details are about. */
  get detailsTitle(): Locator {
    return this.details.getByRole('heading', { level: 2 });
  }

  /** Shows a tab of the details; gives what it holds. */
  async openTab(name: string): Promise<Locator> {
    await this.details.getByRole('tab', { name }).click();
    return this.details.getByRole('tabpanel');
  }

  get filterBox(): Locator {
    return this.frame.getByRole('searchbox', { name: 'Filter spans' });
  }

  /** Presses a key while the chart has the focus. */
  async press(key: string): Promise<void> {
    await this.chart.focus();
    await this.chart.press(key);
  }

  /** Chooses an entry of a menu of the panel's own. */
  async choose(menu: string, entry: string): Promise<void> {
    await this.frame.getByRole('button', { name: menu, exact: true }).click();
    await this.frame.getByRole('menu', { name: menu }).getByText(entry, { exact: true }).click();
  }

  /** The part of the run that the chart shows, as the brush of the overview says: from and to, 0 to 1. */
  async visibleRange(): Promise<readonly [from: number, to: number]> {
    return this.frame.locator('.flame-minimap').evaluate((overview, padding) => {
      const brush = overview.querySelector<SVGRectElement>('.selection'), width = overview.clientWidth - 2 * padding;
      if (brush === null || brush.style.display === 'none' || brush.getAttribute('width') === null) return [0, 1] as const;
      const from = Number(brush.getAttribute('x')) - padding;
      return [from / width, (from + Number(brush.getAttribute('width'))) / width] as const;
    }, sidePadding);
  }

  /** The panel's size in CSS pixels; it differs from the window's. */
  async width(): Promise<number> {
    return (await this.#outer.boundingBox())?.width ?? 0;
  }
}
