import type { DebugSession } from 'vscode';
import { framesIn } from './stackFrames.ts';

/** What a stopped program is asked for its process, by the type of its debugger. */
const expressions: ReadonlyMap<string, string> = new Map([
  ...['pwa-node', 'node', 'pwa-extensionHost', 'node-terminal'].map((type) => [type, 'globalThis.process.pid'] as const),
  ...['python', 'debugpy'].map((type) => [type, "__import__('os').getpid()"] as const),
]);
const known = new WeakMap<DebugSession, number>();

/** The process of a debug session of which a thread stands; undefined when it does not tell. */
export async function pidOf(session: DebugSession, threadId: number): Promise<number | undefined> {
  const before = known.get(session), expression = expressions.get(session.type);
  if (before !== undefined || expression === undefined) return before;
  try {
    const [top] = framesIn(await session.customRequest('stackTrace', { threadId, startFrame: 0, levels: 1 }));
    const answer: unknown = await session.customRequest('evaluate', { expression, context: 'watch', ...(top === undefined ? {} : { frameId: top.id }) });
    const result: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'result') : undefined;
    if (typeof result !== 'string' || !/^\d{1,10}$/.test(result)) return undefined;
    known.set(session, Number(result));
    return Number(result);
  } catch {
    // It went on meanwhile.
    return undefined;
  }
}
