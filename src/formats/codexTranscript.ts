import { nanosOfIso } from '../model/time.ts';
import { CodexEvents } from './codexEvents.ts';
import { CodexFork } from './codexFork.ts';
import { CodexSession } from './codexSession.ts';
import { objectIn, textIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';
import type { Steps, TranscriptReader } from './transcriptSteps.ts';

/** Tells the records of Codex apart, in all forms that they have had. */
export class CodexTranscript implements TranscriptReader {
  private readonly session: CodexSession;
  private readonly events: CodexEvents;
  private readonly fork = new CodexFork();

  constructor(steps: Steps) {
    this.session = new CodexSession(steps);
    this.events = new CodexEvents(this.session);
  }

  take(record: JsonObject): void {
    const { session, events } = this, payload = objectIn(record.get('payload')), type = textIn(record.get('type')), message = objectIn(record.get('msg'));
    const time = nanosOfIso(textIn(record.get('timestamp')));
    if (payload !== undefined && time !== undefined && this.fork.repeats(type, payload, time)) {
      session.steps.batch.tally(1, 'records repeat the session that this one was forked from', 'record repeats the session that this one was forked from');
      return;
    }
    session.at(time);
    if (payload !== undefined) this.takeRecord(type, payload);
    else if (message !== undefined) events.take(message);
    else if (type.includes('.')) events.takeThread(type, record);
    else if (record.has('record_type')) session.passOver();
    else if (type === '' && record.has('id')) session.takeSession(record);
    else session.takeItem(record);
    if (textIn(payload?.get('type') ?? message?.get('type')) !== 'token_count') session.passed();
  }

  close(): void { this.session.close(); }

  private takeRecord(type: string, payload: JsonObject): void {
    const { session } = this;
    switch (type) {
      case 'session_meta': session.takeSession(payload); break;
      case 'turn_context': session.takeContext(payload); break;
      case 'response_item': session.takeItem(payload); break;
      case 'event_msg': this.events.take(payload); break;
      case 'compacted': session.note('conversation.compacted', new Map([['summary', textIn(payload.get('message'))]])); break;
      default: session.passOver();
    }
  }
}
