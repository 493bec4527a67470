import { isSwitchedOff } from './librarySpans.ts';
import { watchLangChain } from './langChain.ts';
import { watchOpenAiAgents } from './openAiAgents.ts';
import { witness } from './lateWitness.ts';

/** Sets things up for the class of a framework by which its runs are seen; for another class of that name nothing happens. */
export function watchFramework(name: string, found: unknown): void {
  if (typeof found !== 'function' || isSwitchedOff()) return;
  if (name === 'CallbackManager') watchLangChain(found);
  else if (name === 'MultiTracingProcessor') watchOpenAiAgents(found.prototype as object);
  witness();
}
