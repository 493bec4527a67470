import { CodexTranscript } from './codexTranscript.ts';
import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { decodeTranscript, openTranscript } from './transcriptSteps.ts';

/**
 * Transcripts of Codex: rollouts (`~/.codex/sessions/…/rollout-<time>-<uuid>.jsonl`, `{timestamp, type, payload}` a line; old ones are
 * bare items behind a line about the session), and what `codex exec --json` prints, now items of a thread, in older versions
 * events in `msg`; neither has times. A session becomes a trace; tasks are turns, what the model said up to the next input is a model
 * call, calls of tools are found by `call_id`. Messages that occur as item and as event are read once, and tokens once for each change.
 */
export const codex: Format = {
  id: 'codex',
  label: 'Codex transcript',
  pieces: 'lines',
  sniff(head): Sniff {
    const keys = jsonKeys(head), text = new TextDecoder().decode(head.subarray(0, 4096));
    if (keys.has('payload') && keys.has('type') && keys.has('timestamp') && /"type"\s*:\s*"(?:session_meta|response_item|event_msg|turn_context)"/.test(text)) return { score: 0.95, reason: 'has records with "type" and "payload" of a rollout' };
    if (/"type"\s*:\s*"(?:thread\.started|turn\.started|item\.(?:started|completed))"/.test(text)) return { score: 0.95, reason: 'has events of "codex exec --json"' };
    if (keys.has('msg/type') && keys.has('id') && /"type"\s*:\s*"(?:task_started|agent_message|exec_command_begin|session_configured)"/.test(text)) return { score: 0.8, reason: 'has events of "codex exec --json" in "msg"' };
    const isBare = keys.has('instructions') && keys.has('timestamp') && keys.has('id') && (keys.has('record_type') || /"type"\s*:\s*"(?:message|reasoning|function_call)"/.test(text));
    return isBare ? { score: 0.7, reason: 'has items of an old rollout' } : { score: 0, reason: 'has no records of a rollout' };
  },
  decode(bytes, batch, options): void { decodeTranscript(bytes, batch, options, (steps) => new CodexTranscript(steps)); },
  open: (batch, options) => openTranscript(batch, options, (steps) => new CodexTranscript(steps)),
};
