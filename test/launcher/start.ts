// npm start: builds, opens a VS Code with the extension on a copy of the demo workspace and runs the demo agent.
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { downloadedEditor, installedEditor, openDesktop } from './desktopEditor.ts';
import { chooseEditorHere } from './editorWay.ts';
import { newRunFolder, probeFolder, root } from './paths.ts';
import { Probe } from './probeClient.ts';
import { hasScreen, main, mustRun, onInterrupt, onPath, stop } from './processes.ts';
import { startVscodeServer } from './vscodeServer.ts';
import type { EditorOptions, WindowOptions } from './vscodeServer.ts';

interface OpenEditor {
  readonly close: () => Promise<void>;
  /** Resolves when the person closes the window; never where that cannot be seen. */
  readonly closed: Promise<void>;
}

await main(async () => {
  await mustRun(process.execPath, [path.join(root, 'esbuild.mjs')], { cwd: root });
  // Without a screen a window would open for nobody, but an address can be opened from elsewhere.
  const way = hasScreen() || process.env['SPANSCOPE_TEST_VSCODE'] !== undefined ? await chooseEditorHere() : 'server';
  const runFolder = newRunFolder();
  const folder = path.join(runFolder, 'demo');
  mkdirSync(folder);
  cpSync(path.join(root, 'test/fixtures/workspaces/plain'), folder, { recursive: true });
  const probe = await Probe.listen(runFolder);
  const options: EditorOptions & WindowOptions = { runFolder, folder, extensionDevelopmentPath: root, extraExtensions: [probeFolder], env: probe.env };

  const editor = way === 'server' ? await openInBrowser(options) : await openOnDesktop(way === 'installed' ? (installedEditor() as string) : await downloadedEditor(), options);
  const finish = async (): Promise<void> => {
    await editor.close();
    await probe.close();
    rmSync(runFolder, { recursive: true, force: true, maxRetries: 3 });
  };
  onInterrupt(finish);
  await Promise.race([editor.closed, runDemo(probe).then(() => editor.closed)]);
  await finish();
  return 0;
});

async function runDemo(probe: Probe): Promise<void> {
  await probe.connected();
  process.stdout.write('The window is open; running the demo agent.\n');
  await probe.executeCommand('spanscope.runDemo').catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
}

async function openInBrowser(options: EditorOptions & WindowOptions): Promise<OpenEditor> {
  const server = await startVscodeServer(options);
  const address = server.addressOf(options);
  const port = new URL(address).port;
  // Whoever has no screen here sits at another machine.
  const way = hasScreen() ? '' : `From another machine, forward the port first: ssh -L ${port}:127.0.0.1:${port} HOST\n\n`;
  process.stdout.write(`\n${server.description} is running. Ctrl+C ends it. Open the window in a browser:\n\n  ${address}\n\n${way}`);
  openAddress(address);
  return { close: () => server.stop(), closed: new Promise(() => undefined) };
}

async function openOnDesktop(command: string, options: EditorOptions & WindowOptions): Promise<OpenEditor> {
  const editor = await openDesktop(command, options);
  const closed = new Promise<void>((resolve) => {
    editor.once('close', () => resolve());
  });
  return { close: () => stop(editor), closed };
}

/** Shows the address in the person's browser, where there is a screen; otherwise they open it themselves. */
function openAddress(address: string): void {
  const command = { darwin: 'open', win32: 'explorer.exe' }[process.platform as string] ?? onPath('xdg-open');
  if (!hasScreen() || command === undefined) return;
  spawn(command, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
