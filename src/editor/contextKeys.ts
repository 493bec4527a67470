import { commands } from 'vscode';

/** What `when` clauses of package.json ask for. */
export interface ContextKeys {
  'spanscope.receiver': 'off' | 'starting' | 'listening' | 'failed';
  'spanscope.portProblem': boolean;
  'spanscope.hasTraces': boolean;
  'spanscope.hasTrace': boolean;
  'spanscope.hasSelection': boolean;
  'spanscope.filtered': boolean;
  'spanscope.groupBy': 'time' | 'service' | 'test';
  'spanscope.hasTests': boolean;
  'spanscope.lineHighlighted': boolean;
  'spanscope.hasBreakpoints': boolean;
  'spanscope.stands': boolean;
}

const last = new Map<keyof ContextKeys, unknown>();

/** Tells the editor, when the value differs from the last one. */
export function setContextKey<K extends keyof ContextKeys>(key: K, value: ContextKeys[K]): void {
  if (last.get(key) === value) return;
  last.set(key, value);
  void commands.executeCommand('setContext', key, value);
}
