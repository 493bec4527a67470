import type { EventRecord, SpanRecord } from '../../src/model/records.ts';
import type { SpanDetails, StackFrameLink } from '../../src/protocol/panel.ts';

/** What the error box of a failed span says. */
export interface Failure {
  readonly title: string;
  /** The rest of the status message, when it is longer than its first line. */
  readonly message: string | undefined;
  readonly exceptions: readonly Exception[];
  /** The attribute that tells it, when no status does. */
  readonly source: string | undefined;
}

export interface Exception {
  /** Which event of the span it is. */
  readonly event: number;
  readonly type: string | undefined;
  readonly message: string | undefined;
  readonly stack: string | undefined;
  readonly frames: readonly StackFrameLink[];
}

const longestTitle = 240;

/** Undefined for a span that did not fail. */
export function failureOf({ record, frames }: Pick<SpanDetails, 'record' | 'frames'>): Failure | undefined {
  const { failure } = record;
  if (record.status.code !== 'error' && failure === undefined) return undefined;
  const exceptions = exceptionsOf(record, frames);
  const said = (record.status.message ?? failure?.message ?? '').trim();
  const text = said === '' ? exceptions.at(-1)?.message?.trim() ?? '' : said;
  const firstLine = text.split('\n', 1)[0] ?? '';
  const title = firstLine.length > longestTitle ? `${firstLine.slice(0, longestTitle)}…` : firstLine;
  const isWhole = title === text;
  return { title: title === '' ? 'Failed without a message' : title, message: isWhole || said === '' ? undefined : text, exceptions, source: failure?.source };
}

/** The exceptions that a span recorded as events, with their links to source. */
export function exceptionsOf(record: Pick<SpanRecord, 'events'>, frames: readonly StackFrameLink[]): readonly Exception[] {
  return record.events.flatMap((event, i) => (isException(event) ? [exceptionOf(event, i, frames)] : []));
}

export const isException = ({ name, attributes }: EventRecord): boolean =>
  name === 'exception' || Object.hasOwn(attributes, 'exception.type') || Object.hasOwn(attributes, 'exception.message');

function exceptionOf({ attributes }: EventRecord, event: number, frames: readonly StackFrameLink[]): Exception {
  const text = (key: string): string | undefined => {
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined;
    return value === undefined || value === null || value === '' ? undefined : String(value);
  };
  return {
    event,
    type: text('exception.type'),
    message: text('exception.message'),
    stack: text('exception.stacktrace'),
    frames: frames.filter((frame) => frame.event === event),
  };
}
