import { objectIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';
import { OpencodeSessions } from './opencodeSessions.ts';
import { momentIn } from './recordSpans.ts';
import type { Steps, TranscriptReader } from './transcriptSteps.ts';

/** Tells the records of opencode apart, wherever they were written. */
export class OpencodeTranscript implements TranscriptReader {
  private readonly sessions: OpencodeSessions;

  constructor(steps: Steps) { this.sessions = new OpencodeSessions(steps); }

  take(record: JsonObject): void {
    const { sessions } = this, event = objectIn(record.get('event')) ?? objectIn(objectIn(record.get('first'))?.get('event')) ?? record;
    const properties = objectIn(event.get('properties')), kind = textIn(record.get('kind')), info = objectIn(record.get('info')), part = objectIn(record.get('part'));
    if (properties !== undefined) this.takeEvent(textIn(event.get('type')), properties);
    else if (kind === 'chat.message') this.takeMessage(objectIn(record.get('second')));
    else if (kind === 'experimental.chat.system.transform') sessions.setSystem(objectIn(record.get('first')), objectIn(record.get('second')));
    else if (kind !== '') sessions.passOver();
    else if (record.has('messages')) {
      if (info !== undefined) sessions.session(info);
      for (const message of objectsIn(record.get('messages'))) this.takeMessage(message);
    } else if (info !== undefined && record.has('parts')) this.takeMessage(record);
    else if (part !== undefined) sessions.part(part, momentIn(record.get('timestamp')));
    else if (record.has('role') && record.has('sessionID')) sessions.message(record);
    else if (record.has('messageID') && record.has('type')) sessions.part(record, undefined);
    else if (textIn(record.get('id')).startsWith('ses_')) sessions.session(record);
    else sessions.passOver();
  }

  close(): void { this.sessions.close(); }

  /** `{info or message, parts}` */
  private takeMessage(message: JsonObject | undefined): void {
    const info = objectIn(message?.get('info')) ?? objectIn(message?.get('message'));
    if (info !== undefined) this.sessions.message(info);
    for (const part of objectsIn(message?.get('parts'))) this.sessions.part(part, undefined);
  }

  private takeEvent(type: string, properties: JsonObject): void {
    const { sessions } = this, info = objectIn(properties.get('info')), part = objectIn(properties.get('part')), sessionId = textIn(properties.get('sessionID'));
    if (info !== undefined && type.startsWith('session.')) sessions.session(info);
    else if (info !== undefined && type === 'message.updated') sessions.message(info);
    else if (part !== undefined) sessions.part(part, momentIn(properties.get('time')));
    else if (type === 'session.idle') sessions.idle(sessionId);
    else if (type === 'session.error' || type === 'session.compacted' || type.startsWith('permission.')) sessions.note(sessionId, type, properties);
    else sessions.passOver();
  }
}
