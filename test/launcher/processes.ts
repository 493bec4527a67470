import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

const isWindows = process.platform === 'win32';

/** Runs a command to its end with its output shown; resolves with the exit code. */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { stdio: 'inherit', ...options });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Runs a command and throws with its name when it fails. */
export async function mustRun(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const code = await run(command, args, options);
  if (code !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')} ended with code ${code}`);
}

/** Runs npm on the Node that runs this, whatever `npm` is on PATH. */
export function npm(args: readonly string[], options: SpawnOptions = {}): Promise<void> {
  const { npm_execpath: script, ...inherited } = { ...process.env, ...options.env };
  // What an npm around this one says about itself and its project does not hold for this one.
  const env = { ...inherited, npm_config_user_agent: undefined, npm_config_local_prefix: undefined };
  if (script?.endsWith('.js') === true) return mustRun(process.execPath, [script, ...args], { ...options, env });
  return mustRun(isWindows ? 'npm.cmd' : 'npm', args, { shell: isWindows, ...options, env });
}

/** Whether a window that opens here can be seen. */
export function hasScreen(): boolean {
  return process.platform !== 'linux' || process.env['DISPLAY'] !== undefined || process.env['WAYLAND_DISPLAY'] !== undefined;
}

/** What a command prints, or undefined when it cannot be run or fails. */
export function outputOf(command: string, args: readonly string[]): string | undefined {
  const result = spawnSync(command, [...args], { encoding: 'utf8', timeout: 20_000, shell: isWindows && command.endsWith('.cmd') });
  return result.status === 0 ? result.stdout : undefined;
}

/** The first of the names that is an executable on PATH, with its folder. */
export function onPath(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const endings = isWindows ? ['.exe', '.cmd'] : [''];
  const files = names.flatMap((name) => folders.flatMap((folder) => endings.map((ending) => path.join(folder, name + ending))));
  return files.find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return existsSync(file);
  } catch {
    return false;
  }
}

/** Starts a command that will be ended with `stop`, in a group of its own so that its children end too. */
export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, [...args], { ...options, detached: !isWindows });
  // Whatever ends this process, nothing of it goes on.
  const endWithUs = (): void => signalTree(child.pid as number, 'SIGTERM');
  process.once('exit', endWithUs);
  child.once('close', () => process.off('exit', endWithUs));
  return child;
}

/** Ends a process of `start` and its children; resolves when it is gone. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => {
    child.once('close', resolve);
  });
  signalTree(child.pid, signal);
  const impatient = setTimeout(() => signalTree(child.pid as number, 'SIGKILL'), 5000);
  await gone;
  clearTimeout(impatient);
}

function signalTree(pid: number, signal: NodeJS.Signals): void {
  if (isWindows) {
    spawnSync('taskkill', ['/pid', String(pid), '/t', '/f']);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended in the meantime.
  }
}

/** Runs the callback once when this process is asked to end, and ends it afterwards. */
export function onInterrupt(callback: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      void callback().finally(() => process.exit(130));
    });
  }
}

/** Runs a script to its end; a failure is one line and exit code 1, not a stack. */
export async function main(script: () => Promise<number | void>): Promise<void> {
  try {
    const code = await script();
    if (typeof code === 'number') process.exit(code);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
