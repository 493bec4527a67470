import type { SpanEncoder } from '../formats/format.ts';
import type { ExportSpan, ExportWriter } from './exporter.ts';

export const usualWidth = 60;
/** What an issue on the usual forges takes, with some room. */
export const usualMaxCharacters = 60_000;
/** Spans that are encoded together: few enough to hold, enough for what they share to be written once. */
const mostInPart = 1000, mostPartSize = 2 * 1024 * 1024;
const sizeOfSpan = 600, sizeOfAttribute = 80;

/** A writer of what is made a part after the other. */
export function writerOfParts(encoder: SpanEncoder): ExportWriter {
  let part: ExportSpan[] = [], size = 0;
  const addPart = (): void => {
    if (part.length > 0) encoder.add(part);
    part = [];
    size = 0;
  };
  const { addLogs, rest } = encoder;
  return {
    add: (span) => {
      part.push(span);
      size += sizeOf(span);
      if (part.length >= mostInPart || size > mostPartSize) addPart();
    },
    ...(addLogs === undefined ? {} : {
      addLogs: (logs) => {
        addPart();
        addLogs.call(encoder, logs);
      },
    }),
    ...(rest === undefined ? {} : {
      *rest(): Generator<void, void, void> {
        addPart();
        yield* rest.call(encoder);
      },
    }),
    finish: () => {
      addPart();
      encoder.end();
      return {};
    },
  };
}

/** About how much memory a span takes. */
function sizeOf({ content: { attributes, events }, logs }: ExportSpan): number {
  let size = sizeOfSpan + logs.length * sizeOfSpan;
  const add = (value: unknown): void => { size += sizeOfAttribute + (typeof value === 'string' ? value.length : 0); };
  for (const value of attributes.values()) add(value);
  for (const event of events) for (const value of event.attributes.values()) add(value);
  for (const { body, attributes: own } of logs) for (const value of [body, ...own.values()]) add(value);
  return size;
}
