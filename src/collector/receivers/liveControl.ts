import { canonicalId } from '../../model/ids.ts';
import { textOf } from '../../model/wireText.ts';
import type { BreakpointHit, LiveClient, ProgramReport, SpanBreakpoint } from '../../protocol/live.ts';
import type { ControlChannel, ControlClient } from './controlChannel.ts';
import type { LiveMessage } from './liveMessage.ts';

const longestText = 4096, longestId = 256, mostListed = 50;
const moments: readonly SpanBreakpoint['on'][] = ['start', 'end', 'error'];

/** What a client is told about messages that are no spans. */
export interface ControlReplies extends ControlClient {
  accepted(id: string, count: number): void;
  refused(id: string | undefined, message: string): void;
  /** Shows a token that is none. */
  denied(): void;
}

type Fields = Readonly<Record<string, unknown>>;

/** The part of one connection that is about the program and not about its spans: `hello`, and what needs the token. */
export class LiveControl {
  readonly #channel: ControlChannel;
  readonly #replies: ControlReplies;
  #client: LiveClient = {};
  #survives = false;
  #isTrusted = false;

  constructor(channel: ControlChannel, replies: ControlReplies) {
    this.#channel = channel;
    this.#replies = replies;
  }

  /** The process whose spans these are, when it goes on after the connection: one that stands in a debugger sends by another process. */
  get survivor(): number | undefined { return this.#survives ? this.#client.pid : undefined; }

  /** It has shown the token. */
  trust(): void {
    this.#isTrusted = true;
    this.#channel.join(this.#replies);
  }

  /** A message whose JSON may be broken. */
  hello({ bytes, id }: LiveMessage): void {
    const fields = fieldsOf(bytes);
    if (fields === undefined) {
      this.#replies.refused(id, 'malformed hello');
      return;
    }
    const { token } = fields;
    const isShown = token !== undefined && token !== null;
    if (isShown && (typeof token !== 'string' || !this.#channel.isToken(token))) {
      this.#replies.refused(id, 'token not accepted');
      this.#replies.denied();
      return;
    }
    this.#client = clientOf(fields['client']);
    if (id !== undefined) this.#replies.accepted(id, 0);
    if (isShown) this.trust();
    this.#survives = this.#isTrusted && fields['goesOn'] === true;
    const report = this.#isTrusted ? reportOf(fields['program']) : undefined;
    if (report !== undefined) this.#channel.report(report);
  }

  /** To be called once everything that came before it is stored, so that its span can be looked up. */
  breakpointHit({ bytes, id }: LiveMessage): void {
    const hit = this.#isTrusted ? hitOf(fieldsOf(bytes), this.#client) : undefined;
    if (hit === undefined) {
      this.#replies.refused(id, this.#isTrusted ? 'malformed breakpoint.hit' : 'this message needs the token');
      return;
    }
    this.#channel.hit(hit);
    if (id !== undefined) this.#replies.accepted(id, 0);
  }

  /** The connection has ended. */
  end(): void { this.#channel.leave(this.#replies); }
}

function fieldsOf(bytes: Uint8Array): Fields | undefined {
  try {
    const value: unknown = JSON.parse(textOf(bytes, 0, bytes.length));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

const textIn = (value: unknown, longest: number): string | undefined => (typeof value === 'string' && value.length <= longest ? value : undefined);

function clientOf(value: unknown): LiveClient {
  if (!isFields(value)) return {};
  const { pid } = value;
  const name = textIn(value['name'], longestText), language = textIn(value['language'], longestText), cwd = textIn(value['cwd'], longestText);
  return {
    ...(name === undefined ? {} : { name }), ...(language === undefined ? {} : { language }), ...(cwd === undefined ? {} : { cwd }),
    ...(typeof pid === 'number' && Number.isSafeInteger(pid) && pid > 0 ? { pid } : {}),
  };
}

function reportOf(value: unknown): ProgramReport | undefined {
  const session = isFields(value) ? textIn(value['session'], longestId) : undefined;
  if (!isFields(value) || session === undefined || session === '') return undefined;
  const listed = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list.slice(0, mostListed) : []);
  const libraries = listed(value['libraries']).flatMap((item) => {
    const name = isFields(item) ? textIn(item['name'], longestId) : undefined, version = isFields(item) ? textIn(item['version'], longestId) : undefined;
    return name === undefined ? [] : { name, ...(version === undefined ? {} : { version }) };
  });
  return { session, libraries, exporters: listed(value['exporters']).filter((name) => textIn(name, longestId) !== undefined) as string[] };
}

function hitOf(fields: Fields | undefined, client: LiveClient): BreakpointHit | undefined {
  const idAt = (name: string, snake: string): string => textIn(fields?.[name] ?? fields?.[snake], longestId) ?? '';
  const breakpointId = idAt('breakpointId', 'breakpoint_id');
  const traceId = canonicalId(idAt('traceId', 'trace_id')), spanId = canonicalId(idAt('spanId', 'span_id'));
  const on = moments.find((moment) => moment === fields?.['on']);
  return on === undefined || breakpointId === '' || traceId === '' || spanId === '' ? undefined : { breakpointId, traceId, spanId, on, client };
}
