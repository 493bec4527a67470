import * as vscode from 'vscode';
import type { Command } from './command.ts';

export const openWalkthrough: Command = {
  id: 'spanscope.openWalkthrough',
  run: async () => vscode.commands.executeCommand('workbench.action.openWalkthrough', 'spanscope.spanscope#start', false),
};
