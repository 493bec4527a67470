import type { Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { OpencodeTranscript } from './opencodeTranscript.ts';
import { decodeTranscript, openTranscript } from './transcriptSteps.ts';

/**
 * Sessions of opencode as `opencode export` gives them (`{info, messages: [{info, parts}]}`), and the messages, parts and sessions
 * of its storage, an object each. They become the same spans as an event log.
 */
export const opencodeExport: Format = {
  id: 'opencode-export',
  label: 'opencode session',
  pieces: 'values',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    if (keys.has('messages/info/sessionID') || (keys.has('messages/parts/messageID') && keys.has('info/id'))) return { score: 0.95, reason: 'has "messages" with "info" and "parts"' };
    const isStored = keys.has('sessionID') && !keys.has('part') && !keys.has('properties') && ((keys.has('messageID') && keys.has('type')) || (keys.has('role') && keys.has('time/created')));
    return isStored ? { score: 0.7, reason: 'has messages or parts of opencode' } : { score: 0, reason: 'has no "messages" with "info" and "parts"' };
  },
  decode(bytes, batch, options): void { decodeTranscript(bytes, batch, options, (steps) => new OpencodeTranscript(steps)); },
  open: (batch, options) => openTranscript(batch, options, (steps) => new OpencodeTranscript(steps)),
};
