import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import type { Command } from './command.ts';

type Entry = vscode.QuickPickItem & { readonly command?: string; readonly argument?: string };

/** What a click on the status bar item offers. */
export const showMenu: Command = {
  id: 'spanscope.showMenu',
  async run(services) {
    const picked = await vscode.window.showQuickPick(entriesOf(services), { title: 'Spanscope', placeHolder: services.receiver.status.problem ?? addressesOf(services) });
    if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command, picked.argument);
  },
};

function entriesOf({ receiver, index }: Services): Entry[] {
  const isOn = receiver.state === 'listening';
  const hasProblem = receiver.problems.length > 0;
  const { latest } = index;
  return [
    ...(hasProblem ? [entry('refresh', 'Try the Wanted Ports Again', 'spanscope.startReceiver'), entry('check', 'Keep the Ports That Are Used Instead', 'spanscope.useOtherPort')] : []),
    isOn ? entry('circle-slash', 'Stop the Receiver', 'spanscope.stopReceiver') : entry('radio-tower', 'Start the Receiver', 'spanscope.startReceiver'),
    entry('copy', 'Copy Environment for a Terminal', 'spanscope.copyEnvironment'),
    entry('remote', 'Programs in Containers and on Other Machines…', 'spanscope.showElsewhere'),
    entry('symbol-variable', 'Show the Environment of the Last Program', 'spanscope.showEnvironment'),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    ...(latest === undefined ? [] : [{ ...entry('list-tree', 'Open the Latest Trace', 'spanscope.openTrace'), argument: latest.traceId }]),
    entry('folder-opened', 'Open Trace File…', 'spanscope.importFile'),
    entry('play', 'Run the Demo Agent', 'spanscope.runDemo'),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    entry('output', 'Show Log', 'spanscope.showLog'),
    entry('gear', 'Open Settings', 'spanscope.openSettings'),
  ];
}

function entry(icon: string, label: string, command: string): Entry {
  return { label, iconPath: new vscode.ThemeIcon(icon), command };
}

function addressesOf({ receiver }: Services): string {
  const addresses = Object.values(receiver.endpoints);
  return addresses.length === 0 ? 'The receiver is off' : `Listening on ${addresses.join(', ')}`;
}
