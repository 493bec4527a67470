import { readFile, stat } from 'node:fs/promises';
import * as path from 'node:path';
import * as process from 'node:process';
import { workspace } from 'vscode';
import type { DebugConfiguration } from 'vscode';
import { launchVariables } from './launchEnvironment.ts';
import { launchProfileOf, profileLayer } from './launchSettings.ts';
import { Layers, layerOf, parseEnvFile } from './layers.ts';
import type { Layer } from './layers.ts';

const largestFileBytes = 1024 * 1024;
const nameRule = process.platform === 'win32' ? 'ignoreCase' : 'exact';
const terminalPlatforms: Partial<Record<NodeJS.Platform, string>> = { darwin: 'osx', win32: 'windows' };

/** What a program of a launch configuration would get without us; `folder` is where relative paths of the configuration start. */
export async function layersOfLaunch(configuration: DebugConfiguration, folder: string): Promise<Layers> {
  const { envFile, console: place, cwd } = configuration as { envFile?: unknown; console?: unknown; cwd?: unknown };
  const files = (Array.isArray(envFile) ? envFile : [envFile]).filter((file) => typeof file === 'string');
  const profile = launchProfileOf(configuration), home = path.resolve(folder, typeof cwd === 'string' ? cwd : '');
  return new Layers([
    layerOf('the launch configuration', Object.fromEntries(launchVariables(configuration) ?? [])),
    ...(await Promise.all(files.toReversed().map((file) => fileLayer(path.resolve(folder, file), (by, text) => ({ by, values: parseEnvFile(text) }))))),
    ...(profile === undefined ? [] : [await fileLayer(path.resolve(home, profile.file), (by, text) => profileLayer(by, text, profile))]),
    ...(place === 'internalConsole' ? [] : [terminalLayer()]),
    editorLayer(),
  ], nameRule);
}

/** What a program in a terminal would get without us. */
export const layersOfTerminal = (): Layers => new Layers([terminalLayer(), editorLayer()], nameRule);

function terminalLayer(): Layer {
  const platform = terminalPlatforms[process.platform] ?? 'linux';
  return layerOf(`the setting terminal.integrated.env.${platform}`, workspace.getConfiguration('terminal.integrated.env').get(platform));
}

const editorLayer = (): Layer => layerOf('the environment of the editor', process.env);

/** Empty when it cannot be read: then the debugger says so. */
async function fileLayer(file: string, read: (by: string, text: string) => Layer): Promise<Layer> {
  const by = path.basename(file);
  try {
    const facts = await stat(file);
    if (facts.isFile() && facts.size <= largestFileBytes) return read(by, await readFile(file, 'utf8'));
  } catch {
    // Nothing is known of it.
  }
  return { by, values: new Map() };
}
