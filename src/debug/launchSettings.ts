import { layerOf } from './layers.ts';
import type { Layer } from './layers.ts';

const netTypes: ReadonlySet<unknown> = new Set(['coreclr', 'clr']);

/** Which profile of which file adds to the environment of a program of .NET. */
export interface LaunchProfile {
  /** Relative ones start at the folder in which the program runs. */
  readonly file: string;
  /** Undefined means the first profile that starts the project. */
  readonly name?: string;
}

/** The profile that a launch configuration uses (https://code.visualstudio.com/docs/csharp/debugger-settings#_launchsettingsjson-support); undefined when it uses none. */
export function launchProfileOf({ type, launchSettingsProfile: name, launchSettingsFilePath: file }: Readonly<Record<string, unknown>>): LaunchProfile | undefined {
  if (!netTypes.has(type) || name === null || name === '') return undefined;
  return { file: typeof file === 'string' && file !== '' ? file : 'Properties/launchSettings.json', ...(typeof name === 'string' ? { name } : {}) };
}

/** What a profile sets, from the text of its file: JSON in which comments and commas at ends are allowed. Nothing of a file that cannot be read. */
export function profileLayer(by: string, text: string, { name }: LaunchProfile): Layer {
  const profiles = Object.entries(objectOf(objectOf(parsed(text))['profiles']));
  const [, profile] = profiles.find(([key, value]) => (name === undefined || key === name) && objectOf(value)['commandName'] === 'Project') ?? [];
  return layerOf(by, objectOf(profile)['environmentVariables']);
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> => (typeof value === 'object' && value !== null ? value as Record<string, unknown> : {});

function parsed(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, '').replaceAll(/("(?:[^"\\]|\\.)*")|\/\/.*|\/\*[^]*?\*\//g, '$1').replaceAll(/("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])/g, '$1');
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}
