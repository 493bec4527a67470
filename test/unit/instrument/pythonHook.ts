import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedClients } from '../../launcher/realClients.ts';
import { ProgramFolder, runProgram } from './programFolder.ts';
import type { LiveServer } from './liveServer.ts';
import type { Ended, RunOptions } from './programFolder.ts';

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

/** Whether that Python is of version 3 and this minor version, or of a later one. */
export function isPythonFrom(minor: number): boolean {
  return pythonWithPackages !== undefined && Number(execFileSync(pythonWithPackages, ['-c', 'import sys; print(sys.version_info[1])'], { encoding: 'utf8' })) >= minor;
}

/** Why tests are skipped, to be put behind their titles. */
export const whyNoPackages = pythonWithPackages === undefined ? ': the Python packages of the integration tests are not installed' : '';

/** A folder with the hook as it is shipped, and programs. */
export class ShippedHook extends ProgramFolder {
  readonly hook = path.join(this.folder, 'hook');

  constructor() {
    super();
    cpSync(path.join(source, 'hook'), this.hook, { recursive: true });
    copyFileSync(path.join(source, 'spanscope.py'), path.join(this.hook, '_spanscope_hook/kit.py'));
  }

  /** Environment of a program with the hook. */
  environment(live: LiveServer, ...more: readonly string[]): Record<string, string> {
    return { PYTHONPATH: [this.hook, ...more].join(path.delimiter), SPANSCOPE_ENDPOINT: live.endpoint, OTEL_SERVICE_NAME: 'agent' };
  }

  run(python: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, onStart?: RunOptions['onStart']): Promise<Ended> {
    return runProgram(python, args, { cwd: this.folder, env, ...(onStart === undefined ? {} : { onStart }) });
  }
}

/** A program's beginning: an SDK without exporters, `tracer` and what else the programs need. */
export const sdk = `import asyncio, os, subprocess, sys, threading, time
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
trace.set_tracer_provider(TracerProvider())
tracer = trace.get_tracer("test", "1")
`;
