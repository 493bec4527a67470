import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheFolder } from './paths.ts';
import { hasScreen, onPath, outputOf, start } from './processes.ts';
import { ensureSystemPackages } from './systemPackages.ts';
import { oldestVersion, wantedVersion, wantsOldest } from './versions.ts';
import { placeExtensions, quietSettings } from './vscodeServer.ts';
import type { EditorOptions, WindowOptions } from './vscodeServer.ts';
import type { ChildProcess } from 'node:child_process';

/** The command of an editor that is installed here and new enough. */
export function installedEditor(): string | undefined {
  const command = onPath('code', 'codium', 'cursor');
  // A shell inside VS Code has a `code` that only talks to its own window.
  if (command === undefined || command.includes('remote-cli')) return undefined;
  // Run as root it refuses to say even its version without these two.
  const version = outputOf(command, ['--version', '--no-sandbox', `--user-data-dir=${path.join(cacheFolder, 'version-profile')}`]);
  return version !== undefined && isNewEnough(version) ? command : undefined;
}

/** Whether the first line of `code --version` is at least the oldest supported version. Cursor counts its own versions. */
function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [, oldestMinor = 0] = oldestVersion.vscode.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= oldestMinor);
}

/** Downloads the wanted VS Code, or takes it from the cache; gives its executable. */
export function downloadedEditor(): Promise<string> {
  return downloadAndUnzipVSCode({ version: wantsOldest ? wantedVersion.vscode : 'stable', cachePath: cacheFolder });
}

/**
 * Opens a window of a desktop editor, with a profile of its own so that the person's stays untouched;
 * on Linux without a display under Xvfb. The process ends with the window.
 */
export async function openDesktop(command: string, options: WindowOptions & EditorOptions): Promise<ChildProcess> {
  const profile = path.join(options.runFolder, 'profile');
  mkdirSync(path.join(profile, 'User'), { recursive: true });
  writeFileSync(path.join(profile, 'User/settings.json'), JSON.stringify({ ...quietSettings, ...options.settings }, null, 2));
  const args = [
    options.folder,
    `--user-data-dir=${profile}`,
    `--extensions-dir=${placeExtensions(options)}`,
    '--no-sandbox',
    '--disable-gpu-sandbox',
    '--disable-updates',
    '--skip-welcome',
    '--skip-release-notes',
    '--disable-workspace-trust',
    '--new-window',
    // The `code` command returns at once without these two; the executable itself does not mind them.
    '--wait',
    '--verbose',
    ...(options.extensionDevelopmentPath === undefined ? [] : [`--extensionDevelopmentPath=${options.extensionDevelopmentPath}`]),
    ...(options.extensionTestsPath === undefined ? [] : [`--extensionTestsPath=${options.extensionTestsPath}`]),
  ];
  const [file, ...all] = await underDisplay([command, ...args]);
  // Only a command file needs a shell on Windows, and a shell needs quotes around what may hold spaces.
  const shell = process.platform === 'win32' && file.endsWith('.cmd');
  return start(shell ? `"${file}"` : file, shell ? all.map((arg) => `"${arg}"`) : all, {
    shell,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A shell inside an editor has this set, and Electron would then start as plain Node.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: undefined, ...options.env },
  });
}

async function underDisplay(command: readonly [string, ...string[]]): Promise<readonly [string, ...string[]]> {
  if (process.platform !== 'linux') return command;
  const hasLibraries = (): boolean => outputOf('ldd', [command[0]])?.includes('not found') !== true;
  await ensureSystemPackages(
    [
      // libasound2-dev, because the library itself has two names among the supported distributions.
      ...['libgtk-3-0', 'libnss3', 'libgbm1', 'libxkbfile1', 'libasound2-dev'].map((name) => ({ package: name, isPresent: hasLibraries })),
      { package: 'xvfb', isPresent: () => hasScreen() || onPath('xvfb-run') !== undefined },
      { package: 'xauth', isPresent: () => hasScreen() || onPath('xauth') !== undefined },
    ],
    'a desktop editor',
  );
  return hasScreen() ? command : ['xvfb-run', '-a', ...command];
}
