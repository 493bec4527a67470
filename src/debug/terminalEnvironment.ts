import * as path from 'node:path';
import { EnvironmentVariableMutatorType } from 'vscode';
import type { EnvironmentVariableCollection } from 'vscode';
import type { Endpoints } from '../protocol/collector.ts';
import { contentChoice, setsEnvironment } from './debugSettings.ts';
import { environmentFor } from './environment.ts';
import { terminalMutations } from './terminalMutations.ts';
import type { Mutation } from './terminalMutations.ts';
import { layersOfTerminal } from './userLayers.ts';

const types: Readonly<Record<Mutation['kind'], EnvironmentVariableMutatorType>> = {
  replace: EnvironmentVariableMutatorType.Replace, append: EnvironmentVariableMutatorType.Append, prepend: EnvironmentVariableMutatorType.Prepend,
};

/**
 * The variables of new terminals, and so of tasks. The editor keeps them over a reload and marks terminals whose
 * variables have changed, so they are touched only when they are different. They hold no token: they lie on the disk. Nor
 * resource attributes: these variables win over those of a task, which may name its run.
 */
export class TerminalEnvironment {
  readonly #collection: EnvironmentVariableCollection;
  readonly #hooks: { readonly node?: string; readonly python?: string };

  constructor(collection: EnvironmentVariableCollection, hooks: { readonly node?: string; readonly python?: string }) {
    this.#collection = collection;
    this.#hooks = hooks;
  }

  /** Takes where the receiver listens; nowhere takes everything out. */
  update(endpoints: Endpoints): void {
    const wanted = this.#wanted(endpoints);
    if (isSame(this.#collection, wanted)) return;
    this.#collection.clear();
    this.#collection.description = 'Spans of programs go to Spanscope';
    for (const [name, { kind, value }] of wanted) this.#collection[kind](name, value);
  }

  #wanted(endpoints: Endpoints): ReadonlyMap<string, Mutation> {
    if (!setsEnvironment()) return new Map();
    const existing = layersOfTerminal();
    const environment = environmentFor({ endpoints, hooks: this.#hooks, content: contentChoice(), delimiter: path.delimiter }, existing);
    return terminalMutations(environment, existing, this.#hooks, path.delimiter);
  }
}

function isSame(collection: EnvironmentVariableCollection, wanted: ReadonlyMap<string, Mutation>): boolean {
  return [...collection].length === wanted.size && [...wanted].every(([name, { kind, value }]) => {
    const has = collection.get(name);
    return has?.value === value && has.type === types[kind];
  });
}
