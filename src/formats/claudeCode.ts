import { ClaudeTranscript } from './claudeTranscript.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodeTranscript, openTranscript } from './transcriptSteps.ts';

/**
 * Transcripts of Claude Code (`~/.claude/projects/<dir>/<session>.jsonl`, sub-agents in the same file or in files of their own): a
 * record a line. A session becomes a trace, a prompt with what it led to a turn, a message of the API (over several records that
 * repeat its usage) a model call, a tool call with its result a tool span, a sub-agent an agent below the tool call that began it.
 * Records tell when they were written: a model call begins where the record before it was written. Sub-agents in files of their own
 * lie beside the session (`agent-<id>.jsonl`) or below it (`<session>/subagents`).
 */
export const claudeCode: Format = {
  id: 'claude-code',
  label: 'Claude Code transcript',
  pieces: 'lines',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    const hasRecords = keys.has('sessionId') && (keys.has('uuid') || keys.has('parentUuid')) && keys.has('type') && (keys.has('message/role') || keys.has('parentUuid'));
    if (hasRecords) return { score: 0.9, reason: 'has records with "sessionId", "uuid" and "message"' };
    // Long sessions begin with many records of other kinds.
    const hasOthers = (keys.has('summary') && keys.has('leafUuid')) || (keys.has('snapshot') && keys.has('isSnapshotUpdate'));
    return hasOthers ? { score: 0.6, reason: 'has summaries or snapshots of a session' } : { score: 0, reason: 'has no records with "sessionId", "uuid" and "message"' };
  },
  beside: (stem) => [`${stem}/subagents`, ''].map((folder) => ({ folder, name: /^agent-.+\.jsonl$/, holds: `"sessionId":"${stem}"` })),
  decode(bytes, batch, options): void { decodeTranscript(bytes, batch, options, (steps) => new ClaudeTranscript(steps)); },
  open: (batch, options) => openTranscript(batch, options, (steps) => new ClaudeTranscript(steps)),
};
