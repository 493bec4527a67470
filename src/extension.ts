import type { ExtensionContext } from 'vscode';
import type { SpanscopeApi } from './editor/api.ts';
import { registerCommands } from './editor/commands/registration.ts';
import { exportedApi } from './editor/exportedApi.ts';
import { Services } from './editor/services.ts';

let services: Services | undefined;

/** Starts the extension; gives what it exports to other extensions. */
export function activate(context: ExtensionContext): SpanscopeApi {
  services = new Services(context);
  context.subscriptions.push(registerCommands(services));
  services.start();
  return exportedApi(services);
}

/** Resolves when what was received is on the disk and the ports are free. */
export async function deactivate(): Promise<void> {
  await services?.close();
  services = undefined;
}
