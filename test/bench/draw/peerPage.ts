// flame-chart-js alone in a page, with the same call tree and its own defaults.
import { FlameChart } from 'flame-chart-js';
import type { FlameChartNode } from 'flame-chart-js';
import { callTree, texts } from '../drawTraces.ts';

declare global {
  interface Window { ready: boolean }
}

const { rows } = callTree(Number(new URLSearchParams(location.search).get('spans') ?? '100000'));
const nodes: FlameChartNode[] = [], roots: FlameChartNode[] = [];
for (let row = 0; row < rows.count; row++) {
  const node: FlameChartNode = { name: texts[rows.name[row] as number] ?? '', start: (rows.start[row] as number) / 1e6, duration: (rows.duration[row] as number) / 1e6, type: String((rows.name[row] as number) % 12), children: [] };
  nodes.push(node);
  const parent = rows.parent[row] as number;
  (parent < 0 ? roots : (nodes[parent]?.children ?? roots)).push(node);
}
const canvas = document.getElementById('canvas') as HTMLCanvasElement;
canvas.width = innerWidth;
canvas.height = innerHeight;
new FlameChart({ canvas, data: roots });
window.ready = true;
