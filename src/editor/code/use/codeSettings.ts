import * as vscode from 'vscode';

export type Heat = 'off' | 'time' | 'cost';

export interface CodeSettings {
  readonly codeLens: boolean;
  readonly decorations: boolean;
  readonly hover: boolean;
  readonly heat: Heat;
  readonly errorMarks: boolean;
  readonly problems: boolean;
}

export const codeSection = 'spanscope.code';

/** What is shown in code. Whatever stands in settings.json that makes no sense counts as the default. */
export function codeSettings(): CodeSettings {
  const settings = vscode.workspace.getConfiguration(codeSection), heat = settings.get('heat');
  return {
    codeLens: settings.get('codeLens') !== false, decorations: settings.get('decorations') !== false, hover: settings.get('hover') !== false,
    heat: heat === 'off' || heat === 'cost' ? heat : 'time', errorMarks: settings.get('errorMarks') !== false, problems: settings.get('problems') === true,
  };
}
