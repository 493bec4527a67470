import process from 'node:process';
import { watchGlobal } from './apiGlobal.ts';
import { watchChildren } from './children.ts';
import { watchModules } from './modules.ts';
import { watchVmContexts } from './vmContexts.ts';
import { silently } from './silently.ts';
import type { runSender } from './otherProcess.ts';

/** Set on the global object by the first hook of a process: NODE_OPTIONS and a launch configuration may both name one. */
const installed = Symbol.for('spanscope.hook');

const mode = process.env['SPANSCOPE_HOOK'];

// A process of our own.
if (mode === 'send') (require('./otherProcess.ts') as { runSender: typeof runSender }).runSender();
else if (mode !== 'off' && !(installed in globalThis)) {
  silently(() => {
    Object.defineProperty(globalThis, installed, { value: true });
    watchGlobal(globalThis);
    watchModules();
    watchChildren();
    watchVmContexts();
  });
}
