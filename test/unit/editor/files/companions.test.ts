import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { frontOf, mayBeCompanion, sessionsOf } from '../../../../src/editor/files/companions.ts';
import { makeDirectory, removeDirectories } from '../../collector/collectorSupport.ts';

afterEach(removeDirectories);

describe('a file of a sub-agent', () => {
  const head = '{"parentUuid":null,"isSidechain":true,"agentId":"a1","sessionId":"s-1","type":"user"}';

  it('belongs to the session that it names, beside it or above its folder', () => {
    expect(sessionsOf('/p/agent-a1.jsonl', head)).toEqual(['/p/s-1.jsonl']);
    expect(sessionsOf('/p/s-1/subagents/agent-a1.jsonl', head)).toEqual(['/p/s-1/subagents/s-1.jsonl', '/p/s-1.jsonl']);
    expect(sessionsOf('/p/other/subagents/agent-a1.jsonl', head)).toEqual(['/p/other/subagents/s-1.jsonl']);
  });

  it('belongs to none when it names none, or something that is no name', () => {
    for (const text of ['', '{"sessionId":5}', '{"sessionId":"../../etc/x"}']) expect(sessionsOf('/p/agent-a1.jsonl', text)).toEqual([]);
  });

  it('is known by its front, however long it is', async () => {
    const file = path.join(makeDirectory(), 'agent-a1.jsonl');
    writeFileSync(file, head);
    truncateSync(file, 100 * 1024 * 1024);
    expect(sessionsOf('/p/agent-a1.jsonl', await frontOf(file, 4096))).toEqual(['/p/s-1.jsonl']);
    expect(await frontOf(`${file}.gone`, 4096)).toBe('');
  });

  it('is told by its name', () => {
    expect(['/p/agent-a1.jsonl', '/p/s-1.jsonl', '/p/agent-a1.json', '/agent-x/run.jsonl'].map(mayBeCompanion)).toEqual([true, false, false, false]);
  });
});
