import { copyFileSync, createWriteStream, mkdirSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import esbuild from 'esbuild';
import { callTree, texts } from '../drawTraces.ts';

const here = import.meta.dirname, modules = path.join(here, '../../../node_modules');

/** Bundles a page as the product ships, and gives the path of its HTML file. */
export async function buildPage(folder: string, name: 'page' | 'peerPage' | 'openPage' | 'openPeerPage'): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const entryPoints = [path.join(here, `${name}.ts`), path.join(here, 'page.css')];
  await esbuild.build({ entryPoints, bundle: true, minify: true, outdir: folder, logLevel: 'error', external: ['*.ttf'], platform: 'browser', target: 'chrome138', format: 'iife', loader: { '.json': 'json' } });
  copyFileSync(path.join(modules, '@vscode/codicons/dist/codicon.ttf'), path.join(folder, 'codicon.ttf'));
  const html = path.join(folder, `${name}.html`), body = name === 'page' || name === 'openPage' ? '<div id="overview"></div><div id="chart"></div>' : '<canvas id="canvas"></canvas>';
  writeFileSync(html, `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><link rel="stylesheet" href="page.css"><body>${body}<script src="${name}.js"></script></body></html>`);
  return html;
}

/** The page of the published speedscope package. */
export const speedscopePage = path.join(modules, 'speedscope/dist/release/index.html');

/** Writes the call tree in speedscope's own evented format, and gives the path of the file. */
export async function writeSpeedscopeFile(folder: string, spans: number): Promise<string> {
  const { rows } = callTree(spans), file = path.join(folder, `calls-${spans}.speedscope.json`), out = createWriteStream(file);
  const end = (row: number): number => (rows.start[row] as number) + (rows.duration[row] as number);
  const frames = JSON.stringify(texts.map((name) => ({ name: name === '' ? 'root' : name })));
  out.write(`{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":${frames}},"profiles":[{"type":"evented","name":"calls","unit":"nanoseconds","startValue":0,"endValue":${end(0)},"events":[`);
  const stack: number[] = [], events: string[] = [];
  const close = (until: number): void => {
    while (stack.length > 0 && end(stack.at(-1) as number) <= until) {
      const row = stack.pop() as number;
      events.push(`{"type":"C","frame":${rows.name[row]},"at":${end(row)}}`);
    }
  };
  for (let row = 0; row < rows.count; row++) {
    close(rows.start[row] as number);
    events.push(`{"type":"O","frame":${rows.name[row]},"at":${rows.start[row]}}`);
    stack.push(row);
  }
  close(Infinity);
  for (let i = 0; i < events.length; i += 10_000) {
    if (!out.write((i === 0 ? '' : ',') + events.slice(i, i + 10_000).join(','))) await once(out, 'drain');
  }
  out.end(']}]}');
  await once(out, 'finish');
  return file;
}
