import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { hookBundle } from '../../../src/instrument/hookBundle.mjs';
import { root } from '../../launcher/paths.ts';
import { installedClients } from '../../launcher/realClients.ts';
import { ProgramFolder, runProgram } from './programFolder.ts';
import type { LiveServer } from './liveServer.ts';
import type { Ended, RunOptions } from './programFolder.ts';

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

/** A folder with the hook as it is shipped, programs, and packages for them. */
export class ShippedNodeHook extends ProgramFolder {
  readonly hook = path.join(this.folder, 'hook.cjs');

  static async make(packages = path.join(root, 'node_modules')): Promise<ShippedNodeHook> {
    const shipped = new ShippedNodeHook();
    await build({ ...hookBundle, outfile: shipped.hook, logLevel: 'silent' });
    symlinkSync(packages, path.join(shipped.folder, 'node_modules'), 'dir');
    return shipped;
  }

  /** Environment of a program with the hook. */
  environment(live: LiveServer): Record<string, string> {
    return { NODE_OPTIONS: `--require ${JSON.stringify(this.hook)}`, SPANSCOPE_ENDPOINT: live.endpoint };
  }

  run(args: readonly string[], env: Readonly<Record<string, string>> = {}, more: Pick<RunOptions, 'onOutput'> = {}): Promise<Ended> {
    return runProgram(node, args, { cwd: this.folder, env, ...more });
  }
}
