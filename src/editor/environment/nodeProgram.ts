import { execFile } from 'node:child_process';
import * as process from 'node:process';
import { promisify } from 'node:util';

const oldestMajor = 20;
const patienceMs = 3000;

/** A program that runs JavaScript as Node does, and what its environment must hold for that. */
export interface NodeProgram { readonly path: string; readonly env: Readonly<Record<string, string>> }

/** The user's own Node where it is recent enough, else the editor's. */
export async function nodeProgram(): Promise<NodeProgram> {
  return await isRecent('node') ? { path: 'node', env: {} } : { path: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } };
}

async function isRecent(program: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)(program, ['--version'], { timeout: patienceMs, windowsHide: true });
    return Number(/^v(\d+)\./.exec(stdout)?.[1] ?? 0) >= oldestMajor;
  } catch {
    return false;
  }
}
