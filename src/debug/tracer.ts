import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { EventEmitter, workspace } from 'vscode';
import type { Endpoints } from '../protocol/collector.ts';
import { contentChoice, setsEnvironment } from './debugSettings.ts';
import type { Reach } from './debugTypes.ts';
import { environmentFor } from './environment.ts';
import type { Environment } from './environment.ts';
import type { Layers } from './layers.ts';
import { newRunId } from './runs.ts';

/** What is needed of the receiver. */
export interface TracerReceiver {
  /** Where it listens; starts it where it may start by itself. Empty when it does not. */
  endpoints(): Promise<Endpoints>;
  token(): Promise<string>;
  /** The path of a file that holds a token; undefined where there can be none. */
  tokenFile(token: string): string | undefined;
}

/** What a program was given. */
export interface Prepared {
  readonly run: { readonly id: string; readonly name: string; readonly type: string };
  readonly environment: Environment;
}

/** A program that is about to start. */
export interface Start {
  readonly name: string;
  /** Of the debugger that would run it. */
  readonly type: string;
  readonly reach: Reach;
  /** What it would get without us. */
  readonly existing: Layers;
  /** Its environment will be typed into a terminal. */
  readonly isTyped?: boolean;
  /** Our address takes the place of the user's. */
  readonly isOverriding?: boolean;
  /** The user asked for tracing, so the setting is not asked. */
  readonly isAsked?: boolean;
}

/** A debugger waits no longer than this for the receiver. */
const patienceMs = 5000;
const remembered = 50;

/** Prepares the environment of programs that are about to start. */
export class Tracer {
  readonly #changed = new EventEmitter<void>();
  /** Another program was given its environment. */
  readonly onDidPrepare = this.#changed.event;
  readonly hooks: { readonly node?: string; readonly python?: string };
  readonly #receiver: TracerReceiver;
  readonly #prepared = new Map<string, Prepared>();

  constructor(receiver: TracerReceiver, extensionFolder: string) {
    this.#receiver = receiver;
    const node = path.join(extensionFolder, 'dist/hook/node/hook.cjs'), python = path.join(extensionFolder, 'dist/hook/python');
    this.hooks = { ...(existsSync(node) ? { node } : {}), ...(existsSync(path.join(python, 'sitecustomize.py')) ? { python } : {}) };
  }

  /** The newest one. */
  get last(): Prepared | undefined { return [...this.#prepared.values()].at(-1); }

  find(runId: string): Prepared | undefined { return this.#prepared.get(runId); }

  /** The environment of a new run. Undefined when nothing is to be set: switched off, not trusted, no receiver. */
  async prepare({ name, type, reach, existing, isTyped = false, isOverriding = false, isAsked = false }: Start): Promise<Prepared | undefined> {
    if (!workspace.isTrusted || !(isAsked || setsEnvironment())) return undefined;
    const link = await withPatience(this.#link());
    if (link === undefined || Object.keys(link.endpoints).length === 0) return undefined;
    const run = { id: newRunId(Date.now(), randomUUID().slice(0, 8)), name, type };
    const { endpoints, token } = link;
    const environment = environmentFor({
      // Nobody but a hook has a use for the token, and some debuggers show variables in a terminal.
      endpoints, ...(reach !== 'hooks' ? {} : isTyped ? { tokenFile: this.#receiver.tokenFile(token) } : { token }), session: run, workspace: workspace.name ?? '', hooks: reach === 'hooks' ? this.hooks : {}, content: contentChoice(), isOverriding, delimiter: path.delimiter,
    }, existing);
    if (environment.variables.size === 0) return undefined;
    const prepared = { run, environment };
    this.#remember(prepared);
    return prepared;
  }

  dispose(): void { this.#changed.dispose(); }

  async #link(): Promise<{ endpoints: Endpoints; token: string }> {
    const endpoints = await this.#receiver.endpoints();
    return { endpoints, token: Object.keys(endpoints).length === 0 ? '' : await this.#receiver.token() };
  }

  #remember(prepared: Prepared): void {
    this.#prepared.set(prepared.run.id, prepared);
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size <= remembered) break;
      this.#prepared.delete(oldest);
    }
    this.#changed.fire();
  }
}

async function withPatience<T>(work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), patienceMs);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
