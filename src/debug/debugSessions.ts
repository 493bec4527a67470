import * as path from 'node:path';
import * as process from 'node:process';
import { debug } from 'vscode';
import type { DebugConfiguration, DebugConfigurationProvider, DebugSession, Disposable, WorkspaceFolder } from 'vscode';
import { isTyped, reachOf, runIdOf } from './debugTypes.ts';
import { withKitSkipped } from './kitSkipping.ts';
import { launchVariables, withLaunchVariables } from './launchEnvironment.ts';
import type { RunLog } from './runLog.ts';
import type { Prepared, Tracer } from './tracer.ts';
import { layersOfLaunch } from './userLayers.ts';

/** Called when a session's spans go where the user has said, with what starts it again with our address. */
export type OnElsewhere = (prepared: Prepared, useOurs: () => Promise<void>) => void;

/** Gives the programs of debug sessions their environment, and makes a run of each session. */
export class DebugSessions implements DebugConfigurationProvider {
  readonly #tracer: Tracer;
  readonly #runs: RunLog;
  readonly #onElsewhere: OnElsewhere;
  readonly #warn: (what: string, cause: unknown) => void;
  readonly #disposables: readonly Disposable[];
  /** Sessions that were begun by the editor itself, by run. */
  readonly #sessions = new Map<string, DebugSession>();
  /** Name of the configuration that is started again to use our address. */
  #overridden: string | undefined;

  constructor(tracer: Tracer, runs: RunLog, onElsewhere: OnElsewhere, warn: (what: string, cause: unknown) => void) {
    this.#tracer = tracer;
    this.#runs = runs;
    this.#onElsewhere = onElsewhere;
    this.#warn = warn;
    this.#disposables = [
      // All other providers have had their turn before: what a launch configuration will be is known.
      debug.registerDebugConfigurationProvider('*', this),
      debug.onDidStartDebugSession((session) => this.#began(session)),
      debug.onDidTerminateDebugSession((session) => this.#ended(session)),
    ];
  }

  async resolveDebugConfigurationWithSubstitutedVariables(folder: WorkspaceFolder | undefined, configuration: DebugConfiguration): Promise<DebugConfiguration> {
    try {
      return await this.#withEnvironment(folder, configuration);
    } catch (error) {
      // Tracing is no reason for a program not to start.
      this.#warn('A program could not be given its environment', error);
      return configuration;
    }
  }

  dispose(): void {
    for (const item of this.#disposables) item.dispose();
  }

  async #withEnvironment(folder: WorkspaceFolder | undefined, configuration: DebugConfiguration): Promise<DebugConfiguration> {
    const reach = reachOf(configuration);
    if (reach === undefined || launchVariables(configuration) === undefined) return configuration;
    const isOverriding = this.#overridden === configuration.name;
    if (isOverriding) this.#overridden = undefined;
    const prepared = await this.#tracer.prepare({ name: nameOf(configuration), type: configuration.type, reach, existing: await layersOfLaunch(configuration, folder?.uri.fsPath ?? ''), isTyped: isTyped(configuration), isOverriding });
    if (prepared === undefined) return configuration;
    const { run, environment } = prepared;
    if (environment.elsewhere !== undefined) this.#onElsewhere(prepared, () => this.#useOurs(run.id, folder, configuration));
    // Windows takes names that differ in case for the same, and programs would be given one of the two.
    return withKitSkipped(withLaunchVariables(configuration, environment.variables, process.platform === 'win32'));
  }

  async #useOurs(runId: string, folder: WorkspaceFolder | undefined, configuration: DebugConfiguration): Promise<void> {
    const session = this.#sessions.get(runId);
    if (session !== undefined) await debug.stopDebugging(session);
    this.#overridden = configuration.name;
    try {
      await debug.startDebugging(folder, configuration);
    } finally {
      this.#overridden = undefined;
    }
  }

  #began(session: DebugSession): void {
    const id = runIdOf(session.configuration);
    if (id === undefined) return;
    const run = this.#tracer.find(id)?.run ?? { id, name: session.name, type: session.type };
    if (session.parentSession === undefined) this.#sessions.set(id, session);
    this.#runs.begin(run, session.id);
  }

  #ended(session: DebugSession): void {
    const id = runIdOf(session.configuration);
    if (id === undefined) return;
    if (this.#sessions.get(id) === session) this.#sessions.delete(id);
    this.#runs.end(id, session.id);
  }
}

/** What people call a configuration; one without a name is called after its program. */
function nameOf({ name, type, program }: DebugConfiguration): string {
  if (name !== '') return name;
  return typeof program === 'string' && program !== '' ? path.basename(program) : type;
}

