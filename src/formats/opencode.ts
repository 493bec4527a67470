import type { SpanBatch } from '../model/spanBatch.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions, Format, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { JsonReader, WrongTypeError } from './jsonReader.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { skipMark } from './jsonRecords.ts';
import { OpencodeTranscript } from './opencodeTranscript.ts';
import { decodeTranscript, openTranscript } from './transcriptSteps.ts';

/**
 * Logs of a session of opencode, an event a line: `["event", {event: {type, properties}}]` as plug-ins write it, `{type, properties}`, or
 * what `opencode run --format json` prints. A session becomes a trace, sessions of sub-agents lie below the tool call that began
 * them; a prompt with what it led to is a turn, a message of the assistant a model call with its tool calls inside. Messages and
 * parts come again as a whole when they change.
 */
export const opencode: Format = {
  id: 'opencode',
  label: 'opencode event log',
  pieces: 'lines',
  sniff(head): Sniff {
    const keys = jsonKeys(head), text = new TextDecoder().decode(head.subarray(0, 16 * 1024));
    if (keys.has('event/properties') && keys.has('event/type')) return { score: 0.9, reason: 'has events with "type" and "properties" of opencode' };
    if (/"type"\s*:\s*"(?:message|session)\.(?:updated|created|part\.updated)"/.test(text) && keys.has('properties')) return { score: 0.9, reason: 'has events of a session of opencode' };
    if (keys.has('sessionID') && keys.has('part/messageID')) return { score: 0.9, reason: 'has parts of messages of opencode' };
    return /^\s*\["(?:event|chat\.message)",\{/.test(text) && text.includes('"sessionID"') ? { score: 0.8, reason: 'has events of opencode' } : { score: 0, reason: 'has no events with "properties" of opencode' };
  },
  decode(bytes, batch, options): void { decodeTranscript(bytes, batch, options, (steps) => new OpencodeTranscript(steps), forEachLine); },
  open: (batch, options) => openTranscript(batch, options, (steps) => new OpencodeTranscript(steps), forEachLine),
};

/** Hands the objects of the lines over; a line that is a list as `{kind, first, second}`. */
function forEachLine(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, take: (record: JsonObject) => void): void {
  for (let at = 0; at < bytes.length;) {
    const found = bytes.indexOf(0x0a, at), end = found < 0 ? bytes.length : found;
    const value = valueOf(bytes, at, end, options);
    if (value instanceof Map) take(value);
    else if (Array.isArray(value)) take(new Map(['kind', 'first', 'second'].map((key, i) => [key, value[i] ?? null])));
    else if (value === undefined && end === bytes.length && at < end) batch.report(`the last record is cut off; it begins at byte ${(options.offset ?? 0) + at}`);
    else if (value === undefined) batch.tally(1, 'lines are not JSON and were passed over', 'line is not JSON and was passed over');
    at = end + 1;
  }
}

/** The value of a line; null when it is empty, undefined when it cannot be read. */
function valueOf(bytes: Uint8Array, start: number, end: number, options: DecodeOptions): JsonValue | undefined {
  const reader = new JsonReader(bytes, start === 0 ? skipMark(bytes) : start, end, { isLenient: true, maxElements: options.limits.maxElements });
  try {
    return reader.peek() === -1 ? null : reader.takeValue();
  } catch (error) {
    if (error instanceof DecodeError || error instanceof WrongTypeError) return undefined;
    throw error;
  }
}
