import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/formats/detect.ts';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { formats } from '../../../src/formats/registry.ts';
import { speedscope } from '../../../src/formats/speedscope.ts';
import { decoded, lenient, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';

const file = (profile: string): string => `{"profiles":[{"name":"p",${profile}}],"shared":{"frames":[{"name":"a"},{"name":"b"}]}}`;

describe('profiles of speedscope', () => {
  it('without any profile are recognised, and hold no spans', () => {
    const empty = '{"$schema":"https://www.speedscope.app/file-format-schema.json","profiles":[]}';
    expect([detect(utf8(empty), formats)?.format.id, decoded(speedscope, empty, lenient).count]).toEqual(['speedscope', 0]);
  });

  it.each([['nanoseconds', 1n], ['microseconds', 1000n], ['milliseconds', 1_000_000n], ['seconds', 1_000_000_000n]])('in %s have times in nanoseconds', (unit, scale) => {
    const batch = decoded(speedscope, file(`"type":"evented","unit":"${unit}","startValue":1,"endValue":3,"events":[{"type":"O","frame":0,"at":1},{"type":"C","frame":0,"at":3}]`), lenient);
    expect(rowsOf(batch).map(({ start, end }) => [start, end])).toEqual([[scale, 3n * scale]]);
  });

  it('that count no time say so', () => {
    expect(decoded(speedscope, file('"type":"sampled","unit":"bytes","startValue":1,"endValue":3,"samples":[[0]],"weights":[2]'), lenient).problems).toEqual(['a profile is in bytes, not in time: each is shown as a nanosecond']);
  });

  it('keep calls that never end open, and tell ends that have no begin', () => {
    const batch = decoded(speedscope, file('"type":"evented","unit":"nanoseconds","startValue":1,"endValue":3,"events":[{"type":"C","frame":1,"at":1},{"type":"O","frame":0,"at":1}]'), lenient);
    expect([rowsOf(batch).map(({ name, end }) => [name, end]), batch.problems]).toEqual([[['a', 0n]], ['1 end of a frame has no begin']]);
  });
});

const span = (spanId: string, parentSpanId: string, start: bigint, end: bigint, more: Partial<EncodeSpan> = {}): EncodeSpan => {
  const empty = { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
  const content = { attributes: new Map([['code.file.path', '/a.py']]), events: [], links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 };
  return { traceId: 't', spanId, parentSpanId, name: spanId, kind: 'internal', startUnixNano: start, endUnixNano: end, status: 'unset', statusMessage: '', service: 's', resource: empty, scope: { ...empty, name: '', version: '' }, content, logs: [], ...more };
};

interface Profile { readonly name: string; readonly startValue: number; readonly endValue: number; readonly events: readonly { readonly type: string; readonly frame: number; readonly at: number }[] }
interface Written { readonly profiles: readonly Profile[]; readonly shared: { readonly frames: readonly { readonly name: string; readonly file?: string }[] } }
const written = (spans: readonly EncodeSpan[]): Written => JSON.parse(new TextDecoder().decode(speedscope.encode?.(spans))) as Written;
const told = ({ profiles, shared }: Written): unknown => profiles.map(({ name, events }) => [name, ...events.map(({ type, frame, at }) => `${type} ${shared.frames[frame]?.name ?? ''} ${at}`)]);

it('spans that overlap are written as several profiles, in each of which ends come in the reverse order of begins', () => {
  const file_ = written([span('run', '', 10n, 50n), span('left', 'run', 20n, 40n), span('right', 'run', 30n, 50n), span('open', 'right', 45n, 0n)]);
  expect(file_.shared.frames[0]).toEqual({ name: 'run', file: '/a.py' });
  expect(told(file_)).toEqual([
    ['s', 'O run 0', 'O left 10', 'C left 30', 'C run 40'], ['s, lane 2', 'O right 20', 'C right 40'], ['s, lane 3', 'O open 35', 'C open 40'],
  ]);
});

it('profiles are sorted by trace, service and lane, count from the first start, and hold spans without a start from there on', () => {
  const file_ = written([
    span('a', '', 100n, 200n), span('b', 'a', 110n, 190n, { service: 'other' }), span('c', 'a', 120n, 220n), span('none', '', 0n, 150n),
    span('d', '', 90n, 95n, { traceId: 'u' }), span('timeless', '', 0n, 0n, { traceId: 'v' }),
  ]);
  expect(told(file_)).toEqual([
    ['s', 'O none 0', 'C none 60'], ['s, lane 2', 'O a 10', 'C a 110'], ['s, lane 3', 'O c 30', 'C c 130'], ['other', 'O b 20', 'C b 100'], ['s', 'O d 0', 'C d 5'], ['s', 'O timeless 0', 'C timeless 130'],
  ]);
  expect(file_.profiles.map(({ startValue, endValue }) => [startValue, endValue])).toEqual(file_.profiles.map(() => [0, 130]));
  expect(written([]).profiles).toEqual([]);
});
