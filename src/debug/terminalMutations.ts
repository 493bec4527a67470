import type { Environment } from './environment.ts';
import type { Layers } from './layers.ts';
import { hasNodeHook, hasPythonHook, nodeOption } from './pathVariables.ts';

/** How a variable of new terminals is changed. */
export interface Mutation { readonly kind: 'replace' | 'append' | 'prepend'; readonly value: string }

/**
 * The changes that make an environment. Where several extensions may have a part in a value, ours is only added, because
 * a replacement by one of them would undo the others.
 */
export function terminalMutations({ variables }: Environment, existing: Layers, hooks: { readonly node?: string; readonly python?: string }, delimiter: string): Map<string, Mutation> {
  const mutations = new Map<string, Mutation>([...variables].map(([name, value]) => [name, { kind: 'replace', value }]));
  const valueOf = (name: string): string => existing.find(name)?.value ?? '';
  if (variables.has('NODE_OPTIONS') && hooks.node !== undefined && !hasNodeHook(valueOf('NODE_OPTIONS'))) {
    mutations.set('NODE_OPTIONS', { kind: 'append', value: ` ${nodeOption(hooks.node)}` });
  }
  // An empty entry would be the current folder, so nothing is put in front of nothing.
  const pythonPath = valueOf('PYTHONPATH');
  if (variables.has('PYTHONPATH') && hooks.python !== undefined && pythonPath !== '' && !hasPythonHook(pythonPath, delimiter)) {
    mutations.set('PYTHONPATH', { kind: 'prepend', value: hooks.python + delimiter });
  }
  return mutations;
}
