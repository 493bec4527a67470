import { mkdirSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileType, Uri, workspace } from '../../../support/vscode.ts';
import { openSource } from '../../../../src/collector/files/byteSource.ts';
import { FileReading } from '../../../../src/collector/files/fileReading.ts';
import { findFiles, withoutCompanions } from '../../../../src/editor/files/findFiles.ts';
import { makeDirectory, removeDirectories } from '../../collector/collectorSupport.ts';
import { rowsOf } from '../../formats/rows.ts';

const typeOf = (entry: { isDirectory(): boolean }): number => (entry.isDirectory() ? FileType.Directory : FileType.File);

/** The editor's view of the disk. */
const disk = {
  stat: async (uri: Uri) => { const found = await stat(uri.path); return { type: typeOf(found), size: found.size }; },
  readDirectory: async (uri: Uri) => (await readdir(uri.path, { withFileTypes: true })).map((entry) => [entry.name, typeOf(entry)]),
  readFile: (uri: Uri) => readFile(uri.path),
};

beforeEach(() => { vi.spyOn(workspace, 'fs', 'get').mockReturnValue(disk as unknown as typeof workspace.fs); });
afterEach(() => {
  vi.restoreAllMocks();
  removeDirectories();
});

const record = (sessionId: string, uuid: string, more: object): string => `${JSON.stringify({ uuid, sessionId, parentUuid: null, timestamp: '2026-04-10T10:30:00.000Z', type: 'user', message: { role: 'user', content: `prompt of ${uuid}` }, ...more })}\n`;
const session = (id: string): string => record(id, `${id}-1`, {});
const agent = (sessionId: string, agentId: string): string => record(sessionId, `${agentId}-1`, { isSidechain: true, agentId });

/** A folder as Claude Code fills it. */
const project: Readonly<Record<string, string>> = {
  's-1.jsonl': session('s-1'), 's-1/subagents/agent-a.jsonl': agent('s-1', 'a'), 's-1/tool-results/result.txt': 'some text',
  's-2.jsonl': session('s-2'), 'agent-b.jsonl': agent('s-2', 'b'),
  // Of a session that is not here, and below one that it does not belong to.
  'agent-c.jsonl': agent('s-3', 'c'), 's-1/subagents/agent-d.jsonl': agent('s-2', 'd'),
};

function projectFolder(): string {
  const folder = makeDirectory();
  for (const [name, content] of Object.entries(project)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

/** Which sub-agents a file shows, and in which trace. */
async function agentsIn(file: string): Promise<string[]> {
  const found = new Set<string>(), source = await openSource(file);
  await new FileReading({ onBatch: (batch) => { for (const { traceId, spanId } of rowsOf(batch)) if (spanId.startsWith('agent-')) found.add(`${spanId} in ${traceId}`); } }).read(source, path.basename(file), file);
  await source.close();
  return [...found];
}

describe('a folder with sessions of Claude Code', () => {
  it('is opened without the files that its sessions are read with, so that every sub-agent is seen once', async () => {
    const folder = projectFolder(), kept = (await withoutCompanions(await findFiles([Uri.file(folder)] as never))).map(({ path: file }) => path.relative(folder, file)).toSorted();
    expect(kept).toEqual(['agent-c.jsonl', 's-1.jsonl', 's-1/subagents/agent-d.jsonl', 's-1/tool-results/result.txt', 's-2.jsonl']);
    const seen = await Promise.all(kept.filter((name) => name.endsWith('.jsonl')).map(async (name) => [name, await agentsIn(path.join(folder, name))]));
    expect(Object.fromEntries(seen)).toEqual({
      'agent-c.jsonl': ['agent-c in s-3'], 's-1.jsonl': ['agent-a in s-1'], 's-1/subagents/agent-d.jsonl': ['agent-d in s-2'], 's-2.jsonl': ['agent-b in s-2'],
    });
  });

  it('shows a sub-agent by itself when only its file is opened, or its session is not among the files', async () => {
    const folder = projectFolder(), file = (name: string): Uri => Uri.file(path.join(folder, name));
    for (const names of [['agent-b.jsonl'], ['agent-b.jsonl', 's-1.jsonl']]) {
      expect((await withoutCompanions(names.map(file) as never)).map(({ path: kept }) => path.basename(kept))).toEqual(names);
    }
    expect((await withoutCompanions([file('agent-b.jsonl'), file('s-2.jsonl')] as never)).map(({ path: kept }) => path.basename(kept))).toEqual(['s-2.jsonl']);
  });
});
