import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import esbuild from 'esbuild';

const here = import.meta.dirname;

/** Bundles the page into a folder and gives the path of its HTML file. `minify` is how the product ships. */
export async function buildPage(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const common = { bundle: true, outdir: folder, logLevel: 'error', minify: true, external: ['*.ttf'] } as const;
  await esbuild.build({ ...common, entryPoints: [path.join(here, 'page.ts'), path.join(here, 'page.css')], platform: 'browser', target: 'chrome138', format: 'iife' });
  copyFileSync(path.join(here, 'page.html'), path.join(folder, 'page.html'));
  copyFileSync(path.join(here, '../../../node_modules/@vscode/codicons/dist/codicon.ttf'), path.join(folder, 'codicon.ttf'));
  return path.join(folder, 'page.html');
}
