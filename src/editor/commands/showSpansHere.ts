import * as vscode from 'vscode';
import type { Command } from './command.ts';

/** Lists the spans that were made on the line of the cursor, or else in its function. */
export const showSpansHere: Command = {
  id: 'spanscope.showSpansHere',
  async run({ code, display }) {
    const editor = vscode.window.activeTextEditor;
    if (editor === undefined) return;
    if (!vscode.workspace.isTrusted) throw new Error('Spans are shown in code when this workspace is trusted.');
    const { insight, commands } = await code.shown();
    const places = await insight.placesAt(editor.document, editor.selection.active.line);
    if (places.length === 0) {
      const { tooLargeWords } = await import('../code/use/codeWords.ts');
      throw new Error(`No span was made on this line or in its function. Run the program with tracing, so that its spans say where they are made. ${tooLargeWords(insight.tooLarge, display)}`.trim());
    }
    await commands.list({ epoch: insight.epoch, places, failed: false });
  },
};
