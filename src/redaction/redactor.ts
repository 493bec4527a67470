import { originOf, withOrigin } from '../formats/decodedFrom.ts';
import type { Origin } from '../formats/encodeGroups.ts';
import type { EncodeSpan } from '../formats/format.ts';
import { agentOf } from '../model/conventions/registry.ts';
import type { AttributeValue, Attributes } from '../model/attributes.ts';
import type { LogRecord, Resource, Scope, SpanContent, SpanEvent, SpanLink } from '../model/span.ts';
import { isContentKey, isMessageEvent } from './contentKeys.ts';
import { maskContent } from './contentMask.ts';
import { isSecretText, secretKindOf } from './secretKeys.ts';
import type { SecretKind } from './secretKeys.ts';
import { maskSecrets, masked } from './secretTexts.ts';

export interface RedactionOptions {
  /** What happens to messages, arguments, results and other content. */
  readonly content: 'keep' | 'mask' | 'omit';
  /** Whether secrets are masked, in content too. */
  readonly secrets: boolean;
}

/** A span as it is written, with or without its marks. */
export type RedactableSpan = EncodeSpan & { readonly marks?: number };

export interface RedactionCounts {
  /** Secrets that were masked. */
  secrets: number;
  /** Values of content that were masked, and those that were left out. */
  maskedContents: number;
  omittedContents: number;
}

const deepest = 128;
const contentFields = ['inputMessages', 'outputMessages', 'toolArguments', 'toolResult', 'input', 'output', 'documents', 'evaluations'] as const;

/** Whether an attribute, or the texts of an event, are content. */
type IsContent = (key: string) => boolean;

/** Takes secrets and content out of spans as the options say, and counts what it took. */
export class Redactor {
  readonly counts: RedactionCounts = { secrets: 0, maskedContents: 0, omittedContents: 0 };
  readonly #options: RedactionOptions;
  readonly #resources = new Map<Resource, Resource>();
  readonly #scopes = new Map<Scope, Scope>();

  constructor(options: RedactionOptions) {
    this.#options = options;
  }

