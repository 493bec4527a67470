import { spawn } from 'node:child_process';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const source = fileURLToPath(new URL('../../../src/instrument', import.meta.url));

/** A folder with the kit and the demo as they are shipped: `kit/spanscope.mjs`, `kit/spanscope.py`, `demo/…`. */
export class ShippedKit {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<ShippedKit> {
    const folder = mkdtempSync(path.join(tmpdir(), 'spanscope-kit-'));
    for (const name of ['kit', 'demo']) mkdirSync(path.join(folder, name));
    await build({
      entryPoints: [path.join(source, 'node/spanscope.ts')],
      outfile: path.join(folder, 'kit/spanscope.mjs'),
      bundle: true, platform: 'node', format: 'esm', target: 'node18', logLevel: 'silent',
    });
    copyFileSync(path.join(source, 'python/spanscope.py'), path.join(folder, 'kit/spanscope.py'));
    for (const file of globSync(path.join(source, 'demo/*.{mjs,py}'))) copyFileSync(file, path.join(folder, 'demo', path.basename(file)));
    return new ShippedKit(folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Writes a program beside the kit and gives its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }
}

export interface Ended { readonly code: number | null; readonly output: string }

/** Runs a program to its end; the environment says nothing about endpoints but what is given. */
export function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, onOutput?: () => void): Promise<Ended> {
  const own = Object.entries(process.env).filter(([name]) => !/^(OTEL|SPANSCOPE|NODE)_/.test(name));
  const child = spawn(command, args, { env: { ...Object.fromEntries(own), PYTHONDONTWRITEBYTECODE: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (text: Buffer) => {
    output += text.toString();
    onOutput?.();
  });
  child.stderr.on('data', (text: Buffer) => { output += text.toString(); });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** The number (from 1) of the line that holds a text. */
export function lineOf(text: string, part: string): number {
  const index = text.split('\n').findIndex((line) => line.includes(part));
  if (index < 0) throw new Error(`no line with ${part}`);
  return index + 1;
}
