import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheFolder } from './paths.ts';
import { canDownload } from './probing.ts';
import { npm, onPath } from './processes.ts';
import { ensureSystemPackages } from './systemPackages.ts';
import { wantedVersion } from './versions.ts';
import type { EditorVersion } from './versions.ts';

/** A VS Code server that can be started: its own Node and its entry script. */
export interface ServerInstallation {
  readonly node: string;
  readonly main: string;
  readonly description: string;
}

/** The VS Code server of the wanted version: from the cache, by download, or from the npm package `code-server`. */
export async function ensureServer(version: EditorVersion = wantedVersion): Promise<ServerInstallation> {
  const fromNpm = npmServer(version);
  if (isInstalled(version)) return fromNpm;
  if (process.env['SPANSCOPE_TEST_VSCODE'] !== 'server' && (await canDownload())) {
    const downloaded = await downloadServer(version).catch((error: unknown) => {
      process.stdout.write(`The VS Code server could not be downloaded (${String(error)}), so it comes from npm.\n`);
    });
    if (downloaded !== undefined) return downloaded;
  }
  await installFromNpm(version);
  return fromNpm;
}

async function downloadServer(version: EditorVersion): Promise<ServerInstallation> {
  const platform = process.platform === 'darwin' && process.arch === 'x64' ? 'server-darwin-web' : `server-${process.platform}-${process.arch}-web`;
  const command = await downloadAndUnzipVSCode({ version: version.vscode, platform, cachePath: cacheFolder });
  const folder = path.resolve(command, '../..');
  return {
    node: path.join(folder, process.platform === 'win32' ? 'node.exe' : 'node'),
    main: path.join(folder, 'out/server-main.js'),
    description: `VS Code server ${version.vscode}, downloaded`,
  };
}

const folderOf = (version: EditorVersion): string => path.join(cacheFolder, `code-server-${version.codeServer}`);
const versionFile = (version: EditorVersion): string => path.join(folderOf(version), 'version.json');

/** What the cache must have been built for to be reused. */
function fingerprint(version: EditorVersion): string {
  return JSON.stringify({ ...version, platform: process.platform, arch: process.arch });
}

function isInstalled(version: EditorVersion): boolean {
  return existsSync(versionFile(version)) && readFileSync(versionFile(version), 'utf8') === fingerprint(version);
}

/** The npm package that holds the binary of Node and its C headers. */
function nodePackage(): string {
  const prefix = process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${process.platform}-${process.arch}`;
}

function npmServer(version: EditorVersion): ServerInstallation {
  const modules = path.join(folderOf(version), 'node_modules');
  return {
    node: path.join(modules, nodePackage(), 'bin/node'),
    main: path.join(modules, 'code-server/lib/vscode/out/server-main.js'),
    description: `VS Code server ${version.vscode} from the npm package code-server ${version.codeServer}`,
  };
}

async function installFromNpm(version: EditorVersion): Promise<void> {
  if (process.platform === 'win32') throw new Error('No VS Code can be downloaded, and its server from npm does not build on Windows: install VS Code and put `code` on PATH.');
  const folder = folderOf(version);
  process.stdout.write(`Building a VS Code server in ${path.relative(process.cwd(), folder)}, once; this takes some minutes.\n`);
  await ensureSystemPackages(
    [
      { package: 'python3', isPresent: () => onPath('python3') !== undefined },
      { package: 'make', isPresent: () => onPath('make') !== undefined },
      { package: 'g++', isPresent: () => onPath('g++', 'clang++') !== undefined },
      { package: 'libkrb5-dev', isPresent: () => process.platform !== 'linux' || existsSync('/usr/include/gssapi/gssapi.h') },
    ],
    'building the VS Code server',
  );
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await npm(['install', ...quiet, '--ignore-scripts', `${nodePackage()}@${version.node}`], { cwd: folder });
  const nodeFolder = path.join(folder, 'node_modules', nodePackage());
  const env = {
    ...process.env,
    PATH: path.join(nodeFolder, 'bin') + path.delimiter + (process.env['PATH'] ?? ''),
    npm_config_nodedir: nodeFolder,
    // The packages are those of one published version; later versions of npm would leave their native parts unbuilt.
    npm_config_dangerously_allow_all_scripts: 'true',
  };
  await (version.node < 24 ? installOld(version, folder, quiet, env) : npm(['install', ...quiet, `code-server@${version.codeServer}`], { cwd: folder, env }));
  writeFileSync(versionFile(version), fingerprint(version));
}

/**
 * code-server 4.105 locks `@parcel/watcher` to a git address that is not reachable everywhere; the
 * published package works as well. Its own install script would use the lock, so it does not run.
 */
async function installOld(version: EditorVersion, folder: string, quiet: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  await npm(['install', ...quiet, '--ignore-scripts', `code-server@${version.codeServer}`], { cwd: folder, env });
  const server = path.join(folder, 'node_modules/code-server/lib/vscode');
  rmSync(path.join(server, 'npm-shrinkwrap.json'), { force: true });
  const manifest = JSON.parse(readFileSync(path.join(server, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  manifest.dependencies['@parcel/watcher'] = '^2.5.1';
  writeFileSync(path.join(server, 'package.json'), JSON.stringify(manifest, null, 2));
  await npm(['install', ...quiet, '--omit=dev'], { cwd: server, env });
  await npm(['install', ...quiet, '--omit=dev'], { cwd: path.join(server, 'extensions'), env });
}
