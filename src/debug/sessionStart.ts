import { debug } from 'vscode';
import type { DebugSession, Disposable } from 'vscode';

/** Calls back when a debug session begins. */
export function watchDebugSessions(onStart: (session: DebugSession) => void): Disposable {
  return debug.onDidStartDebugSession(onStart);
}

/** The session that the user began, of one that a debugger has begun for a part of its program. */
export function rootOf(session: DebugSession): DebugSession {
  return session.parentSession === undefined ? session : rootOf(session.parentSession);
}
