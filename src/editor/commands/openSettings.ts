import * as vscode from 'vscode';
import type { Command } from './command.ts';

export const openSettings: Command = {
  id: 'spanscope.openSettings',
  run: async () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:spanscope.spanscope'),
};
