import { describe, expect, it } from 'vitest';
import { tutorial } from '../../../src/formats/tutorial.ts';
import { decoded, lenient } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (span: object): RowView | undefined => rowsOf(decoded(tutorial, JSON.stringify({ trace_id: 't', spans: [{ span_id: 's', name: 'n', ...span }] }), lenient))[0];

describe('times of the tutorial tracer and its likes', () => {
  it.each([
    ['ISO text without a zone', '2026-04-10T10:30:00.5', '2026-04-10T10:30:01'], ["seconds of Python's clock", 1775817000.5, 1775817001], ['milliseconds', 1775817000500, 1775817001000],
    ['microseconds', 1775817000500000, 1775817001000000],
  ])('are read from %s', (_what, start, end) => {
    const row = read({ start_time: start, end_time: end, events: [{ name: 'e', timestamp: start }] });
    expect([row?.start, row?.end, row?.content.events[0]?.timeUnixNano, row?.marks]).toEqual([1775817000500000000n, 1775817001000000000n, 1775817000500000000n, 0]);
  });

  it('that are not there are told from those that are none', () => {
    expect(read({ start_time: '2026-04-10T10:30:00', end_time: null })).toMatchObject({ end: 0n, marks: 0 });
    expect(read({ start_time: 'soon', end_time: null })?.marks).not.toBe(0);
  });
});
