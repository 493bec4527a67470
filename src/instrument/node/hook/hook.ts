import process from 'node:process';
import { watchGlobal } from './apiGlobal.ts';
import { watchChildren } from './children.ts';
import { hearKit, hookKey } from './kitSpans.ts';
import { watchModules } from './modules.ts';
import { watchVmContexts } from './vmContexts.ts';
import { silently } from './silently.ts';
import type { runSender } from './otherProcess.ts';

const mode = process.env['SPANSCOPE_HOOK'];

// A process of our own.
if (mode === 'send') (require('./otherProcess.ts') as { runSender: typeof runSender }).runSender();
// NODE_OPTIONS and a launch configuration may both name a hook: the first one of a process does it all.
else if (mode !== 'off' && !(hookKey in globalThis)) {
  silently(() => {
    hearKit(globalThis);
    watchGlobal(globalThis);
    watchModules();
    watchChildren();
    watchVmContexts();
  });
}
