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

export interface Cost {
  /** How long the main thread was in tasks, milliseconds a frame. */
  readonly msPerFrame: number;
  /** How much of that it was computing: less when it waited for other processes, or for its turn on a busy machine. */
  readonly cpuPerFrame: number;
  /** Milliseconds between frames. */
  readonly intervals: readonly number[];
}

/** Sends one wheel event with each of `frames` animation frames. */
export async function drive(page: Page, target: string, wheel: Wheel, frames: number): Promise<Cost> {
  const meters = await Promise.all((['timeTicks', 'threadTicks'] as const).map(async (timeDomain) => await busyMeter(page, timeDomain)));
  await page.waitForTimeout(300);
  const before = await Promise.all(meters.map(async (busy) => await busy()));
  const intervals = await page.evaluate(async ({ target: selector, wheel: init, frames: count }) => {
    const under = document.elementFromPoint(init.clientX, init.clientY);
    const element = under?.closest(selector) ?? under ?? document.querySelector(selector);
    const times: number[] = [];
    for (let i = 0; i < count; i++) {
      times.push(await new Promise<number>((resolve) => requestAnimationFrame(resolve)));
      element?.dispatchEvent(new WheelEvent('wheel', init));
    }
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return times.slice(1).map((time, i) => time - (times[i] as number));
  }, { target, wheel, frames });
  const [msPerFrame = NaN, cpuPerFrame = NaN] = (await Promise.all(meters.map(async (busy) => await busy()))).map((after, i) => ((after - (before[i] as number)) * 1000) / frames);
  return { msPerFrame, cpuPerFrame, intervals };
}

/** Seconds that the page's main thread has been in tasks. */
async function busyMeter(page: Page, timeDomain: 'timeTicks' | 'threadTicks'): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain });
  return async () => (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
}
