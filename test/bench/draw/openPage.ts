// The chart in a page that is sent rows over a WebSocket, as the panel is sent them by the editor. ?port=…
import type { RowsMessage } from '../../../src/protocol/rows.ts';
import { FlameChart } from '../../../webview/flame/flameChart.ts';
import { Minimap } from '../../../webview/flame/minimap.ts';
import { readTheme } from '../../../webview/flame/theme.ts';
import { TraceBuilder } from '../../../webview/state/trace.ts';
import { applyTheme } from './themes.ts';

declare global {
  interface Window { ready: boolean }
}

applyTheme('dark', document.documentElement, document.body);
const element = (id: string): HTMLElement => document.getElementById(id) ?? document.body;
const chart = new FlameChart(element('chart')), trace = new TraceBuilder();
new Minimap(element('overview'), chart);
chart.setTheme(readTheme(document.body));

const socket = new WebSocket(`ws://127.0.0.1:${new URLSearchParams(location.search).get('port')}`);
socket.binaryType = 'arraybuffer';
let head: Omit<RowsMessage, 'buffer'> | undefined;
socket.onopen = () => { window.ready = true; };
socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
  if (typeof data === 'string') {
    head = JSON.parse(data) as Omit<RowsMessage, 'buffer'>;
    return;
  }
  if (head === undefined) return;
  const built = trace.apply({ ...head, buffer: data });
  if (built === undefined) throw new Error('rows are missing');
  const { rows, texts, figures, tree, origin, revision, step: { isReset, appendedFrom, changed } } = built;
  chart.setTrace(rows, texts, figures, { reset: isReset, appendedFrom, changed, tree, origin });
  socket.send(JSON.stringify({ revision }));
  // Twice: the first comes before the picture is drawn.
  requestAnimationFrame(() => requestAnimationFrame(() => socket.send(JSON.stringify({ painted: rows.count }))));
};
