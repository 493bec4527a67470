import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder for programs and what they need. */
export class ProgramFolder {
  // Paths of people have spaces.
  readonly folder = mkdtempSync(path.join(tmpdir(), 'span scope '));

  remove(): void { rmSync(this.folder, { recursive: true }); }

  /** Writes a file and gives its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }
}

export interface Ended { readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string }

export interface RunOptions {
  readonly cwd?: string;
  /** Beside the variables of the tests themselves, without those that say something about tracing or the runtime. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onStart?: (kill: (signal?: NodeJS.Signals) => void) => void;
  /** Hears both outputs. */
  readonly onOutput?: (text: string) => void;
}

/** Runs a program to its end. */
export function runProgram(command: string, args: readonly string[], { cwd, env, onStart, onOutput }: RunOptions = {}): Promise<Ended> {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:(?:OTEL|SPANSCOPE|NODE|VITEST|JEST)_|PYTHON|(?:TEST|VITEST)$)/.test(name));
  const child = spawn(command, args, { cwd, env: { ...Object.fromEntries(own), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  onStart?.((signal = 'SIGKILL') => { child.kill(signal); });
  const ended = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Buffer) => {
      ended[name] += bytes.toString();
      onOutput?.(bytes.toString());
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => { resolve({ code, signal, ...ended }); });
  });
}
