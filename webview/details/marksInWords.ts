import type { SpanRecord } from '../../src/model/records.ts';

/** What each mark of a span means for the reader; `open` is said by the state. */
const words = new Map<string, (record: SpanRecord) => string>([
  ['orphan', ({ parentSpanId = '' }) => `Its parent ${parentSpanId} has not been seen. The span moves there when it arrives.`],
  ['duplicate', () => 'This id came more than once with different content. The later complete version is shown.'],
  ['cycle', () => 'Its parent link closes a circle, so it is shown as a root.'],
  ['badParent', () => 'The id of its parent is malformed or its own, so it is shown as a root.'],
  ['endBeforeStart', () => 'It ends before it starts, so it is drawn without length. The times below are as received.'],
  ['noStart', () => 'It came without a usable start time, so it is not on the time axis.'],
  ['cut', () => 'Something in it was longer than the limit and was cut when it arrived.'],
  ['repaired', () => 'A value had the wrong type or was out of range, and was kept as text.'],
  ['repeatedKey', () => 'Some of its attributes came more than once with the same key. The last value of each is shown.'],
  ['lost', () => 'It has no end: the program, or the record of it, stopped first. It is drawn to the last sign of life.'],
  ['placeholder', () => 'The span itself has not been received. It is known from its children or logs.'],
  ['derived', () => 'Its times or status were not recorded. They are derived from other spans.'],
  ['outOfRange', () => 'Its time is too far from the others to be drawn on their axis.'],
]);

/** Sentences about everything unusual that was noticed while the span was kept. */
export function marksInWords(record: SpanRecord): readonly string[] {
  return record.marks.flatMap((mark) => words.get(mark)?.(record) ?? []);
}
