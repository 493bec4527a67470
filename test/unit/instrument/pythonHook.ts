import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedClients } from '../../launcher/realClients.ts';
import type { LiveServer } from './liveServer.ts';

const source = fileURLToPath(new URL('../../../src/instrument/python', import.meta.url));

/** A Python with the packages of the integration tests, which install them; undefined before that. SPANSCOPE_TEST_PYTHON names another. */
export const pythonWithPackages = process.env['SPANSCOPE_TEST_PYTHON'] ?? ['venv/bin/python', 'venv/Scripts/python.exe']
  .flatMap((name) => { const folder = installedClients('python'); return folder === undefined ? [] : path.join(folder, name); }).find((file) => existsSync(file));

/** Whether that Python has a module. */
export function hasModule(name: string): boolean {
  if (pythonWithPackages === undefined) return false;
  try {
    execFileSync(pythonWithPackages, ['-c', `import ${name}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Why tests are skipped, to be put behind their titles. */
export const whyNoPackages = pythonWithPackages === undefined ? ': the Python packages of the integration tests are not installed' : '';

export interface Ended { readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string }

/** A folder with the hook as it is shipped, and programs. */
export class ShippedHook {
  // Paths of people have spaces.
  readonly folder = mkdtempSync(path.join(tmpdir(), 'span scope hook-'));
  readonly hook = path.join(this.folder, 'hook');

  constructor() {
    cpSync(path.join(source, 'hook'), this.hook, { recursive: true });
    copyFileSync(path.join(source, 'spanscope.py'), path.join(this.hook, '_spanscope_hook/kit.py'));
  }

  remove(): void { rmSync(this.folder, { recursive: true }); }

  /** Writes a program and gives its path. */
  write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** Environment of a program with the hook. */
  environment(live: LiveServer, ...more: readonly string[]): Record<string, string> {
    return { PYTHONPATH: [this.hook, ...more].join(path.delimiter), SPANSCOPE_ENDPOINT: live.endpoint, OTEL_SERVICE_NAME: 'agent' };
  }

  run(python: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, whenStarted?: (kill: (signal?: NodeJS.Signals) => void) => void): Promise<Ended> {
    const own = Object.entries(process.env).filter(([name]) => !/^(OTEL|SPANSCOPE|PYTHON)/.test(name));
    const child = spawn(python, args, { cwd: this.folder, env: { ...Object.fromEntries(own), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    whenStarted?.((signal = 'SIGKILL') => { child.kill(signal); });
    let stdout = '', stderr = '';
    child.stdout.on('data', (text: Buffer) => { stdout += text.toString(); });
    child.stderr.on('data', (text: Buffer) => { stderr += text.toString(); });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => { resolve({ code, signal, stdout, stderr }); });
    });
  }
}

/** A program's beginning: an SDK without exporters, `tracer` and what else the programs need. */
export const sdk = `import asyncio, os, subprocess, sys, threading, time
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
tracer = trace.get_tracer("test", "1")
`;
