import process from 'node:process';
import { watchGlobal } from './apiGlobal.ts';
import { watchModules } from './modules.ts';
import { watchVmContexts } from './vmContexts.ts';
import { silently } from './silently.ts';

/** Set on the global object by the first hook of a process: NODE_OPTIONS and a launch configuration may both name one. */
const installed = Symbol.for('spanscope.hook');

if (process.env['SPANSCOPE_HOOK'] !== 'off' && !(installed in globalThis)) {
  silently(() => {
    Object.defineProperty(globalThis, installed, { value: true });
    watchGlobal(globalThis);
    watchModules();
    watchVmContexts();
  });
}
