import { readFileSync } from 'node:fs';
import process from 'node:process';
import { watchGlobal } from './apiGlobal.ts';
import { watchChildren } from './children.ts';
import { hearKit, hookKey } from './kitSpans.ts';
import { watchModules } from './modules.ts';
import { watchVmContexts } from './vmContexts.ts';
import { silently } from './silently.ts';
import type { runSender } from './otherProcess.ts';

const mode = process.env['SPANSCOPE_HOOK'];

/** From where others cannot read it: what starts this process may show its environment. */
function readToken(): void {
  const file = process.env['SPANSCOPE_TOKEN_FILE'];
  if (file) process.env['SPANSCOPE_TOKEN'] ??= readFileSync(file, 'utf8');
}

// A process of our own.
if (mode === 'send') (require('./otherProcess.ts') as { runSender: typeof runSender }).runSender();
// NODE_OPTIONS and a launch configuration may both name a hook: the first one of a process does it all.
else if (mode !== 'off' && !(hookKey in globalThis)) {
  silently(readToken);
  silently(() => {
    hearKit(globalThis);
    watchGlobal(globalThis);
    watchModules();
    watchChildren();
    watchVmContexts();
  });
}
