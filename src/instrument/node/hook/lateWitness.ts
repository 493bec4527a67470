import type { Witness } from './witness.ts';

let one: Witness | undefined;

/** The witness of this process. What it needs (sockets, above all) is loaded by the first call: most programs make no spans. */
export function witness(): Witness {
  one ??= makeWitness();
  return one;
}

/** The same, when there was a reason to make one. */
export const knownWitness = (): Witness | undefined => one;

function makeWitness(): Witness {
  // The bundler keeps a module that is required in a function of its own.
  const module = require('./witness.ts') as { readonly Witness: new () => Witness };
  return new module.Witness();
}
