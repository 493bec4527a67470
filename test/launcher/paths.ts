import { mkdtempSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The project's folder. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Downloaded and built editors, ignored by git and reused by every run. */
export const cacheFolder = path.join(root, '.vscode-test');

/** The compiled suite that runs inside a VS Code. */
export const compiledSuite = path.join(root, 'dist/test/integration/index.cjs');

/** The extension that lets a test outside call commands and the exported interface inside. */
export const probeFolder = path.join(root, 'test/launcher/probe');

/** The packaged extension that `npm run package` writes. */
export const vsixFile = path.join(root, 'dist/spanscope.vsix');

/** A new folder for one run, with links resolved so that paths compare equal to what the editor reports. */
export function newRunFolder(): string {
  return realpathSync.native(mkdtempSync(path.join(os.tmpdir(), 'spanscope-')));
}
