import { copyFileSync, globSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ProgramFolder, runProgram } from './programFolder.ts';

const source = fileURLToPath(new URL('../../../src/instrument', import.meta.url));

/** A folder with the kit and the demo as they are shipped: `kit/spanscope.mjs`, `kit/spanscope.py`, `demo/…`. */
export class ShippedKit extends ProgramFolder {
  static async make(): Promise<ShippedKit> {
    const shipped = new ShippedKit(), { folder } = shipped;
    for (const name of ['kit', 'demo']) mkdirSync(path.join(folder, name));
    await build({
      entryPoints: [path.join(source, 'node/spanscope.ts')],
      outfile: path.join(folder, 'kit/spanscope.mjs'),
      bundle: true, platform: 'node', format: 'esm', target: 'node18', logLevel: 'silent',
    });
    copyFileSync(path.join(source, 'python/spanscope.py'), path.join(folder, 'kit/spanscope.py'));
    for (const file of globSync(path.join(source, 'demo/*.{mjs,py}'))) copyFileSync(file, path.join(folder, 'demo', path.basename(file)));
    return shipped;
  }
}

/** `output` is both outputs as they came. */
export interface Ended { readonly code: number | null; readonly output: string }

/** Runs a program to its end. */
export async function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, onOutput?: () => void): Promise<Ended> {
  let output = '';
  const { code } = await runProgram(command, args, {
    env: { PYTHONDONTWRITEBYTECODE: '1', ...env },
    onOutput: (text) => {
      output += text;
      onOutput?.();
    },
  });
  return { code, output };
}

/** The number (from 1) of the line that holds a text. */
export function lineOf(text: string, part: string): number {
  const index = text.split('\n').findIndex((line) => line.includes(part));
  if (index < 0) throw new Error(`no line with ${part}`);
  return index + 1;
}