  /** The same span without what is to stay here. Ids, times and kinds stay; resources that were one stay one. */
  redact<T extends RedactableSpan>(span: T): T {
    const { content, secrets } = this.#options;
    if (content === 'keep' && !secrets) return span;
    const isContent = content === 'keep' ? () => false : contentOf(span);
    const { traceId, spanId, parentSpanId, kind, startUnixNano, endUnixNano, status, marks } = span;
    // Named one by one: what is not known here does not leave.
    const left: RedactableSpan = {
      traceId, spanId, parentSpanId, kind, startUnixNano, endUnixNano, status, ...(marks === undefined ? {} : { marks }),
      name: this.text(span.name),
      statusMessage: this.text(span.statusMessage),
      service: this.text(span.service),
      ...this.#origin(span),
      content: this.#content(span.content, isContent),
      logs: span.logs.map((log) => this.#log(log, isContent)),
    };
    return left as T;
  }

  /** The same of a log record that names no span. */
  looseLog(log: LogRecord): LogRecord {
    const { content, secrets } = this.#options, origin = originOf(log);
    if (content === 'keep' && !secrets) return log;
    const left = this.#log(log, content === 'keep' ? () => false : isContentKey);
    return origin === undefined ? left : withOrigin(left, this.#origin(origin));
  }

  /** A single text, such as the title of a document. */
  text(text: string): string {
    if (!this.#options.secrets) return text;
    const { text: result, count } = maskSecrets(text);
    this.counts.secrets += count;
    return result;
  }

  /** The same without counting it. */
  peek(text: string): { readonly text: string } {
    return this.#options.secrets ? maskSecrets(text) : { text };
  }

  #origin({ resource, scope }: Origin): Origin {
    return {
      resource: once(this.#resources, resource, () => ({ schemaUrl: this.text(resource.schemaUrl), ...this.#attributes(resource.attributes, () => false, resource) })),
      scope: once(this.#scopes, scope, () => this.#scope(scope)),
    };
  }

  #scope(scope: Scope): Scope {
    return {
      name: this.text(scope.name), version: this.text(scope.version), schemaUrl: this.text(scope.schemaUrl), ...this.#attributes(scope.attributes, () => false, scope),
    };
  }

  #content(content: SpanContent, isContent: IsContent): SpanContent {
    const { flags, droppedEventsCount, droppedLinksCount } = content;
    return {
      flags, droppedEventsCount, droppedLinksCount,
      ...this.#attributes(content.attributes, isContent, content),
      events: content.events.map((event) => this.#event(event, isContent)),
      links: content.links.map((link): SpanLink => ({ ...link, traceState: this.text(link.traceState), ...this.#attributes(link.attributes, () => false, link) })),
      traceState: this.text(content.traceState),
    };
  }

  #event(event: SpanEvent, isContent: IsContent): SpanEvent {
    const isMessage = this.#options.content !== 'keep' && isMessageEvent(event.name);
    return { ...event, name: this.text(event.name), ...this.#attributes(event.attributes, isMessage ? isSaid : isContent, event) };
  }

  #log(log: LogRecord, isContent: IsContent): LogRecord {
    const eventName = log.eventName === '' ? log.attributes.get('event.name') : log.eventName;
    const isMessage = this.#options.content !== 'keep' && typeof eventName === 'string' && isMessageEvent(eventName);
    return {
      ...log,
      eventName: this.text(log.eventName),
      severityText: this.text(log.severityText),
      body: isMessage && log.body !== null ? this.#said(log.body, '') ?? null : this.#value(log.body, undefined, 0),
      ...this.#attributes(log.attributes, isMessage ? isSaid : isContent, log),
    };
  }

  /** Attributes as they may leave; what is left out adds to what was dropped before. */
  #attributes(attributes: Attributes, isContent: IsContent, from: { readonly droppedAttributesCount: number }): { attributes: Attributes; droppedAttributesCount: number } {
    const kept = new Map<string, AttributeValue>();
    let dropped = 0;
    for (const [key, value] of attributes) {
      const left = isContent(key) ? this.#said(value, key) : this.#value(value, secretKindOf(key), 0);
      if (left === undefined) dropped++;
      else kept.set(freeKey(kept, this.text(key)), left);
    }
    return { attributes: kept, droppedAttributesCount: from.droppedAttributesCount + dropped };
  }

  /** A content, masked or undefined. */
  #said(value: AttributeValue, key: string): AttributeValue | undefined {
    if (this.#options.content === 'omit') {
      this.counts.omittedContents++;
      return undefined;
    }
    const left = maskContent(value, key);
    if (left !== value) this.counts.maskedContents++;
    return this.#value(left, undefined, 0);
  }

  #value(value: AttributeValue, kind: SecretKind, depth: number): AttributeValue {
    if (!this.#options.secrets || value === null || typeof value === 'boolean') return value;
    if (typeof value === 'string') return isSecretText(kind, value) ? this.#hide() : this.text(value);
    if (typeof value === 'number' || typeof value === 'bigint') return kind === 'secret' ? this.#hide() : value;
    if (value instanceof Uint8Array) return kind === 'secret' || holdsSecret(value) ? this.#hide() : value;
    if (depth >= deepest) return masked;
    if (Array.isArray(value)) return (value as readonly AttributeValue[]).map((item) => this.#value(item, kind, depth + 1));
    const members = new Map<string, AttributeValue>();
    for (const [key, member] of value as ReadonlyMap<string, AttributeValue>) {
      members.set(freeKey(members, this.text(key)), this.#value(member, kind === 'secret' ? kind : secretKindOf(key), depth + 1));
    }
    return members;
  }

  #hide(): string {
    this.counts.secrets++;
    return masked;
  }
}

/** Bytes may be text: they are masked as a whole. */
const holdsSecret = (bytes: Uint8Array): boolean => maskSecrets(latin.decode(bytes)).count > 0;
const latin = new TextDecoder('latin1');

/** In a message everything is said but how it is built, which `maskContent` keeps by its key. */
const isSaid: IsContent = (key) => key !== 'event.name' && key !== 'gen_ai.system' && key !== 'gen_ai.provider.name';

/** What is content by its key, or because the convention of the span reads it as such. */
function contentOf(span: RedactableSpan): IsContent {
  const view = agentOf({ name: span.name, kind: span.kind, scopeName: span.scope.name, attributes: span.content.attributes, events: span.content.events, logs: span.logs });
  const sources = contentFields.flatMap((field) => view?.sources.get(field) ?? []);
  return (key) => isContentKey(key) || sources.some((source) => key === source || key.startsWith(`${source}.`));
}

/** Two keys that become the same by masking stay two. */
function freeKey(kept: ReadonlyMap<string, unknown>, key: string): string {
  if (!kept.has(key)) return key;
  for (let n = 2; ; n++) if (!kept.has(`${key} (${n})`)) return `${key} (${n})`;
}

function once<T>(known: Map<T, T>, value: T, make: () => T): T {
  let made = known.get(value);
  if (made === undefined) known.set(value, made = make());
  return made;
}
