import type { AgentRecord, EventRecord, LogEntry, SpanRecord } from '../model/records.ts';

/** The part of one text that is shown at first, in characters. */
const firstPart = 64 * 1024;
/** The most characters of one span that travel to a panel at once. */
const budget = 2 * 1024 * 1024;
const smallestPart = 256;

export interface Shortened {
  readonly record: SpanRecord;
  /** Attributes whose value was cut, with the full length in characters. */
  readonly shortened: Readonly<Record<string, number>>;
}

/**
 * A record whose texts are cut to 64 KiB each, and to less when they are many, so that a span with a gigabyte of prompts
 * opens as quickly as any other. The whole value stays in the collector and opens as a document.
 */
export function shorten(record: SpanRecord): Shortened {
  for (let part = firstPart; ; part /= 4) {
    const cut = new Cutter(part);
    const short = cut.record(record);
    if (cut.characters <= budget || part <= smallestPart) return { record: short, shortened: Object.fromEntries(cut.lengths) };
  }
}

class Cutter {
  characters = 0;
  readonly lengths = new Map<string, number>();
  readonly #part: number;
  #removed = 0;

  constructor(part: number) {
    this.#part = part;
  }

  record(record: SpanRecord): SpanRecord {
    const { failure, status: { message } } = record;
    return {
      ...record,
      status: { ...record.status, ...(message === undefined ? {} : { message: this.text(message) }) },
      attributes: this.attributes(record.attributes),
      resource: this.object(record.resource),
      events: this.items(record.events).map((event) => this.object(event) as unknown as EventRecord),
      logs: this.items(record.logs).map((log) => this.object(log) as unknown as LogEntry),
      links: this.items(record.links),
      ...(record.agent === undefined ? {} : { agent: this.object(record.agent) as unknown as AgentRecord }),
      ...(failure === undefined ? {} : { failure: { ...failure, message: this.text(failure.message) } }),
    };
  }

  attributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(attributes).map(([key, value]) => {
      const { characters } = this;
      this.#removed = 0;
      const short = this.value(value);
      if (this.#removed > 0) this.lengths.set(key, this.characters - characters + this.#removed);
      return [key, short];
    }));
  }

  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return this.items(value).map((item) => this.value(item));
    if (typeof value === 'object' && value !== null) return this.object(value);
    this.characters += 8;
    return value;
  }

  // Own properties by definition, so that a key such as __proto__ stays a key.
  object(value: object): Record<string, unknown> {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => {
      this.characters += key.length;
      return [key, this.value(item)];
    }));
  }

  items<T>(items: readonly T[]): readonly T[] {
    const most = Math.max(smallestPart, this.#part / 16);
    this.#removed += Math.max(0, items.length - most);
    return items.length > most ? items.slice(0, most) : items;
  }

  text(text: string): string {
    const kept = text.length > this.#part ? text.slice(0, this.#part) : text;
    this.characters += kept.length;
    this.#removed += text.length - kept.length;
    return kept;
  }
}
