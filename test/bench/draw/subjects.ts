import type { Page } from 'playwright-core';

interface Wheel {
  readonly clientX: number;
  readonly clientY: number;
  readonly bubbles: boolean;
  readonly cancelable: boolean;
  readonly deltaX?: number;
  readonly deltaY?: number;
  readonly ctrlKey?: boolean;
  readonly metaKey?: boolean;
}

/** One wheel event a frame, for each of the gestures. All zoom by the same factor a frame. */
export interface Gestures {
  /** Element that hears the wheel. */
  readonly target: string;
  readonly zoomIn: Wheel;
  readonly zoomOut: Wheel;
  readonly pan: Wheel;
}

export interface Subject {
  readonly name: string;
  readonly gestures: Gestures;
  open(page: Page, spans: number): Promise<void>;
}

export const viewport = { width: 1600, height: 900 };
/** Frames from all of the trace to a thousandth of it. */
export const framesIn = 60;
const factor = 1000 ** (1 / framesIn), panPixels = 24;
const at = { clientX: viewport.width / 2, clientY: 200, bubbles: true, cancelable: true };

export function spanscope(page: string): Subject {
  const zoom = Math.log2(factor) / 0.02;
  return {
    name: 'spanscope',
    gestures: {
      target: '.flame-stage',
      zoomIn: { ...at, deltaY: -zoom, ctrlKey: true },
      zoomOut: { ...at, deltaY: zoom, ctrlKey: true },
      pan: { ...at, deltaX: panPixels },
    },
    open: async (tab, spans) => {
      await tab.goto(`file://${page}?data=calls&room&spans=${spans}`);
      await tab.waitForFunction(() => window.openMs !== undefined, undefined, { timeout: 300_000 });
    },
  };
}

export function flameChartJs(page: string): Subject {
  return {
    name: 'flame-chart-js',
    gestures: {
      target: 'canvas',
      zoomIn: { ...at, deltaY: (factor - 1) * 1000 },
      zoomOut: { ...at, deltaY: (1 / factor - 1) * 1000 },
      pan: { ...at, deltaX: panPixels },
    },
    open: async (tab, spans) => {
      await tab.goto(`file://${page}?spans=${spans}`);
      await tab.waitForFunction(() => window.ready, undefined, { timeout: 300_000 });
    },
  };
}

export function speedscope(page: string, file: string): Subject {
  return {
    name: 'speedscope',
    gestures: {
      // The flame chart below its own minimap.
      target: '[class*="speedscope-"] canvas',
      zoomIn: { ...at, clientY: 500, deltaY: (1 / factor - 1) * 100, metaKey: true },
      zoomOut: { ...at, clientY: 500, deltaY: (factor - 1) * 100, metaKey: true },
      pan: { ...at, clientY: 500, deltaX: panPixels },
    },
    open: async (tab) => {
      await tab.goto(`file://${page}`);
      await tab.locator('input[type=file]').first().setInputFiles(file);
      await tab.waitForFunction(() => document.body.textContent?.includes('Time Order') && !document.body.textContent.includes('Loading'), undefined, { timeout: 300_000 });
    },
  };
}

/** Sends one wheel event with each of `frames` animation frames. Gives milliseconds of the main thread, and between frames. */
export async function drive(page: Page, target: string, wheel: Wheel, frames: number): Promise<{ msPerFrame: number; intervals: number[] }> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const busy = async (): Promise<number> =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  await page.waitForTimeout(300);
  const before = await busy();
  const intervals = await page.evaluate(async ({ target: selector, wheel: init, frames: count }) => {
    const under = document.elementFromPoint(init.clientX ?? 0, init.clientY ?? 0);
    const element = under?.closest(selector) ?? under ?? document.querySelector(selector);
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      times.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
      element?.dispatchEvent(new WheelEvent('wheel', init));
    }
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return times.slice(1).map((time, i) => time - (times[i] as number));
  }, { target, wheel, frames });
  const after = await busy();
  await session.detach();
  return { msPerFrame: ((after - before) * 1000) / frames, intervals };
}
