import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import { messageOf } from '../log.ts';
import { asNotice } from '../safeText.ts';
import type { Services } from '../services.ts';

/** Registers the commands of the manifest. Their code is loaded with the first one that is run. A command that fails says why. */
export function registerCommands(services: Services): vscode.Disposable {
  const disposables = new Disposables();
  const { contributes } = services.context.extension.packageJSON as { readonly contributes: { readonly commands: readonly { readonly command: string }[] } };
  for (const { command: id } of contributes.commands) {
    disposables.add(vscode.commands.registerCommand(id, (...args: unknown[]) => run(id, services, args)));
  }
  return disposables;
}

async function run(id: string, services: Services, args: readonly unknown[]): Promise<unknown> {
  try {
    const { commands } = await import('./registry.ts');
    return await commands.find((command) => command.id === id)?.run(services, ...args);
  } catch (error) {
    services.log.error(`${id} failed`, error);
    const shown = vscode.window.showErrorMessage(asNotice(messageOf(error)), 'Show Log');
    shown.then((chosen) => { if (chosen !== undefined) services.log.show(); }, () => undefined);
    return undefined;
  }
}
