import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { hookBundle } from '../../../src/instrument/hookBundle.mjs';
import { installedClients } from '../../launcher/realClients.ts';
import type { LiveServer } from './liveServer.ts';

/** The packages of the integration tests, which install them; undefined before that. SPANSCOPE_TEST_NODE_CLIENTS names another folder. */
export const nodeClients = process.env['SPANSCOPE_TEST_NODE_CLIENTS'] ?? installedClients('node');

/** The Node that programs with the hook run on: the one of the tests, or another by SPANSCOPE_TEST_NODE. */
export const node = process.env['SPANSCOPE_TEST_NODE'] ?? process.execPath;
const nodeVersion = node === process.execPath ? process.versions.node : execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' });

/** Whether that Node is of this version or a later one. */
export function isNodeFrom(major: number, minor = 0): boolean {
  const [ownMajor = 0, ownMinor = 0] = nodeVersion.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** Whether it lets the hook see ES modules being loaded. */
export const seesEsModules = isNodeFrom(23, 5) || (isNodeFrom(22, 15) && !isNodeFrom(23));

export interface Ended { readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string }

/** A folder with the hook as it is shipped, programs, and packages for them. */
export class ShippedNodeHook {
  // Paths of people have spaces.
  readonly folder = mkdtempSync(path.join(tmpdir(), 'span scope hook-'));
  readonly hook = path.join(this.folder, 'hook.cjs');

  static async make(packages: string): Promise<ShippedNodeHook> {
    const shipped = new ShippedNodeHook();
    await build({ ...hookBundle, outfile: shipped.hook, logLevel: 'silent' });
    symlinkSync(packages, path.join(shipped.folder, 'node_modules'), 'dir');
    return shipped;
  }

  remove(): void { rmSync(this.folder, { recursive: true }); }

  /** Writes a program and gives its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** Environment of a program with the hook. */
  environment(live: LiveServer): Record<string, string> {
    return { NODE_OPTIONS: `--require ${JSON.stringify(this.hook)}`, SPANSCOPE_ENDPOINT: live.endpoint };
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const own = Object.entries(process.env).filter(([name]) => !/^(OTEL|SPANSCOPE|NODE|VITEST|JEST)_/.test(name));
    const child = spawn(node, args, { cwd: this.folder, env: { ...Object.fromEntries(own), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '', stderr = '';
    child.stdout.on('data', (text: Buffer) => { stdout += text.toString(); });
    child.stderr.on('data', (text: Buffer) => { stderr += text.toString(); });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => { resolve({ code, signal, stdout, stderr }); });
    });
  }
}
