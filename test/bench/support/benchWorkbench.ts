import type { Frame } from 'playwright-core';
import { Geometry, laneHeightFor } from '../../../webview/flame/geometry.ts';
import type { Workbench } from '../../e2e/pages/workbench.ts';
import { openWorkbench } from '../../e2e/support/workbench.ts';
import type { TraceSummary } from '../../../src/model/records.ts';
import type { LanePlace } from './pageWatch.ts';

/** The size that figures of pages are given for. */
const size = { width: 1600, height: 900 };
const editorFontSize = 13;
/** The editor looks for ports to forward by starting programs, which holds up the extension host. */
const quiet = { 'remote.autoForwardPortsSource': 'output' };
const patienceMs = 180_000;

/** A real workbench with the packaged extension, as `npm run package` left it. */
export const openBenchWorkbench = (settings: Readonly<Record<string, unknown>> = {}): Promise<Workbench> => openWorkbench({ extension: 'vsix', size, settings: { ...quiet, ...settings } });

/** Where a lane is while the chart is not scrolled. */
export function placeOfLane(lane: number): LanePlace {
  const geometry = new Geometry({ ...size, dpr: 1 }, { from: 0, to: 1 }, 0, laneHeightFor(editorFontSize)), top = geometry.y(lane);
  return { inBar: top + geometry.barHeight - 3, inGap: top + geometry.barHeight + 1 };
}

/** Asks again until the answer is there. */
export async function until<T>(what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const begun = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() - begun > patienceMs) throw new Error(`Waited in vain for ${what}.`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

/** Resolves when the extension holds all spans of a trace. */
export async function stored(workbench: Workbench, traceId: string, spans: number): Promise<void> {
  await until(`the spans of ${traceId}`, async () => {
    const traces = await workbench.probe.api<TraceSummary[]>('listTraces');
    return traces.find((trace) => trace.traceId === traceId && trace.spanCount >= spans);
  });
}

/** Closes all editors; resolves when no panel is left. */
export async function closePanels(workbench: Workbench): Promise<void> {
  await workbench.probe.executeCommand('workbench.action.closeAllEditors');
  await workbench.page.locator('iframe.webview').first().waitFor({ state: 'detached' });
}

/** The frame of the one panel, once it shows a chart. */
export async function framePanel(workbench: Workbench): Promise<Frame> {
  return until('a chart', async () => {
    for (const frame of workbench.page.frames()) {
      if (await frame.evaluate(() => document.querySelector('.flame-stage') !== null).catch(() => false)) return frame;
    }
    return undefined;
  });
}
