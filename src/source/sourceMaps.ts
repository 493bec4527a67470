import { LEAST_UPPER_BOUND, TraceMap, originalPositionFor } from '@jridgewell/trace-mapping';
import type { FileAccess } from './fileAccess.ts';
import { RefusedPath, joinPaths, parsePath, pathText } from './paths.ts';
import type { Platform, RecordedPath } from './paths.ts';

/** A position in the source that a compiled file was made of. */
export interface OriginalPosition {
  /** Relative when the map was made by a bundler that knows its own folder only. */
  readonly path: RecordedPath;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
}

const compiledFile = /\.[cm]?jsx?$/i;
const longestCompiled = 20 * 1024 * 1024;
const longestMap = 16 * 1024 * 1024;
const mark = 'sourceMappingURL=';
const inlineMap = /^data:application\/json(?:;charset=utf-8)?(;base64)?,/i;
/** How webpack names what it bundles. */
const bundlerAddress = /^webpack:\/\/[^/]{0,200}\//;
const mostCached = 20;

interface LoadedMap { readonly map: TraceMap; readonly folder: RecordedPath }

/** Reads source maps (ECMA-426) of compiled JavaScript: in the file itself or beside it, never from anywhere else. */
export class SourceMaps {
  readonly #access: FileAccess;
  readonly #platform: Platform;
  /** By path, the one used last at the end. */
  readonly #loaded = new Map<string, Promise<LoadedMap | undefined>>();

  constructor(access: FileAccess, platform: Platform) {
    this.#access = access;
    this.#platform = platform;
  }

  /** Files have changed. */
  clear(): void { this.#loaded.clear(); }

  /** Where a position of a compiled file comes from; undefined when it is not compiled, has no map, or the map does not say. */
  async originalOf(path: RecordedPath, line: number, column: number | undefined): Promise<OriginalPosition | undefined> {
    if (!compiledFile.test(path.segments.at(-1) ?? '')) return undefined;
    const loaded = await this.#load(path);
    if (loaded === undefined) return undefined;
    const found = originalPositionFor(loaded.map, column === undefined ? { line, column: 0, bias: LEAST_UPPER_BOUND } : { line, column: column - 1 });
    if (found.source === null) return undefined;
    const bundled = bundlerAddress.exec(found.source);
    const source = parsePath(found.source.slice(bundled?.[0].length ?? 0));
    if (source instanceof RefusedPath) return undefined;
    return { path: bundled === null ? joinPaths(loaded.folder, source) : source, line: found.line, column: found.column + 1 };
  }

  #load(path: RecordedPath): Promise<LoadedMap | undefined> {
    const key = pathText(path, this.#platform);
    const loaded = this.#loaded.get(key) ?? this.#read(path).catch(() => undefined);
    this.#loaded.delete(key);
    this.#loaded.set(key, loaded);
    for (const oldest of this.#loaded.keys()) if (this.#loaded.size > mostCached) this.#loaded.delete(oldest);
    return loaded;
  }

  async #read(path: RecordedPath): Promise<LoadedMap | undefined> {
    const text = await this.#access.readText(pathText(path, this.#platform), longestCompiled);
    const start = text?.lastIndexOf(mark) ?? -1;
    if (text === undefined || start < 0) return undefined;
    const end = text.slice(start).search(/[\s'"]/);
    const address = text.slice(start + mark.length, end < 0 ? undefined : start + end);
    const folder = { root: path.root, segments: path.segments.slice(0, -1) };
    const inline = inlineMap.exec(address.slice(0, 100));
    if (inline !== null) return { map: new TraceMap(decodeInline(address.slice(inline[0].length), inline[1] !== undefined)), folder };
    return this.#readBeside(folder, address);
  }

  async #readBeside(folder: RecordedPath, address: string): Promise<LoadedMap | undefined> {
    const relative = parsePath(decodeURIComponent(address));
    if (relative instanceof RefusedPath) return undefined;
    const file = joinPaths(folder, relative);
    const text = await this.#access.readText(pathText(file, this.#platform), longestMap);
    return text === undefined ? undefined : { map: new TraceMap(text), folder: { root: file.root, segments: file.segments.slice(0, -1) } };
  }
}

function decodeInline(content: string, isBase64: boolean): string {
  if (!isBase64) return decodeURIComponent(content);
  return new TextDecoder().decode(Uint8Array.from(atob(content), (character) => character.charCodeAt(0)));
}
