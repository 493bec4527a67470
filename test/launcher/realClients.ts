import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, root } from './paths.ts';
import { mustRun, npm, onPath, outputOf } from './processes.ts';
import { canInstallPackages, ensureSystemPackages } from './systemPackages.ts';

const pythonOfVenv = process.platform === 'win32' ? 'venv/Scripts/python.exe' : 'venv/bin/python';
const sources = path.join(root, 'test/fixtures/agents');
const lists = { node: 'package.json', python: 'requirements.txt' } as const;
const readyName = '.ready';

/** Where the programs with real SDKs are ready to run; without `python` where no Python with venv is to be had. */
export interface RealClients {
  readonly nodeFolder: string;
  readonly python?: { readonly folder: string; readonly command: string };
}

/**
 * Installs what the programs of `fixtures/agents` import, once for each state of their package lists, into the cache.
 * The programs themselves are copied anew each time.
 */
export async function prepareRealClients(): Promise<RealClients> {
  const nodeFolder = await prepared('node', (folder) =>
    // Every package is in the list. The Claude Agent SDK does without the programs of hundreds of megabytes that it brings.
    npm(['install', '--legacy-peer-deps', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  try {
    const folder = await prepared('python', installPython);
    return { nodeFolder, python: { folder, command: path.join(folder, pythonOfVenv) } };
  } catch (error) {
    process.stdout.write(`The tests with Python SDKs are skipped: ${error instanceof Error ? error.message : String(error)}\n`);
    return { nodeFolder };
  }
}

/** How the suite inside the editor is told. */
export function variablesOf(clients: RealClients): Readonly<Record<string, string>> {
  return {
    SPANSCOPE_TEST_NODE_CLIENTS: clients.nodeFolder,
    ...(clients.python === undefined ? {} : { SPANSCOPE_TEST_PYTHON_CLIENTS: clients.python.folder, SPANSCOPE_TEST_PYTHON: clients.python.command }),
  };
}

/** The folder with the installed packages and the commands of its Python, if they were installed for the list as it is now; the tests of the editor do that. */
export function installedClients(kind: keyof typeof lists): string | undefined {
  const folder = folderOf(kind);
  return existsSync(path.join(folder, readyName)) ? folder : undefined;
}

function folderOf(kind: keyof typeof lists): string {
  const state = createHash('sha256').update(readFileSync(path.join(sources, kind, lists[kind]))).digest('hex').slice(0, 12);
  return path.join(cacheFolder, 'agents', `${kind}-${state}`);
}

async function prepared(kind: keyof typeof lists, install: (folder: string) => Promise<void>): Promise<string> {
  const list = lists[kind], from = path.join(sources, kind), folder = folderOf(kind);
  // Written last, so that an install that was cut off is done again. The folder is not moved: a venv names itself in its scripts.
  const ready = path.join(folder, readyName);
  if (!existsSync(ready)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    cpSync(path.join(from, list), path.join(folder, list));
    process.stdout.write(`Installing the ${kind} clients of the tests\n`);
    await install(folder);
    writeFileSync(ready, '');
  }
  cpSync(from, folder, { recursive: true });
  return folder;
}

async function installPython(folder: string): Promise<void> {
  if (canInstallPackages()) await ensureSystemPackages([{ package: 'python3-venv', isPresent: () => pythonWithVenv() !== undefined }], 'the tests with Python SDKs');
  const python = pythonWithVenv();
  if (python === undefined) throw new Error('there is no Python with venv and pip here');
  await mustRun(python, ['-m', 'venv', '--copies', path.join(folder, 'venv')]);
  await mustRun(path.join(folder, pythonOfVenv), ['-m', 'pip', 'install', '--quiet', '--no-deps', '-r', path.join(folder, 'requirements.txt')]);
}

function pythonWithVenv(): string | undefined {
  const python = onPath('python3', 'python');
  return python !== undefined && outputOf(python, ['-c', 'import venv, ensurepip']) !== undefined ? python : undefined;
}
