import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openSource } from '../../../../src/collector/files/byteSource.ts';
import { CompanionFiles } from '../../../../src/collector/files/companionFiles.ts';
import { FileReading } from '../../../../src/collector/files/fileReading.ts';
import { claudeCode } from '../../../../src/formats/claudeCode.ts';
import { makeDirectory, removeDirectories } from '../collectorSupport.ts';
import { rowsOf } from '../../formats/rows.ts';
import type { RowView } from '../../formats/rows.ts';

afterEach(removeDirectories);

const session = 'c0ffee00-0000-4000-8000-000000000001';
const record = (uuid: string, second: number, more: object): string =>
  `${JSON.stringify({ uuid, sessionId: session, timestamp: `2026-04-10T10:30:${String(second).padStart(2, '0')}.000Z`, parentUuid: null, ...more })}\n`;
const said = (content: unknown): object => ({ role: 'assistant', id: `msg-${JSON.stringify(content).length}`, model: 'claude-x', content });

const own = [
  record('u1', 0, { type: 'user', message: { role: 'user', content: 'go' } }),
  record('a1', 1, { type: 'assistant', message: said([{ type: 'tool_use', id: 'toolu_1', name: 'Task', input: { prompt: 'find', subagent_type: 'Explore' } }, { type: 'tool_use', id: 'toolu_2', name: 'Task', input: { prompt: 'look', subagent_type: 'Plan' } }]) }),
  record('u2', 20, { type: 'user', message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_2', content: 'looked' }] }, toolUseResult: { agentId: 'bbb' } }),
  record('u3', 21, { type: 'user', message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'found' }] }, toolUseResult: { agentId: 'aaa' } }),
].join('');
const agent = (agentId: string, prompt: string): string => [
  record(`${agentId}-1`, 2, { type: 'user', isSidechain: true, agentId, message: { role: 'user', content: prompt } }),
  record(`${agentId}-2`, 3, { type: 'assistant', isSidechain: true, agentId, parentUuid: `${agentId}-1`, message: said([{ type: 'text', text: `${agentId} done` }]) }),
].join('');

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = makeDirectory();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return path.join(folder, `${session}.jsonl`);
}

async function read(file: string): Promise<RowView[]> {
  const rows: RowView[] = [], reading = new FileReading({ onBatch: (batch) => { rows.push(...rowsOf(batch)); } }), source = await openSource(file);
  await reading.read(source, path.basename(file), file);
  await source.close();
  return rows;
}

/** The parent of each sub-agent in the end. */
const parents = (rows: readonly RowView[]): unknown => Object.fromEntries(rows.filter(({ spanId }) => spanId.startsWith('agent-')).map(({ traceId, spanId, parentSpanId }) => [spanId, [traceId, parentSpanId]]));
const expected = { 'agent-aaa': [session, 'toolu_1'], 'agent-bbb': [session, 'toolu_2'] };

describe('the sub-agents of a session', () => {
  it.each([['below', `${session}/subagents/`], ['beside', '']])('hang below the calls that began them when they lie %s the session in files of their own', async (_where, folder) => {
    const file = folderWith({ [`${session}.jsonl`]: own, [`${folder}agent-aaa.jsonl`]: agent('aaa', 'find'), [`${folder}agent-bbb.jsonl`]: agent('bbb', 'look').trimEnd() });
    const rows = await read(file);
    expect(parents(rows)).toEqual(expected);
    expect(rows.filter(({ spanId }) => spanId.startsWith('agent-')).every(({ end }) => end > 0n)).toBe(true);
    expect(rows.filter(({ name }) => name.startsWith('chat')).map(({ parentSpanId }) => parentSpanId)).toEqual(expect.arrayContaining(['agent-aaa', 'agent-bbb', 'u1']));
  });

  it('are found although the session does not end in a line break, and those of other sessions are left', async () => {
    const other = agent('ccc', 'x').replaceAll(session, 'c0ffee00-0000-4000-8000-000000000009');
    const rows = await read(folderWith({ [`${session}.jsonl`]: own.trimEnd(), 'agent-aaa.jsonl': agent('aaa', 'find'), 'agent-bbb.jsonl': agent('bbb', 'look'), 'agent-ccc.jsonl': other, 'agent-ddd.jsonl': '', 'notes.jsonl': agent('eee', 'y') }));
    expect(parents(rows)).toEqual(expected);
  });
});

describe('the files beside a file that grows', () => {
  const taken = async (companions: CompanionFiles, isAll = false): Promise<string> => {
    let text = '';
    for await (const lines of companions.lines(isAll)) text += Buffer.from(lines).toString();
    return text.replaceAll('\n\n', '\n');
  };

  it('are taken line by line, each once, and again when they grow', async () => {
    const file = folderWith({ [`${session}.jsonl`]: own, 'agent-aaa.jsonl': agent('aaa', 'find').slice(0, -20) }), companion = path.join(path.dirname(file), 'agent-aaa.jsonl');
    const companions = new CompanionFiles(file, claudeCode), [first = '', second = ''] = agent('aaa', 'find').split(/(?<=\n)/);
    expect(await taken(companions)).toBe(first);
    expect(await taken(companions)).toBe('');
    writeFileSync(companion, agent('aaa', 'find'));
    writeFileSync(path.join(path.dirname(file), 'agent-bbb.jsonl'), agent('bbb', 'look'));
    expect(await taken(companions)).toBe(second + agent('bbb', 'look'));
  });

  it('are none for other formats, and nothing is thrown where there is no folder', async () => {
    const { beside: _, ...other } = claudeCode;
    expect(await taken(new CompanionFiles(path.join(makeDirectory(), 'x.jsonl'), other), true)).toBe('');
    expect(await taken(new CompanionFiles(path.join(makeDirectory(), 'gone', 'x.jsonl'), claudeCode), true)).toBe('');
  });
});
