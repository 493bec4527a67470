import { commands, env } from 'vscode';
import type { Endpoints } from '../../protocol/collector.ts';
import type { PanelAction } from '../../protocol/panel.ts';

const addressOf = { copyHttp: 'http', copyGrpc: 'grpc', copyWebSocket: 'webSocket' } as const satisfies Partial<Record<PanelAction, keyof Endpoints>>;

const commandOf: Readonly<Record<Exclude<PanelAction, keyof typeof addressOf>, string>> = {
  runDemo: 'spanscope.runDemo', copyEnvironment: 'spanscope.copyEnvironment', startReceiver: 'spanscope.startReceiver',
  openFile: 'spanscope.importFile', exportTrace: 'spanscope.exportTrace', showLog: 'spanscope.showLog',
  useOtherPort: 'spanscope.useOtherPort', mapPath: 'spanscope.mapPath',
};

/** Does what a page asks for by one of our names for it. */
export async function runPanelAction(action: PanelAction, endpoints: Endpoints): Promise<void> {
  if (action === 'copyHttp' || action === 'copyGrpc' || action === 'copyWebSocket') {
    await env.clipboard.writeText(endpoints[addressOf[action]] ?? '');
  } else {
    await commands.executeCommand(commandOf[action]);
  }
}
