/** How paths are written on the machine that opens them. */
export type Platform = 'posix' | 'windows';

/** A path as a span names it, taken apart. `root` is `/`, a drive as `c:/`, or empty for a relative path. */
export interface RecordedPath {
  readonly root: string;
  /** Without empty ones and `.`; `..` is resolved as far as possible. */
  readonly segments: readonly string[];
}

/** A path of a form that is never opened, whatever it points to. The reason is for the user and names no value. */
export class RefusedPath {
  readonly reason: string;
  constructor(reason: string) { this.reason = reason; }
}

const longestPath = 4096;
const drive = /^[a-zA-Z]:/;
const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]+:/;
const controls = /[\0-\u001f\u007f]/;
/** Names that Windows gives to devices in every folder, whatever extension or blanks follow ("Naming Files, Paths, and Namespaces"). */
const device = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])$/i;
const systemFolders = new Set(['dev', 'proc', 'sys']);

/**
 * Takes a recorded path apart, by its text alone: no file is touched. Refuses what could reach another machine, a device
 * or a stream: UNC paths and `//host`, `\\?\` and `\\.\`, drive-relative paths, streams, device names, control characters,
 * and every URI but `file:` without a host (threat model, T22).
 */
export function parsePath(text: string): RecordedPath | RefusedPath {
  if (text === '' || text.length > longestPath) return new RefusedPath('the recorded path is empty or too long');
  if (controls.test(text)) return new RefusedPath('the recorded path has control characters');
  if (/^file:/i.test(text)) return parseFileUri(text);
  if (/^[\\/]{2}/.test(text)) return new RefusedPath('the recorded path leads to another machine or a device');
  if (drive.test(text)) return parseDrivePath(text);
  if (scheme.test(text)) return new RefusedPath('the recorded path is an address that is no file');
  return parseSegments(/^[\\/]/.test(text) ? '/' : '', text);
}

function parseDrivePath(text: string): RecordedPath | RefusedPath {
  const rest = text.slice(2);
  if (!/^[\\/]/.test(rest)) return new RefusedPath('the recorded path is relative to a drive');
  return parseSegments(`${text.slice(0, 1).toLowerCase()}:/`, rest);
}

/** `file:///path` (RFC 8089) without host; what is percent-encoded is decoded before it is looked at. */
function parseFileUri(text: string): RecordedPath | RefusedPath {
  // Of an address with a host, the path begins with two slashes here, which is refused.
  const path = /^file:(?:\/\/)?(\/[^?#]*)/i.exec(text)?.[1];
  if (path === undefined) return new RefusedPath('the recorded path is a malformed file address');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return new RefusedPath('the recorded path is a malformed file address');
  }
  if (/^\/[a-zA-Z]:/.test(decoded)) decoded = decoded.slice(1);
  return /^file:/i.test(decoded) ? new RefusedPath('the recorded path is a malformed file address') : parsePath(decoded);
}

function parseSegments(root: string, text: string): RecordedPath | RefusedPath {
  const segments: string[] = [];
  for (const segment of text.split(/[\\/]/)) {
    if (segment === '' || segment === '.') continue;
    if (segment.includes(':')) return new RefusedPath('the recorded path names a stream of a file');
    if (device.test(segment.replace(/[. ].*$/, ''))) return new RefusedPath('the recorded path names a device');
    if (segment !== '..') segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else if (root === '') segments.push(segment);
  }
  if (root === '/' && systemFolders.has(segments[0] ?? '')) return new RefusedPath('the recorded path names a device');
  return { root, segments };
}

/** `path` seen from `folder`: itself when it is absolute. */
export function joinPaths(folder: RecordedPath, path: RecordedPath): RecordedPath {
  if (path.root !== '') return path;
  const segments = [...folder.segments];
  for (const segment of path.segments) {
    if (segment !== '..') segments.push(segment);
    else if (segments.length > 0 && segments.at(-1) !== '..') segments.pop();
    else if (folder.root === '') segments.push(segment);
  }
  return { root: folder.root, segments };
}

export const isAbsolute = ({ root }: RecordedPath): boolean => root !== '';

/** Whether an absolute path is written as on this machine, so that it can be a path here. */
export const isNative = ({ root }: RecordedPath, platform: Platform): boolean => (platform === 'windows' ? root.endsWith(':/') : root === '/');

/** The text of an absolute path, as the machine that opens it writes it. */
export function pathText({ root, segments }: RecordedPath, platform: Platform): string {
  const text = root + segments.join('/');
  return platform === 'windows' ? text.replaceAll('/', '\\') : text;
}

/** The segments of `path` below `folder`; undefined when it is not below it. Windows does not tell cases apart. */
export function segmentsBelow(folder: RecordedPath, path: RecordedPath): readonly string[] | undefined {
  const isCaseless = folder.root.endsWith(':/');
  const isSame = (a: string, b: string | undefined): boolean => a === b || (isCaseless && a.toLowerCase() === b?.toLowerCase());
  if (!isSame(folder.root, path.root) || !folder.segments.every((segment, i) => isSame(segment, path.segments[i]))) return undefined;
  return path.segments.slice(folder.segments.length);
}

/** How many segments at the end of two paths are the same, letter for letter. */
export function commonEnding(a: readonly string[], b: readonly string[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[a.length - 1 - count] === b[b.length - 1 - count]) count++;
  return count;
}
