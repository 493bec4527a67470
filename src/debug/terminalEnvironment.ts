import * as path from 'node:path';
import { EnvironmentVariableMutatorType } from 'vscode';
import type { EnvironmentVariableCollection } from 'vscode';
import { visibleName } from '../model/visibleText.ts';
import type { Endpoints } from '../protocol/collector.ts';
import { contentChoice, setsEnvironment } from './debugSettings.ts';
import { environmentFor } from './environment.ts';
import { terminalMutations } from './terminalMutations.ts';
import type { Mutation } from './terminalMutations.ts';
import { layersOfTerminals } from './userLayers.ts';

const types: Readonly<Record<Mutation['kind'], EnvironmentVariableMutatorType>> = {
  replace: EnvironmentVariableMutatorType.Replace, append: EnvironmentVariableMutatorType.Append, prepend: EnvironmentVariableMutatorType.Prepend,
};

const description = 'Spans of programs go to Spanscope';

/**
 * The variables of new terminals, and so of tasks. The editor keeps them over a reload and marks terminals whose
 * variables have changed, so they are touched only when they are different. They hold no token: they lie on the disk. Nor
 * resource attributes: these variables win over those of a task or a profile, and a task may name its run. So what any of
 * them sets is left alone everywhere.
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
    const { description, mutations } = this.#wanted(endpoints);
    if (isSame(this.#collection, mutations)) return;
    this.#collection.clear();
    this.#collection.description = description;
    for (const [name, { kind, value }] of mutations) this.#collection[kind](name, value);
  }

  #wanted(endpoints: Endpoints): { readonly description: string; readonly mutations: ReadonlyMap<string, Mutation> } {
    if (!setsEnvironment()) return { description, mutations: new Map() };
    const { any, some } = layersOfTerminals();
    const environment = environmentFor({ endpoints, hooks: this.#hooks, content: contentChoice(), delimiter: path.delimiter }, any);
    const mutations = terminalMutations(environment, any, this.#hooks, path.delimiter);
    // In front of what only some have, the others would have an empty entry.
    if (some.find('PYTHONPATH') !== undefined) mutations.delete('PYTHONPATH');
    const { elsewhere } = environment;
    return { description: elsewhere === undefined ? description : `${elsewhere.name} is left as ${visibleName(elsewhere.by)} has it`, mutations };
  }
}

function isSame(collection: EnvironmentVariableCollection, wanted: ReadonlyMap<string, Mutation>): boolean {
  return [...collection].length === wanted.size && [...wanted].every(([name, { kind, value }]) => {
    const has = collection.get(name);
    return has?.value === value && has.type === types[kind];
  });
}
