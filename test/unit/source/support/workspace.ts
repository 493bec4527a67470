import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SpanRecord } from '../../../../src/model/records.ts';
import type { FileAccess, RealPath } from '../../../../src/source/fileAccess.ts';
import type { PathMapping } from '../../../../src/source/pathMappings.ts';
import type { SourceContext } from '../../../../src/source/resolve.ts';
import { SourceMaps } from '../../../../src/source/sourceMaps.ts';
import { WorkspaceIndex } from '../../../../src/source/workspaceIndex.ts';

/** File access that notes every path it is asked for. */
export class NotedFiles implements FileAccess {
  readonly asked: string[] = [];
  readonly #folder: string;
  constructor(folder: string) { this.#folder = folder; }

  async listFiles(endings: readonly string[], limit: number): Promise<readonly string[]> {
    const names = await readdir(this.#folder, { recursive: true });
    return names.filter((name) => endings.some((ending) => name.endsWith(ending)) && !name.includes('node_modules'))
      .map((name) => path.join(this.#folder, name)).toSorted().slice(0, limit);
  }

  async readText(file: string, maxBytes: number): Promise<string | undefined> {
    this.asked.push(file);
    const stats = await stat(file).catch(() => undefined);
    return stats?.isFile() && stats.size <= maxBytes ? readFile(file, 'utf8') : undefined;
  }

  async realPath(file: string): Promise<RealPath | undefined> {
    this.asked.push(file);
    try {
      const real = await realpath(file);
      return { path: real, isFile: (await stat(real)).isFile() };
    } catch {
      return undefined;
    }
  }
}

export interface Workspace {
  readonly folder: string;
  /** A folder beside the workspace. */
  readonly outside: string;
  readonly files: NotedFiles;
  readonly context: SourceContext;
  at(name: string): string;
}

const made: string[] = [];

/** A workspace in a temporary folder with these files; `../` leads beside it, `-> target` makes a link. */
export async function makeWorkspace(contents: Readonly<Record<string, string>>, mappings: readonly PathMapping[] = []): Promise<Workspace> {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), 'spanscope-source-')));
  made.push(base);
  const folder = path.join(base, 'workspace');
  mkdirSync(folder);
  for (const [name, content] of Object.entries(contents)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (content.startsWith('-> ')) symlinkSync(content.slice(3), file);
    else writeFileSync(file, content);
  }
  const files = new NotedFiles(folder);
  const index = new WorkspaceIndex(files);
  await index.build();
  files.asked.length = 0;
  const context: SourceContext = { files, index, maps: new SourceMaps(files, 'posix'), platform: 'posix', folders: [folder], mappings };
  return { folder, outside: base, files, context, at: (name) => path.join(folder, name) };
}

export function removeWorkspaces(): void {
  for (const base of made.splice(0)) rmSync(base, { recursive: true, force: true });
}

/** A span with these parts; the rest is plain. */
export function spanWith(parts: Partial<SpanRecord>): SpanRecord {
  return {
    traceId: '0'.repeat(31) + '1', spanId: '0'.repeat(15) + '1', name: 'step', kind: 'internal', startUnixNano: '1', status: { code: 'unset' }, service: 'agent',
    attributes: {}, resource: {}, events: [], links: [], logs: [], marks: [], ...parts,
  };
}
