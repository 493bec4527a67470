import { debug } from 'vscode';
import type { Disposable } from 'vscode';

/** Calls back when a debug session begins. */
export function watchDebugSessions(onStart: () => void): Disposable {
  return debug.onDidStartDebugSession(onStart);
}
