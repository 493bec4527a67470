import process from 'node:process';
import { knownWitness, witness } from './lateWitness.ts';
import { silently } from './silently.ts';
import { standStill } from './standStill.ts';
import type { Span } from '../span.ts';
import type { isDebugged } from './debugged.ts';
import type { Moment } from './spanFacts.ts';

/** On every realm's global object, where the agent kit looks for it. Other copies of the hook see by it that there is one. */
export const hookKey = Symbol.for('spanscope.hook');

/** Lets the program stop at spans of the agent kit, which sends them itself. */
export function hearKit(realm: object): void {
  Object.defineProperty(realm, hookKey, { value: { span: kitSpan, control } });
}

/** Called by the editor through a debugger that was attached to the program: spans of a program that was not begun there may be stopped at, too. */
function control(token: string): void {
  silently(() => {
    process.env['SPANSCOPE_TOKEN'] = token;
    knownWitness()?.show(token);
  });
}

function kitSpan(span: Span, on: Moment): void {
  if (isStop(span, on)) standStill();
}

function isStop(span: Span, on: Moment): boolean {
  try {
    // Not loaded before: most programs have no such spans.
    const debugged = require('./debugged.ts') as { readonly isDebugged: typeof isDebugged };
    return debugged.isDebugged() && witness().stopsAtKit(span, on);
  } catch {
    // A kit of another version.
    return false;
  }
}
