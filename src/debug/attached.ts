import { setTimeout as delay } from 'node:timers/promises';
import { workspace } from 'vscode';
import type { DebugSession } from 'vscode';
import { controlRequest, isAttachedHere } from './controlRequest.ts';
import { rootOf } from './sessionStart.ts';

/** An adapter tells of its session before it can reach the program. */
const tries = 25, pauseMs = 200;

/**
 * Lets the hook in a program that a debugger was attached to know the token of our control channel, so that it stops at span
 * breakpoints: the program was begun somewhere else, mostly in a terminal, whose environment holds no token.
 */
export async function letControl(session: DebugSession, token: () => Promise<string>): Promise<void> {
  if (!workspace.isTrusted || !isAttachedHere(rootOf(session).configuration)) return;
  const expression = controlRequest(session.type, await token());
  for (let i = 0; expression !== undefined && i < tries; i++) {
    const isDone = await session.customRequest('evaluate', { expression, context: 'watch' }).then(() => true, () => false);
    if (isDone) return;
    await delay(pauseMs);
  }
}
