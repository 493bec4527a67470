import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { run, start, stop } from './processes.ts';
import { ensureServer } from './serverInstallation.ts';

/** What one window is opened with. */
export interface WindowOptions {
  /** Folder that the window opens. */
  readonly folder: string;
  readonly extensionDevelopmentPath?: string;
  readonly extensionTestsPath?: string;
}

/** What an editor of one run is started with. */
export interface EditorOptions {
  /** Where the editor keeps its data, extensions and log; a fresh one makes a run independent. */
  readonly runFolder: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of extensions that are there as if installed. */
  readonly extraExtensions?: readonly string[];
}

export interface VscodeServerOptions extends EditorOptions {
  /** A packaged extension to install before the server starts. */
  readonly vsix?: string;
  /** Windows open in Restricted Mode: their folders are not trusted. */
  readonly restricted?: boolean;
}

/** A running VS Code server. */
export interface VscodeServer {
  readonly description: string;
  readonly origin: string;
  /** The address that opens a window. */
  addressOf(window: WindowOptions): string;
  /** Ends the server and starts it again at the same address; SIGKILL is a crash. Between the two `meanwhile` is called. */
  restart(signal?: NodeJS.Signals, meanwhile?: () => void): Promise<void>;
  /** Ends the server and its extension hosts. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** What is off in every window of ours, so that nothing of the editor's own covers what is looked at. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
};

const restrictedSettings = { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' };

/** Starts the VS Code server on a free port of 127.0.0.1; resolves when it takes connections. */
export async function startVscodeServer(options: VscodeServerOptions): Promise<VscodeServer> {
  const { node, main, description } = await ensureServer();
  const dataFolder = path.join(options.runFolder, 'server-data');
  mkdirSync(path.join(dataFolder, 'data/Machine'), { recursive: true });
  writeFileSync(path.join(dataFolder, 'data/Machine/settings.json'), JSON.stringify({ ...quietSettings, ...(options.restricted ? restrictedSettings : {}), ...options.settings }, null, 2));
  const common = [main, '--server-data-dir', dataFolder, '--extensions-dir', placeExtensions(options), '--accept-server-license-terms', '--telemetry-level', 'off'];
  if (options.vsix !== undefined) await install(node, [...common, '--install-extension', options.vsix]);

  // Without a token any page or user of this machine could run programs through the server.
  const token = randomBytes(16).toString('hex');
  const listen = async (wantedPort: string): Promise<{ child: ChildProcess; port: string }> => {
    const child = start(
      node,
      [...common, '--host', '127.0.0.1', '--port', wantedPort, '--connection-token', token, '--enable-smoke-test-driver', ...(options.restricted ? [] : ['--disable-workspace-trust'])],
      { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    return { child, port: await portOf(child, path.join(options.runFolder, 'server.log')) };
  };
  let { child, port } = await listen('0');
  const authority = `127.0.0.1:${port}`;
  return {
    description,
    origin: `http://${authority}`,
    addressOf: (window) => `http://${authority}/?tkn=${token}&folder=${encodeURIComponent(remotePath(window.folder))}&payload=${payloadOf(window, authority)}`,
    restart: async (signal, meanwhile) => {
      await stop(child, signal);
      meanwhile?.();
      ({ child, port } = await listen(port));
    },
    stop: (signal) => stop(child, signal),
  };
}

/** Keeps what the server says in a log and resolves with its port once it listens. */
function portOf(child: ChildProcess, log: string): Promise<string> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => {
        appendFileSync(log, `${line}\n`);
        const found = /agent listening on (\d+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    child.once('close', (code) => reject(new Error(`The VS Code server ended with code ${code} before it was ready; see ${log}`)));
  });
}

/** Puts the extra extensions where the editor finds them at its first start; gives the folder. */
export function placeExtensions({ runFolder, extraExtensions = [] }: EditorOptions): string {
  const folder = path.join(runFolder, 'extensions');
  mkdirSync(folder, { recursive: true });
  for (const extension of extraExtensions) cpSync(extension, path.join(folder, path.basename(extension)), { recursive: true });
  return folder;
}

async function install(node: string, args: readonly string[]): Promise<void> {
  if ((await run(node, args, { stdio: ['ignore', 'ignore', 'inherit'] })) !== 0) throw new Error('The packaged extension could not be installed.');
}

function payloadOf({ extensionDevelopmentPath, extensionTestsPath }: WindowOptions, authority: string): string {
  const remote = (file: string): string => `vscode-remote://${authority}${remotePath(file)}`;
  const entries = [['skipWelcome', 'true']];
  if (extensionDevelopmentPath !== undefined) entries.push(['extensionDevelopmentPath', remote(extensionDevelopmentPath)]);
  if (extensionTestsPath !== undefined) entries.push(['extensionTestsPath', remote(extensionTestsPath)]);
  return encodeURIComponent(JSON.stringify(entries));
}

/** A path as the server's addresses have it: `C:\\x` is `/C:/x`. */
function remotePath(file: string): string {
  return `${file.startsWith('/') ? '' : '/'}${file.replaceAll('\\', '/')}`;
}
