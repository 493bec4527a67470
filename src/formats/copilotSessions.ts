import type { AttributeValue } from '../model/attributes.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import { copilotAttributes, isSpanType } from './copilotFields.ts';
import type { DecodeOptions } from './format.ts';
import { attributesIn, nanosIn, textIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';
import { DraftWriter } from './spanDrafts.ts';
import type { SpanDraft } from './spanDrafts.ts';
import { derivedMark, repairedMark } from './spanRows.ts';

const answerPrefix = 'agent-msg-';

/** An entry of the log. Times are ns. */
interface Entry {
  readonly type: string;
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly isOdd: boolean;
  readonly id: string;
  readonly parentId: string;
  readonly isError: boolean;
  readonly attributes: ReadonlyMap<string, AttributeValue>;
}

interface Session {
  readonly traceId: string;
  readonly rootId: string;
  /** Span ids → the type and start of the first entry that has it. */
  readonly owners: Map<string, string>;
  /** The span of the last message of the user; '' when it is over. */
  turnId: string;
  /** The last end of the session, and of the turn. */
  end: bigint;
}

/** Makes spans of the entries of a log. What has begun and has no entry for its end is open until `end`. */
export class CopilotSessions {
  private readonly writer: DraftWriter;
  private readonly sessions = new Map<string, Session>();
  private readonly resource: number;
  private readonly scope: number;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.writer = new DraftWriter(batch, options);
    this.resource = this.writer.addResource(new Map([['service.name', 'copilot-chat']]));
    this.scope = this.writer.addScope('copilot-chat', '');
  }

  flush(): void { this.writer.flush(); }

  /** Ends what is open. */
  end(): void {
    for (const session of this.sessions.values()) {
      this.endTurn(session);
      this.put(session, { spanId: session.rootId, operation: 'end', present: present.end, end: halvesOf(session.end) });
    }
    this.flush();
  }

  add(record: JsonObject): void {
    const traceId = textIn(record.get('sid')), entry = entryOf(record);
    if (traceId === '' || entry.id === '') {
      this.writer.reject('an entry has no "sid" or no "spanId"');
      return;
    }
    const known = this.sessions.get(traceId), session = known ?? this.begin(traceId, entry);
    if (entry.type === 'user_message') this.beginTurn(session, entry);
    else if (isSpanType(entry.type) || entry.end > entry.start) this.addSpan(session, entry);
    else if (known !== undefined || entry.type !== 'session_start') this.addEvent(session, entry);
    if (entry.end > session.end) session.end = entry.end;
    this.writer.handOver();
  }

  /** The span of the whole session. Other entries can come before the one for its start. */
  private begin(traceId: string, entry: Entry): Session {
    const isStart = entry.type === 'session_start';
    const session: Session = { traceId, rootId: isStart ? entry.id : `session-start-${traceId}`, owners: new Map(), turnId: '', end: entry.end };
    this.sessions.set(traceId, session);
    session.owners.set(session.rootId, 'session_start');
    this.put(session, {
      spanId: session.rootId, name: 'Copilot Chat session', operation: 'start', start: halvesOf(entry.start), marks: derivedMark,
      attributes: new Map([...(isStart ? entry.attributes : []), ['gen_ai.conversation.id', traceId]]),
    });
    return session;
  }

  /** What a message of the user set going ends with the next message. */
  private beginTurn(session: Session, entry: Entry): void {
    this.endTurn(session);
    session.turnId = this.idOf(session, entry);
    this.put(session, {
      spanId: session.turnId, parentSpanId: this.parentOf(session, entry), name: entry.name, operation: 'start', start: halvesOf(entry.start),
      marks: derivedMark, attributes: copilotAttributes(entry.type, entry.name, entry.attributes),
    });
  }

  private endTurn(session: Session): void {
    if (session.turnId === '') return;
    this.put(session, { spanId: session.turnId, operation: 'end', present: present.end, end: halvesOf(session.end) });
    session.turnId = '';
  }

  private addSpan(session: Session, entry: Entry): void {
    this.put(session, {
      spanId: this.idOf(session, entry), parentSpanId: this.parentOf(session, entry), name: entry.name,
      start: halvesOf(entry.start), end: halvesOf(entry.end), status: entry.isError ? 2 : 1, statusMessage: textIn(entry.attributes.get('error') as string | undefined),
      marks: entry.isOdd ? repairedMark : 0, attributes: copilotAttributes(entry.type, entry.name, entry.attributes),
    });
  }

  /** An answer of the model belongs to its request; everything else happened in the turn or the session. */
  private addEvent(session: Session, entry: Entry): void {
    const requestId = entry.id.startsWith(answerPrefix) ? entry.id.slice(answerPrefix.length) : '';
    if (entry.type === 'agent_response' && session.owners.has(requestId)) {
      this.put(session, { spanId: requestId, operation: 'update', present: 0, attributes: copilotAttributes(entry.type, entry.name, entry.attributes) });
      return;
    }
    const parentId = session.owners.has(entry.parentId) ? entry.parentId : session.turnId || session.rootId;
    const attributes = entry.name === entry.type ? entry.attributes : new Map([['name', entry.name], ...entry.attributes]);
    this.put(session, { spanId: parentId, operation: 'update', present: 0, events: [{ name: entry.type, timeUnixNano: entry.start, attributes, droppedAttributesCount: 0 }] });
  }

  /** An id of its own for entries that share theirs with others of another type, or with one before a restart. */
  private idOf(session: Session, { id, type, start }: Entry): string {
    const owner = `${type} ${start}`;
    for (const candidate of [id, `${type}:${id}`]) {
      const known = session.owners.get(candidate);
      if (known === undefined) session.owners.set(candidate, owner);
      if (known === undefined || known === owner) return candidate;
    }
    return `${type}:${id}@${start}`;
  }

  private parentOf(session: Session, entry: Entry): string {
    return entry.parentId !== '' && entry.parentId !== entry.id ? entry.parentId : entry.type === 'user_message' || session.turnId === '' ? session.rootId : session.turnId;
  }

  private put(session: Session, draft: Omit<SpanDraft, 'traceId'>): void {
    this.writer.add({ ...draft, traceId: session.traceId, resource: this.resource, scope: this.scope });
  }
}

function entryOf(record: JsonObject): Entry {
  const start = nanosIn(record.get('ts'), 6), duration = nanosIn(record.get('dur'), 6), type = textIn(record.get('type'));
  // Ids begin anew when the editor does, which a run index tells; the first run has none.
  const run = textIn(record.get('rIdx')), inRun = (id: string): string => (id === '' || run === '' || run === '0' ? id : `${id}#${run}`);
  const from = start === undefined || start < 0n ? 0n : start;
  return {
    type, name: textIn(record.get('name')) || type, start: from, end: from + (duration === undefined || duration < 0n ? 0n : duration),
    isOdd: start === undefined || duration === undefined || duration < 0n,
    id: inRun(textIn(record.get('spanId'))), parentId: inRun(textIn(record.get('parentSpanId'))),
    isError: textIn(record.get('status')) === 'error', attributes: attributesIn(record.get('attrs')),
  };
}
