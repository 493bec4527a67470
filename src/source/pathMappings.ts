import type { RecordedPath } from './paths.ts';
import { RefusedPath, joinPaths, parsePath, segmentsBelow } from './paths.ts';

/** Where a folder of the program's machine lies here. */
export interface PathMapping {
  readonly remoteRoot: string;
  /** May begin with `${workspaceFolder}`. */
  readonly localRoot: string;
}

const workspaceFolder = /^\$\{workspace(?:Folder|Root)\}/;

/** Where a path lies here by the first mapping that fits; undefined when none does. */
export function mapPath(path: RecordedPath, mappings: readonly PathMapping[], folders: readonly string[]): RecordedPath | undefined {
  for (const { remoteRoot, localRoot } of mappings) {
    const remote = parsePath(remoteRoot);
    const local = parsePath(localRoot.replace(workspaceFolder, () => folders[0] ?? ''));
    if (remote instanceof RefusedPath || local instanceof RefusedPath || local.root === '') continue;
    const below = segmentsBelow(remote, path);
    if (below !== undefined && !below.includes('..')) return joinPaths(local, { root: '', segments: below });
  }
  return undefined;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function mappingOf(value: unknown): PathMapping[] {
  if (typeof value !== 'object' || value === null) return [];
  const { remoteRoot, localRoot } = value as Record<string, unknown>;
  const [remote, local] = [textOf(remoteRoot), textOf(localRoot)];
  return remote === undefined || local === undefined ? [] : [{ remoteRoot: remote, localRoot: local }];
}

/** The mappings of a setting's value; whatever is none is passed over. */
export function mappingsOf(value: unknown): PathMapping[] {
  return Array.isArray(value) ? value.flatMap(mappingOf) : [];
}

/**
 * The mappings that the debug configurations of launch.json hold: `pathMappings` of Python and PHP, and `localRoot` with
 * `remoteRoot` of JavaScript and Go (which also writes them as `substitutePath` with `from` and `to`).
 */
export function mappingsOfLaunch(configurations: readonly unknown[]): PathMapping[] {
  return configurations.flatMap((configuration) => {
    if (typeof configuration !== 'object' || configuration === null) return [];
    const { pathMappings, substitutePath } = configuration as Record<string, unknown>;
    const substitutes = Array.isArray(substitutePath) ? substitutePath.flatMap((entry: unknown) => {
      const { from, to } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
      return mappingOf({ localRoot: from, remoteRoot: to });
    }) : [];
    return [...mappingsOf(pathMappings), ...byFolder(pathMappings), ...mappingOf(configuration), ...substitutes];
  });
}

/** The other form of `pathMappings`, an object of remote folder to local folder. */
function byFolder(value: unknown): PathMapping[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([remoteRoot, localRoot]) => mappingOf({ remoteRoot, localRoot }));
}
