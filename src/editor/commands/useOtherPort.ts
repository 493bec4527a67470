import * as vscode from 'vscode';
import type { Command } from './command.ts';

/** Makes the ports that took the place of held ones the wanted ones, here and the next time. */
export const useOtherPort: Command = {
  id: 'spanscope.useOtherPort',
  async run({ receiver }) {
    const settings = vscode.workspace.getConfiguration('spanscope.receiver');
    const { problems } = receiver;
    receiver.acceptPorts();
    for (const { receiver: kind, port } of problems) {
      if (port !== undefined) await settings.update(`${kind}Port`, port, vscode.ConfigurationTarget.Global);
    }
  },
};
