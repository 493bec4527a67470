import { describe, expect, it } from 'vitest';
import { mayBeCompanion, sessionsOf } from '../../../../src/editor/files/companions.ts';

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

  it('is told by its name', () => {
    expect(['/p/agent-a1.jsonl', '/p/s-1.jsonl', '/p/agent-a1.json', '/agent-x/run.jsonl'].map(mayBeCompanion)).toEqual([true, false, false, false]);
  });
});
