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
/** The system in words of settings. */
const platform = ({ darwin: 'osx', win32: 'windows' } as Partial<Record<NodeJS.Platform, string>>)[process.platform] ?? 'linux';

type Settings = Readonly<Record<string, unknown>>;
const objectOf = (value: unknown): Settings => (typeof value === 'object' && value !== null ? value as Settings : {});

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

/** What programs in any terminal would get, and what only those of some tasks and profiles would. */
export function layersOfTerminals(): { readonly any: Layers; readonly some: Layers } {
  // Who switches the hook off for a task means that task, and we set nothing of that name.
  const own = [...taskLayers(), ...profileLayers()].map(({ by, values }) => ({ by, values: new Map([...values].filter(([name]) => name !== 'SPANSCOPE_HOOK')) }));
  return { any: new Layers([...own, terminalLayer(), editorLayer()], nameRule), some: new Layers(own, nameRule) };
}

const terminalLayer = (): Layer => layerOf(`the setting terminal.integrated.env.${platform}`, workspace.getConfiguration('terminal.integrated.env').get(platform));

/** Variables of tasks.json, for all tasks, for one, and for this system (https://code.visualstudio.com/docs/reference/tasks-appendix). */
function taskLayers(): readonly Layer[] {
  return [undefined, ...workspace.workspaceFolders ?? []].flatMap((folder) => {
    const settings = workspace.getConfiguration('tasks', folder), list: unknown = settings.get('tasks');
    const shared = [settings.get('options'), objectOf(settings.get(platform))['options']].map((options) => layerOf('tasks.json', objectOf(options)['env']));
    return [...shared, ...(Array.isArray(list) ? list : []).map(objectOf).flatMap(layersOfTask)];
  });
}

function layersOfTask(task: Settings): readonly Layer[] {
  const name = [task['label'], task['taskName']].find((each) => typeof each === 'string');
  const by = name === undefined ? 'a task' : `the task “${name}”`;
  return [objectOf(task[platform]), task].map(({ options }) => layerOf(by, objectOf(options)['env']));
}

function profileLayers(): readonly Layer[] {
  const settings = workspace.getConfiguration('terminal.integrated');
  const profiles = Object.entries(objectOf(settings.get(`profiles.${platform}`)));
  return [...profiles, ['for automation', settings.get(`automationProfile.${platform}`)] as const].map(([name, profile]) => layerOf(`the terminal profile “${name}”`, objectOf(profile)['env']));
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
