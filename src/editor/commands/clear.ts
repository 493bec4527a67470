import * as vscode from 'vscode';
import type { Command } from './command.ts';

/** Deletes all traces of the workspace, from memory and disk, after asking. */
export const clear: Command = {
  id: 'spanscope.clear',
  async run({ collector, display }) {
    const { total } = await collector.call('listTraces', '', { offset: 0, limit: 0 });
    if (total === 0) return;
    const question = `Delete ${total === 1 ? 'the trace' : `all ${display.count(total, 'trace')}`} of this workspace?`;
    const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail: 'They are removed from the disk and cannot be brought back.' }, 'Delete');
    if (chosen === 'Delete') await collector.call('clear');
  },
};
