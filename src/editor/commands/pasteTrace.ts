import * as vscode from 'vscode';
import type { Command } from './command.ts';

/** Opens what is in the clipboard as a trace file. */
export const pasteTrace: Command = {
  id: 'spanscope.pasteTrace',
  async run({ files, panels, reports }) {
    const text = await vscode.env.clipboard.readText();
    if (text.trim() === '') throw new Error('The clipboard holds no text. Copy a trace first, for example the output of a console exporter.');
    const source = await files.openBytes('Pasted text', new TextEncoder().encode(text));
    const traceId = await files.firstTrace(source);
    if (traceId !== undefined) {
      await panels.show(traceId);
      return;
    }
    const problem = files.file(source)?.problem ?? 'It holds no spans.';
    await reports.show(source);
    await files.close(source);
    throw new Error(`What was pasted is not a trace. ${problem}`);
  },
};
