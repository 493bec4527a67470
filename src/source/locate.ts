import type { FileAccess } from './fileAccess.ts';
import { mapPath } from './pathMappings.ts';
import type { PathMapping } from './pathMappings.ts';
import { RefusedPath, isAbsolute, isNative, joinPaths, parsePath, pathText, segmentsBelow } from './paths.ts';
import type { Platform, RecordedPath } from './paths.ts';
import type { WorkspaceIndex } from './workspaceIndex.ts';

/** Where files lie and how their names come to be. */
export interface Surroundings {
  readonly files: FileAccess;
  readonly index: WorkspaceIndex;
  readonly platform: Platform;
  /** Absolute paths of the workspace folders, the first one first. */
  readonly folders: readonly string[];
  /** Of the setting, then of launch.json. */
  readonly mappings: readonly PathMapping[];
}

/** A file that is there. */
export interface LocatedFile {
  readonly path: RecordedPath;
  /** The path as text, and with all links resolved. */
  readonly text: string;
  readonly realText: string;
  /** By the resolved path. A file that is not is opened only after asking. */
  readonly isInWorkspace: boolean;
  /** How it was found, as an addition to what is known of the path; empty when the path was simply right. */
  readonly how: string;
}

/**
 * The files that a recorded path may mean, none when there is none; several when they are equally likely. Tried in order: path
 * mappings, the path itself, relative to the program's folder and to the workspace, and the file of the workspace whose path
 * ends most like it. Refused forms reach no file access.
 */
export async function locate(recorded: string, workingDirectories: readonly string[], around: Surroundings): Promise<readonly LocatedFile[] | RefusedPath> {
  const path = parsePath(recorded);
  return path instanceof RefusedPath ? path : locatePath(path, workingDirectories, around);
}

export async function locatePath(path: RecordedPath, workingDirectories: readonly string[], around: Surroundings): Promise<readonly LocatedFile[]> {
  for (const { candidate, how } of candidatesOf(path, workingDirectories, around)) {
    const found = await fileAt(candidate, how, around);
    if (found !== undefined) return [found];
  }
  return locateByEnding(path, around);
}

function candidatesOf(path: RecordedPath, workingDirectories: readonly string[], { mappings, folders, platform }: Surroundings): { candidate: RecordedPath; how: string }[] {
  const roots = isAbsolute(path) ? [] : workingDirectories.map(parsePath).filter(isPath).filter(isAbsolute);
  const remote = isAbsolute(path) ? [path] : [...roots.map((root) => joinPaths(root, path)), path];
  const mapped = remote.map((form) => mapPath(form, mappings, folders)).filter((form) => form !== undefined);
  const own = folders.map(parsePath).filter(isPath);
  return [
    ...mapped.map((candidate) => ({ candidate, how: 'through a path mapping' })),
    ...remote.filter((form) => isNative(form, platform)).map((candidate) => ({ candidate, how: isAbsolute(path) ? '' : 'in the folder that the program ran in' })),
    ...(isAbsolute(path) ? [] : own.map((folder) => ({ candidate: joinPaths(folder, path), how: 'in the workspace folder' }))),
  ];
}

const isPath = (path: RecordedPath | RefusedPath): path is RecordedPath => !(path instanceof RefusedPath);

async function fileAt(path: RecordedPath, how: string, around: Surroundings): Promise<LocatedFile | undefined> {
  const text = pathText(path, around.platform);
  const real = await around.files.realPath(text);
  if (real === undefined || !real.isFile) return undefined;
  return { path, text, realText: real.path, isInWorkspace: await isInWorkspace(real.path, around), how };
}

async function isInWorkspace(realText: string, { files, folders }: Surroundings): Promise<boolean> {
  const path = parsePath(realText);
  if (path instanceof RefusedPath) return false;
  for (const folder of folders) {
    const real = parsePath((await files.realPath(folder))?.path ?? '');
    if (!(real instanceof RefusedPath) && segmentsBelow(real, path) !== undefined) return true;
  }
  return false;
}

const byEnding = 'as the file of the workspace whose path ends most like it';

async function locateByEnding(path: RecordedPath, around: Surroundings): Promise<readonly LocatedFile[]> {
  const { paths, common } = around.index.endingLike(path);
  if (paths.length === 0) return locateBelowFolders(path, around);
  // Files that share a common name and nothing else are no better than a guess.
  if (common < 2 && path.segments.length > 1 && paths.length > 1) return [];
  const known = paths.map(parsePath).filter(isPath);
  const found = await Promise.all(known.map((one) => fileAt(one, byEnding, around)));
  return found.filter((file) => file !== undefined);
}

/** For files that the index does not know: made just now, or in a workspace with more files than it holds. */
async function locateBelowFolders({ segments }: RecordedPath, around: Surroundings): Promise<readonly LocatedFile[]> {
  // What is still above its own beginning leads out of the folder.
  for (let first = segments.lastIndexOf('..') + 1; first < segments.length; first++) {
    for (const folder of around.folders.map(parsePath).filter(isPath)) {
      const found = await fileAt({ ...folder, segments: [...folder.segments, ...segments.slice(first)] }, byEnding, around);
      if (found !== undefined) return [found];
    }
  }
  return [];
}
