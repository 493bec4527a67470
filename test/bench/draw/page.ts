// The chart alone in a page, with made-up data: for looking at it, and for measuring it.
//   ?theme=dark|light|highContrast|highContrastLight  &data=design|states|calls|agents  &spans=1000000
import type { TraceRows } from '../../../src/model/traceRows.ts';
import { FlameChart } from '../../../webview/flame/flameChart.ts';
import { Minimap } from '../../../webview/flame/minimap.ts';
import { readTheme } from '../../../webview/flame/theme.ts';
import { addSpan, callTree, concurrentAgents, texts, withRoom } from '../drawTraces.ts';
import { designNow, designTrace, statesTrace } from './designTrace.ts';
import { applyTheme, themeNames } from './themes.ts';

declare global {
  interface Window { chart: FlameChart; rowOf: ReadonlyMap<string, number>; rows: TraceRows; openMs: number; receive(perFrame: number): void }
}

const query = new URLSearchParams(location.search);
applyTheme(themeNames.find((name) => name === query.get('theme')) ?? 'dark', document.documentElement, document.body);
const element = (id: string): HTMLElement => document.getElementById(id) ?? document.body;
const chart = (window.chart = new FlameChart(element('chart')));
if (!query.has('bare')) new Minimap(element('overview'), chart);
chart.setTheme(readTheme(document.body));
const spans = Number(query.get('spans') ?? '100000'), data = query.get('data') ?? 'design';
if (data === 'design' || data === 'states') {
  const { rows, texts: designTexts, figures, rowOf } = data === 'design' ? designTrace() : statesTrace();
  window.rowOf = rowOf;
  window.rows = rows;
  chart.setNow(data === 'design' ? designNow : 4.7e9);
  chart.setTrace(rows, designTexts, figures, { reset: true });
  chart.setFolded(['read_file']);
  if (data === 'states') {
    chart.setFollow(false);
    chart.setRange({ from: 0, to: 4.8e9 });
    chart.setSelection(rowOf.get('selected'));
  }
} else {
  const generated = data === 'calls' ? callTree(spans) : concurrentAgents(spans);
  // Room for spans that come later, as in the panel.
  const rows = query.has('room') ? withRoom(generated.rows, spans + 500_000) : generated.rows;
  window.rows = rows;
  const begun = performance.now();
  chart.setTrace(rows, texts, new Map(), { reset: true });
  window.openMs = performance.now() - begun;
  window.receive = (perFrame) => {
    const root = 0;
    let now = (rows.start[root] as number) + (rows.duration[root] as number);
    const frame = (): void => {
      const appendedFrom = rows.count;
      for (let i = 0; i < perFrame; i++) addSpan(rows, root, (now += 1_000_000), now + 800_000, 1 + (i % 200), i === 7);
      rows.duration[root] = now;
      chart.setTrace(rows, texts, new Map(), { appendedFrom, changed: Uint32Array.of(root) });
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  };
}
