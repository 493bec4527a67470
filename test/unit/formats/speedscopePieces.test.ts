import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rowsInOrder, spanRecordOf } from '../../../src/collector/store/spanRecords.ts';
import { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { InputReader } from '../../../src/formats/inputReader.ts';
import { fileLimits } from '../../../src/formats/limits.ts';
import { speedscope } from '../../../src/formats/speedscope.ts';
import { utf8 } from './batches.ts';

interface Read {
  /** Of each trace its spans as text, in the order in which they were told. */
  readonly traces: readonly (readonly string[])[];
  readonly problems: readonly string[];
  /** How many spans were told before the input had ended. */
  readonly early: number;
}

/** Reads a text in chunks; `opened` says whether it is read while it goes on. */
function read(text: string, chunkBytes: number, opened: boolean): Read {
  const store = new TraceStore({ memoryBytes: Infinity, databaseBytes: 0, retentionDays: 0 }, { changed: () => undefined, removed: () => undefined, log: () => undefined });
  const reader = new InputReader({
    formats: [speedscope], limits: fileLimits, mostBytes: 1 << 30, expectedBytes: 0, longValueBytes: opened ? 1 : 1 << 30,
    onBatch: (batch) => { void store.append(batch, { format: '', signal: 'traces', bytes: new Uint8Array() }); },
  });
  const bytes = utf8(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.slice(at, at + chunkBytes));
    if (opened) reader.readSoFar();
  }
  const early = reader.spanCount;
  reader.end();
  const traces = store.memory.values().map((trace) => rowsInOrder(trace).map((row) => {
    const { name, spanId, parentSpanId, startUnixNano, endUnixNano, marks } = spanRecordOf(trace, row);
    return `${trace.traceId} ${parentSpanId} > ${spanId} ${name} ${startUnixNano}-${endUnixNano} ${marks.join()}`;
  }));
  return { traces, problems: reader.problems.texts, early };
}

const frames = '"shared":{"frames":[{"name":"a"},{"name":"b"},{"name":"c"}]}';
const event = (type: string, frame: number, at: number): string => `{"type":"${type}","frame":${frame},"at":${at}}`;
const profile = (events: readonly string[], name = 'p', unit = '"unit":"microseconds",'): string => `{"type":"evented","name":"${name}",${unit}"startValue":1,"endValue":99,"events":[${events.join()}]}`;
const file = (profiles: readonly string[]): string => `{"$schema":"x",${frames},"profiles":[${profiles.join()}]}`;
const nested = [event('O', 0, 1), event('O', 1, 2), event('C', 1, 3), event('O', 2, 4), event('C', 2, 5), event('C', 0, 6)];

describe('a profile that is read while it goes on', () => {
  it('has its spans before it ends, and those that end later end once', () => {
    const whole = read(file([profile(nested)]), 1 << 20, false), opened = read(file([profile(nested)]), 10, true);
    expect(opened.early).toBeGreaterThanOrEqual(3);
    expect([opened.traces, opened.problems]).toEqual([whole.traces, whole.problems]);
    expect(whole.traces).toEqual([[expect.stringContaining('1000-6000 '), expect.stringContaining('2000-3000 '), expect.stringContaining('4000-5000 ')]]);
  });

  it('is one trace however it is cut, and another one of the same name is another trace', () => {
    const text = file([profile(nested), profile(nested), profile([]), profile(nested, 'q')]), whole = read(text, 1 << 20, false);
    expect(whole.traces.map(({ length }) => length)).toEqual([3, 3, 3]);
    for (const size of [1, 7, 40, 100, 200]) expect(read(text, size, true).traces).toEqual(whole.traces);
  });

  it('waits for the frames and for the unit when they stand behind it', () => {
    for (const text of [`{${frames.replace('shared', 'x')},"profiles":[${profile(nested)}],${frames}}`, file([`${profile(nested, 'p', '').slice(0, -1)},"unit":"seconds"}`, profile(nested)])]) {
      const whole = read(text, 1 << 20, false);
      expect(whole.traces.flat().map((span) => span.split(' ')[4])).toEqual(whole.traces.flatMap(() => ['a', 'b', 'c']));
      expect(whole.problems).toEqual([]);
      for (const size of [1, 30]) expect(read(text, size, true).traces).toEqual(whole.traces);
    }
  });

  it('belongs to its own file where several follow one another', () => {
    const text = `${file([profile(nested)])}\nbetween\n${file([profile(nested)]).replaceAll('"a"', '"z"')}`, whole = read(text, 1 << 20, false);
    expect(whole.traces.map(([first]) => first?.split(' ')[4])).toEqual(['a', 'z']);
    for (const size of [1, 30]) expect(read(text, size, true).traces).toEqual(whole.traces);
  });

  it('keeps what stands before a damage, and says where that is', () => {
    const text = file([profile([...nested, '{"type":oops}', ...nested])]), { traces, problems } = read(text, 1, true);
    expect([traces.flat().length, problems]).toEqual([expect.toSatisfy((count: number) => count >= 3), [expect.stringMatching(/^a record at byte \d+ cannot be read/)]]);
  });

  it('of samples that break off has those that are there', () => {
    const text = file(['{"type":"sampled","name":"s","unit":"milliseconds","startValue":1,"samples":[[0],[0,1],[2]']).slice(0, -2);
    for (const opened of [true, false]) expect(read(text, 10, opened).traces.flat().length).toBe(3);
  });
});

it('events are read the same whatever their order and wherever they are cut', () => {
  const events = fc.array(fc.record({ type: fc.constantFrom('O', 'C'), frame: fc.integer({ min: 0, max: 3 }), at: fc.integer({ min: 1, max: 50 }) }), { maxLength: 40 });
  fc.assert(fc.property(fc.array(events, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 120 }), fc.boolean(), (profiles, size, isPretty) => {
    const plain = file(profiles.map((each) => profile(each.map(({ type, frame, at }) => event(type, frame, at))))), text = isPretty ? JSON.stringify(JSON.parse(plain), undefined, 1) : plain;
    const whole = read(text, 1 << 20, false), opened = read(text, size, true);
    expect([opened.traces, opened.problems]).toEqual([whole.traces, whole.problems]);
  }), { numRuns: 60 });
});
