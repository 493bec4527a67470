import { workspace } from 'vscode';
import { contentChoices } from './contentVariables.ts';
import type { ContentChoice } from './contentVariables.ts';

/** Whether programs are given our variables: a workspace can turn that off, but not on where the user has turned it off. */
export function setsEnvironment(): boolean {
  const { globalValue, workspaceValue } = workspace.getConfiguration('spanscope.debug').inspect('environment') ?? {};
  return workspace.isTrusted && globalValue !== false && workspaceValue !== false;
}

export function contentChoice(): ContentChoice {
  const chosen = workspace.getConfiguration('spanscope.debug').get('captureContent');
  return contentChoices.find((choice) => choice === chosen) ?? 'default';
}
