import { CopilotSessions } from './copilotSessions.ts';
import { decodeWhole } from './format.ts';
import type { DecodeOptions, Format, PieceDecoder, Sniff } from './format.ts';
import { jsonKeys } from './jsonKeys.ts';
import { forEachRecord } from './jsonRecords.ts';
import type { SpanBatch } from '../model/spanBatch.ts';

/**
 * The debug log that Copilot Chat keeps of a session on disk (microsoft/vscode, extensions/copilot,
 * chatDebugFileLoggerService.ts): JSON lines of `{ts, dur, sid, type, name, spanId, parentSpanId, status, attrs}`, times in
 * ms. A session is a trace. Model requests, tool calls, sub-agents and hooks are spans; the session and what a message of
 * the user set going are spans too, whose ends are derived; everything else is an event of these. Messages of the model
 * belong to the request that they answer. Entries of one span id but different types, or of another run of the
 * editor, are different spans.
 */
export const copilotLog: Format = {
  id: 'copilot-debug-log',
  label: 'Copilot Chat debug log',
  pieces: 'lines',
  sniff(head): Sniff {
    const keys = jsonKeys(head);
    return ['ts', 'sid', 'type', 'spanId', 'attrs'].every((key) => keys.has(key))
      ? { score: 0.94, reason: 'has entries with "ts", "sid", "type" and "spanId"' } : { score: 0, reason: 'has no entries with "ts", "sid" and "spanId"' };
  },
  decode(bytes, batch, options): void { decodeWhole(new CopilotLogDecoder(batch, options), bytes); },
  open: (batch, options) => new CopilotLogDecoder(batch, options),
};

class CopilotLogDecoder implements PieceDecoder {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly sessions: CopilotSessions;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.sessions = new CopilotSessions(batch, options);
  }

  read(piece: Uint8Array, offset: number): void {
    forEachRecord(piece, this.batch, { ...this.options, offset }, 'object', (reader) => { this.sessions.add(reader.takeObject()); });
    this.sessions.flush();
  }

  end(): void { this.sessions.end(); }
}
