import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, root } from './paths.ts';
import { npm, onPath, outputOf, run } from './processes.ts';

const sources = path.join(root, 'test/fixtures/agents');

/** Where the programs with real SDKs are ready to run; `python` is undefined where no Python with venv is to be had. */
export interface RealClients {
  readonly nodeFolder: string;
  readonly pythonFolder: string;
  readonly python: string | undefined;
}

/**
 * Installs what the programs of `fixtures/agents` import, once for each state of their package lists, into the cache.
 * The programs themselves are copied anew each time.
 */
export async function prepareRealClients(): Promise<RealClients> {
  const nodeFolder = await prepared('node', 'package.json', (folder) => npm(['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }));
  const launcher = onPath('python3', 'python');
  const pythonFolder = await prepared('python', 'requirements.txt', async (folder) => {
    if (launcher !== undefined) await installPython(launcher, folder);
  });
  const python = path.join(pythonFolder, process.platform === 'win32' ? 'venv/Scripts/python.exe' : 'venv/bin/python');
  return { nodeFolder, pythonFolder, python: existsSync(python) ? python : undefined };
}

/** How the suite inside the editor is told. */
export function variablesOf(clients: RealClients): Readonly<Record<string, string>> {
  return {
    SPANSCOPE_TEST_NODE_CLIENTS: clients.nodeFolder,
    SPANSCOPE_TEST_PYTHON_CLIENTS: clients.pythonFolder,
    ...(clients.python === undefined ? {} : { SPANSCOPE_TEST_PYTHON: clients.python }),
  };
}

async function prepared(kind: 'node' | 'python', list: string, install: (folder: string) => Promise<void>): Promise<string> {
  const from = path.join(sources, kind);
  const state = createHash('sha256').update(readFileSync(path.join(from, list))).digest('hex').slice(0, 12);
  const folder = path.join(cacheFolder, 'agents', `${kind}-${state}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    mkdirSync(unfinished, { recursive: true });
    cpSync(path.join(from, list), path.join(unfinished, list));
    process.stdout.write(`Installing the ${kind} clients of the tests\n`);
    await install(unfinished);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  }
  cpSync(from, folder, { recursive: true });
  return folder;
}

/** A failed install leaves no Python, which the tests then say. */
async function installPython(launcher: string, folder: string): Promise<void> {
  const venv = path.join(folder, 'venv');
  if (outputOf(launcher, ['-c', 'import venv, ensurepip']) === undefined) return;
  const python = path.join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const made = await run(launcher, ['-m', 'venv', '--copies', venv]);
  const installed = made === 0 ? await run(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', path.join(folder, 'requirements.txt')]) : 1;
  if (installed !== 0) rmSync(venv, { recursive: true, force: true });
}
