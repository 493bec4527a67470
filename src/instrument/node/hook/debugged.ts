import inspector from 'node:inspector';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';

const key = 'spanscope.debugged';
let isTold = false;

/** Whether a debugger is there that could stop this thread. Node says it to the main thread alone, which tells the others. */
export function isDebugged(): boolean {
  if (!isMainThread) return getEnvironmentData(key) === true;
  const isIt = inspector.url() !== undefined;
  if (isIt && !isTold) setEnvironmentData(key, isTold = true);
  return isIt;
}
