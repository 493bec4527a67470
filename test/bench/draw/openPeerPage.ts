// flame-chart-js alone in a page, with a speedscope file that is chosen in it.
import { FlameChart } from 'flame-chart-js';
import type { FlameChartNode } from 'flame-chart-js';

declare global {
  interface Window { painted: boolean }
}

interface SpeedscopeFile {
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  readonly profiles: readonly { readonly events: readonly { readonly type: 'O' | 'C'; readonly frame: number; readonly at: number }[] }[];
}

/** The nodes of the first profile, in milliseconds. */
function nodesOf({ shared: { frames }, profiles }: SpeedscopeFile): FlameChartNode[] {
  const roots: FlameChartNode[] = [], stack: FlameChartNode[] = [];
  for (const { type, frame, at } of profiles[0]?.events ?? []) {
    if (type === 'C') {
      const node = stack.pop();
      if (node !== undefined) node.duration = at / 1e6 - node.start;
      continue;
    }
    const node: FlameChartNode = { name: frames[frame]?.name ?? '', start: at / 1e6, duration: 0, type: String(frame % 12), children: [] };
    (stack.at(-1)?.children ?? roots).push(node);
    stack.push(node);
  }
  return roots;
}

const input = document.createElement('input');
input.type = 'file';
input.onchange = () => {
  void input.files?.[0]?.text().then((text) => {
    const canvas = document.getElementById('canvas') as HTMLCanvasElement;
    canvas.width = innerWidth;
    canvas.height = innerHeight;
    new FlameChart({ canvas, data: nodesOf(JSON.parse(text) as SpeedscopeFile) });
    requestAnimationFrame(() => requestAnimationFrame(() => { window.painted = true; }));
  });
};
document.body.prepend(input);
