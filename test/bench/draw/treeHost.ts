// The host's side of the panel in the page itself: shows a call tree of so many spans when it is told to.
import type { FromPanel, PanelState, ToPanel } from '../../../src/protocol/panel.ts';
import { packRows } from '../../../src/protocol/rows.ts';
import { callTree } from '../drawTraces.ts';
import { applyTheme } from './themes.ts';

declare global {
  interface Window {
    /** Milliseconds from the arrival of the rows until the first of them are painted. */
    showTree(spans: number): Promise<number>;
    /** Milliseconds from a change until it is painted. */
    paintedAfter(change: () => void): Promise<number>;
    acquireVsCodeApi: () => unknown;
  }
}

const traceId = 'bench', baseUnixNano = '1763643721000000000';
applyTheme('dark', document.documentElement, document.body);
const say = (data: ToPanel): void => { window.dispatchEvent(new MessageEvent('message', { data })); };
let state: PanelState | undefined;
window.acquireVsCodeApi = () => ({
  postMessage: (message: FromPanel) => { if (message.type === 'panel.ready') say({ type: 'panel.show', traceId, status: { state: 'off', receivedSpans: 0 } }); },
  getState: () => state,
  setState: (next: PanelState) => { state = next; },
});

window.paintedAfter = (change) => new Promise((resolve) => {
  const began = performance.now();
  change();
  // What is posted within a frame arrives when its picture has been handed over.
  const frame = new MessageChannel();
  frame.port1.onmessage = () => resolve(performance.now() - began);
  requestAnimationFrame(() => requestAnimationFrame(() => frame.port2.postMessage(undefined)));
});

window.showTree = async (spans) => {
  const { rows, texts } = callTree(spans), buffer = packRows(rows, 0, rows.count), end = BigInt(baseUnixNano) + BigInt(rows.duration[0] as number);
  const message = { traceId, epoch: 1, revision: 1, baseUnixNano, count: rows.count, firstRow: 0, buffer, firstText: 0, texts, figures: [] };
  const summary = {
    traceId, name: texts[1] ?? '', label: texts[1] ?? '', role: 'agent', services: ['bench'], startUnixNano: baseUnixNano, endUnixNano: String(end), spanCount: rows.count,
    errorCount: 0, openCount: 0, rootCount: 1, orphanCount: 0, llmCalls: 0, toolCalls: 0, inputTokens: 0, outputTokens: 0,
  } as const;
  return window.paintedAfter(() => {
    say({ type: 'trace.rows', rows: message });
    say({ type: 'trace.summary', summary, revision: 1, nowUnixNano: String(end) });
  });
};
