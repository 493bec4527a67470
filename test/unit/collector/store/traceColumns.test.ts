import { describe, expect, it } from 'vitest';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { RowChanges } from '../../../../src/collector/store/rowChanges.ts';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { rowsInOrder, spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { requestLimits } from '../../../../src/formats/limits.ts';
import { otlpJson } from '../../../../src/formats/otlpJson.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { appendAll, base, batchOf, drawingOf, idOf, text, traceA, traceOf } from './drawn.ts';

const recordOf = (trace: TraceColumns, short: string) => spanRecordOf(trace, trace.rowOf(idOf(short)));

describe('a trace', () => {
  const tree = text`
    a run 0..100
      b plan 10..30
        d think 12..20
      c act 40..90
  `;
  it('is the same whatever the order of its spans', () => {
    const spans = ['a run 0..100', 'b<a plan 10..30', 'c<a act 40..90', 'd<b think 12..20'];
    for (const order of permutations(spans)) expect(drawingOf(traceOf(...order))).toBe(tree);
  });

  it('shows spans whose parent has not come below a placeholder that lasts while they do', () => {
    expect(drawingOf(traceOf('b<a plan 10..30', 'c<a act 40..90'))).toBe(text`
      a 10..90 [placeholder]
        b plan 10..30 [orphan]
        c act 40..90 [orphan]
    `);
  });

  it('does not count a placeholder as a span', () => {
    expect(summaryOf(traceOf('b<a plan 10..30'))).toMatchObject({ spanCount: 1, rootCount: 0, orphanCount: 1, name: 'plan' });
    expect(summaryOf(traceOf('b<a plan 10..30', 'a run 0..100'))).toMatchObject({ spanCount: 2, rootCount: 1, orphanCount: 0, name: 'run' });
  });

  it('keeps a span once when it comes twice with the same content', () => {
    const trace = traceOf('a run 0..100 {"k":1}');
    const { revision } = trace;
    appendAll(trace, batchOf('a run 0..100 {"k":1}'));
    expect(trace.revision).toBe(revision);
    expect(drawingOf(trace)).toBe('a run 0..100');
  });

  it('shows the later of two complete versions of a span and marks it', () => {
    const trace = traceOf('a run 0..100 {"k":1}', 'a walk 0..90 {"k":2}');
    expect(drawingOf(trace)).toBe('a walk 0..90 [duplicate]');
    expect(recordOf(trace, 'a').attributes).toEqual({ k: 2 });
    expect(summaryOf(trace)).toMatchObject({ spanCount: 1, endUnixNano: String(base + 90n) });
  });

  it('shows the last of attributes that came with the same key, and marks the span, unless an update said it', () => {
    const attribute = (n: number): object => ({ key: 'k', value: { intValue: String(n) } });
    const request = { resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: traceA, spanId: idOf('a'), name: 'run', startTimeUnixNano: String(base), endTimeUnixNano: String(base), attributes: [attribute(1), attribute(2)] }] }] }] };
    const batch = new SpanBatch();
    otlpJson.decode(Buffer.from(JSON.stringify(request)), batch, { limits: requestLimits, mode: 'strict', signal: 'traces' });
    const trace = traceOf('start b step 0.. {"k":1}', 'update b {"k":2}');
    appendAll(trace, batch);
    expect([recordOf(trace, 'a').attributes, recordOf(trace, 'a').marks]).toEqual([{ k: 2 }, ['repeatedKey']]);
    expect([recordOf(trace, 'b').attributes, recordOf(trace, 'b').marks]).toEqual([{ k: 2 }, ['open']]);
  });

  it('keeps the complete version when an incomplete one comes later', () => {
    expect(drawingOf(traceOf('a run 0..100', 'a run 0..'))).toBe('a run 0..100');
    expect(drawingOf(traceOf('a run 0..100', 'start a run 0..'))).toBe('a run 0..100');
  });

  it('takes the end of a span that was reported open', () => {
    expect(drawingOf(traceOf('a run 0..'))).toBe('a run 0.. [open]');
    expect(drawingOf(traceOf('a run 0..', 'a run 0..100'))).toBe('a run 0..100');
  });

  it('shows a span that names itself as its parent as a root', () => {
    const trace = traceOf('a<a run 0..100');
    expect(drawingOf(trace)).toBe('a run 0..100 [badParent]');
    expect(recordOf(trace, 'a').parentSpanId).toBe(idOf('a'));
  });

  it.each([
    ['two', ['a<b x 0..9', 'b<a y 1..9'], ['b y 1..9 [cycle]', '  a x 0..9']],
    ['three', ['a<c x 0..9', 'b<a y 1..9', 'c<b z 2..9'], ['c z 2..9 [cycle]', '  a x 0..9', '    b y 1..9']],
  ])('cuts a cycle of %s at the link that closes it', (_count, spans, expected) => {
    const trace = traceOf(...spans);
    expect(drawingOf(trace)).toBe(expected.join('\n'));
    expect(summaryOf(trace)).toMatchObject({ rootCount: 1, orphanCount: 0, spanCount: spans.length });
  });

  it('cuts a cycle of a thousand and reaches every span from the roots', () => {
    const trace = traceOf(...Array.from({ length: 1000 }, (_, i) => `s${i}<s${(i + 1) % 1000} n ${i}..${i + 1}`));
    expect(drawingOf(trace).split('\n')).toHaveLength(1000);
    expect(summaryOf(trace)).toMatchObject({ rootCount: 1, spanCount: 1000 });
  });

  it('attaches a span elsewhere when a newer version names another parent', () => {
    expect(drawingOf(traceOf('a run 0..100', 'b run 0..100', 'c<a x 1..2', 'c<b x 1..2'))).toBe(text`
      a run 0..100
      b run 0..100
        c x 1..2 [duplicate]
    `);
  });

  it('keeps a child that lies outside its parent where it is', () => {
    expect(drawingOf(traceOf('a run 10..20', 'b<a late 15..40', 'c<a early 0..5'))).toBe(text`
      a run 10..20
        c early 0..5
        b late 15..40
    `);
  });

  it('draws a span that ends before it starts with zero length and keeps its raw times', () => {
    const trace = traceOf('a run 50..10');
    expect(drawingOf(trace)).toBe('a run 50..10 [endBeforeStart]');
    expect(trace.duration[0]).toBe(0);
    expect(recordOf(trace, 'a')).toMatchObject({ startUnixNano: String(base + 50n), endUnixNano: String(base + 10n) });
  });

  it('keeps times exact to the nanosecond, however far they are apart', () => {
    const times = [base, base + 1n, base + 9_007_199_254_740_991n, 0n, 1n, 2n ** 64n - 1n, 1_000_000_000n, 3n * base];
    const trace = traceOf(...times.map((time, i) => `s${i} n ${time}n..${time === 0n ? 5n : time}n`));
    expect(times.map((_, i) => recordOf(trace, `s${i}`).startUnixNano)).toEqual(times.map(String));
    expect(recordOf(trace, 's2').marks).toEqual([]);
    expect(recordOf(trace, 's3').marks).toContain('noStart');
    expect(recordOf(trace, 's4').marks).toContain('outOfRange');
    expect(recordOf(trace, 's5').marks).toContain('noStart');
    expect(summaryOf(trace)).toMatchObject({ startUnixNano: String(base), endUnixNano: String(base + 9_007_199_254_740_991n) });
  });

  it('puts its axis where most spans are when the first one has a strange time', () => {
    const trace = traceOf('a odd 1000n..2000n', 'b run 0..100', 'c<b plan 10..20');
    expect(recordOf(trace, 'a').marks).toEqual(['outOfRange']);
    expect(recordOf(trace, 'b').marks).toEqual([]);
    expect(trace.start[trace.rowOf(idOf('c'))] as number - (trace.start[trace.rowOf(idOf('b'))] as number)).toBe(10);
    expect(recordOf(trace, 'a').startUnixNano).toBe('1000');
  });

  it('tells ids of every spelling apart', () => {
    const trace = traceOf('~span-1 run 0..9', '~0f8fad5b-d9cb-469f-a165-70867728950e<~span-1 plan 1..2', 'b<~span-1 act 3..4');
    expect(drawingOf(trace)).toBe(text`
      ~span-1 run 0..9
        ~0f8fad5b-d9cb-469f-a165-70867728950e plan 1..2
        b act 3..4
    `);
    expect(trace.rowOf('0f8fad5b-d9cb-469f-a165-70867728950e')).toBe(1);
    expect(trace.rowOf('nobody')).toBe(-1);
  });
});

describe('a live span', () => {
  it('begins, is updated and ends', () => {
    const trace = traceOf('start a run 0.. {"k":1,"l":1}');
    expect(drawingOf(trace)).toBe('a run 0.. [open]');
    appendAll(trace, batchOf('update a {"k":2}'));
    expect(recordOf(trace, 'a').attributes).toEqual({ k: 2, l: 1 });
    appendAll(trace, batchOf('end a ..100 error {"m":3}'));
    expect(drawingOf(trace)).toBe('a run 0..100');
    expect(recordOf(trace, 'a')).toMatchObject({ attributes: { k: 2, l: 1, m: 3 }, status: { code: 'error' } });
    expect(summaryOf(trace)).toMatchObject({ openCount: 0, errorCount: 1, spanCount: 1 });
  });

  it('is the same when its messages come in another order', () => {
    const messages = ['start a run 0.. {"k":1,"l":1}', 'update a walk {"k":2}', 'end a ..100 error {"m":3}'];
    for (const order of permutations(messages)) {
      const trace = traceOf(...order);
      expect(drawingOf(trace)).toBe('a walk 0..100');
      expect(recordOf(trace, 'a')).toMatchObject({ attributes: { k: 2, l: 1, m: 3 }, status: { code: 'error' } });
    }
  });

  it('is a placeholder until its beginning or the whole of it comes', () => {
    const trace = traceOf('update a {"k":2}', 'end a ..100');
    expect(summaryOf(trace).spanCount).toBe(0);
    appendAll(trace, batchOf('b run 0..120'));
    expect(recordOf(trace, 'a').marks).toEqual(['placeholder']);
    expect(recordOf(trace, 'a').attributes).toEqual({ k: 2 });
  });

  it('does not repeat an update that was sent again', () => {
    const trace = traceOf('start a run 0..', 'update a {"k":2}');
    const before = trace.contents.arena.byteLength;
    for (let i = 0; i < 50; i++) appendAll(trace, batchOf('update a {"k":2}'));
    expect(trace.contents.arena.byteLength).toBe(before);
  });

  it('is marked when its connection ends before it does, until it is heard of again', () => {
    const trace = traceOf('start a run 0..', 'b<a done 1..2');
    for (const id of ['a', 'b']) trace.markLost(trace.rowOf(idOf(id)));
    expect(drawingOf(trace)).toBe('a run 0.. [open lost]\n  b done 1..2');
    appendAll(trace, batchOf('end a ..9'));
    expect(drawingOf(trace)).toBe('a run 0..9\n  b done 1..2');
  });

  it('widens the placeholder above it when it ends', () => {
    expect(drawingOf(traceOf('start b<a plan 10..', 'end b ..70'))).toBe('a 10..70 [placeholder]\n  b plan 10..70 [orphan]');
  });
});

describe("a pending span of Logfire's", () => {
  const pending = (id: string, of: string, parent: string): string =>
    `${id}<${of} plan 10..10 {"logfire.span_type":"pending_span","logfire.pending_parent_id":"${parent === '' ? '0'.repeat(16) : idOf(parent)}"}`;

  it('is shown as the span that has begun', () => {
    expect(drawingOf(traceOf(pending('p', 'a', ''), pending('q', 'b', 'a')))).toBe('a plan 10.. [open]\n  b plan 10.. [open]');
  });

  it('gives way to the span itself, in either order', () => {
    const whole = 'a plan 10..50 {"logfire.span_type":"span"}';
    expect(drawingOf(traceOf(pending('p', 'a', ''), whole))).toBe('a plan 10..50');
    expect(drawingOf(traceOf(whole, pending('p', 'a', '')))).toBe('a plan 10..50');
  });
});

describe('log records', () => {
  it('are found with their span in either order of arrival', () => {
    for (const order of permutations(['a run 0..100', 'log a hello 5..'])) {
      expect(recordOf(traceOf(...order), 'a').logs).toEqual([
        { timeUnixNano: String(base + 5n), severity: 'INFO', severityNumber: 9, body: 'hello', attributes: {} },
      ]);
    }
  });

  it('are kept when their span never comes, and once when sent again', () => {
    const trace = traceOf('b run 0..9', 'log a hello 5..', 'log a hello 5..');
    expect(recordOf(trace, 'a')).toMatchObject({ marks: ['placeholder'], logs: [{ body: 'hello' }] });
    expect(recordOf(trace, 'a').logs).toHaveLength(1);
  });
});

describe('large traces', () => {
  const chain = 100_000;

  it.each([['parents first', false], ['children first', true]])('hold a chain of 100,000 spans, %s', (_order, isReversed) => {
    const trace = chainOf(chain, (i) => (isReversed ? chain - 1 - i : i));
    expect(summaryOf(trace)).toMatchObject({ spanCount: chain, rootCount: 1, orphanCount: 0 });
    expect(rowsInOrder(trace)[chain - 1]).toBe(trace.rowOf(hexId(chain - 1)));
  });

  it('hold a chain of 100,000 spans in random order', () => {
    const order = shuffled(chain);
    expect(summaryOf(chainOf(chain, (i) => order[i] as number))).toMatchObject({ spanCount: chain, rootCount: 1, orphanCount: 0 });
  });

  it('hold more different names than 16 bits can tell apart', () => {
    const names = Array.from({ length: 70_000 }, (_, i) => `s${i} name${i} ${i}..${i + 1}`);
    const trace = traceOf(names.slice(0, 40_000).join('\n'), names.slice(40_000).join('\n'), 'x last 0..1 {"gen_ai.operation.name":"execute_tool","gen_ai.tool.name":"drill"}');
    trace.trim();
    const nameAt = (row: number) => trace.texts.texts[trace.name[row] as number];
    expect([0, 39_999, 65_535, 65_536, 69_999].map(nameAt)).toEqual(['name0', 'name39999', 'name65535', 'name65536', 'name69999']);
    expect([nameAt(70_000), trace.texts.texts[trace.subject[70_000] as number], trace.texts.texts[trace.service[70_000] as number]]).toEqual(['last', 'drill', 'agent']);
    expect(recordOf(trace, 's69999')).toMatchObject({ name: 'name69999', service: 'agent', startUnixNano: String(base + 69_999n) });
  });

  it('hold 100,000 siblings whose parent comes last', () => {
    const trace = new TraceColumns(traceA);
    const batch = emptyBatch();
    for (let i = 1; i <= 100_000; i++) addSpan(batch, i, 0x7fff_ffff, i);
    addSpan(batch, 0x7fff_ffff, 0, 0);
    appendAll(trace, batch);
    expect(summaryOf(trace)).toMatchObject({ spanCount: 100_001, rootCount: 1, orphanCount: 0 });
  });
});

describe('a subscriber', () => {
  it('learns which of the rows it knows have changed', () => {
    const trace = traceOf('b<a plan 10..30');
    const changes = new RowChanges();
    trace.watch(changes);
    changes.told = trace.count;
    appendAll(trace, batchOf('c<b think 11..12\na run 0..100'));
    expect([...changes.changed].sort((a, b) => a - b)).toEqual([0, 1]);
    expect(trace.count).toBe(3);
  });
});

describe('records', () => {
  it('come by start, parents before children at equal times', () => {
    const trace = traceOf('c<b z 10..20', 'b<a y 10..30', 'a x 10..90', 'd<a w 5..6');
    expect(rowsInOrder(trace).map((row) => trace.texts.texts[trace.name[row] as number])).toEqual(['w', 'x', 'y', 'z']);
  });

  it('keep hostile attribute keys as keys', () => {
    const trace = traceOf('a run 0..1 {"__proto__":"x","constructor":1,"toString":"y"}');
    const { attributes } = recordOf(trace, 'a');
    expect(Object.keys(attributes)).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.getOwnPropertyDescriptor(attributes, '__proto__')?.value).toBe('x');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

function chainOf(length: number, at: (i: number) => number): TraceColumns {
  const trace = new TraceColumns(traceA);
  const batch = emptyBatch();
  for (let i = 0; i < length; i++) {
    const place = at(i);
    addSpan(batch, place + 1, place, place);
  }
  return appendAll(trace, batch);
}

const hexId = (i: number): string => (i + 1).toString(16).padStart(16, '0');

function emptyBatch(): SpanBatch {
  const batch = new SpanBatch();
  batchOf('', traceA, batch);
  batch.intern(traceA);
  return batch;
}

function addSpan(batch: SpanBatch, id: number, parent: number, start: number): void {
  const row = batch.addRow();
  batch.traceId[row] = 1;
  batch.idLow[row] = id;
  batch.parentLow[row] = parent;
  batch.startHigh[row] = batch.endHigh[row] = 0x18d7_0000;
  batch.startLow[row] = start;
  batch.endLow[row] = start + 1;
  batch.present[row] = 63;
}

function shuffled(length: number): number[] {
  const order = Array.from({ length }, (_, i) => i);
  let state = 12_345;
  for (let i = length - 1; i > 0; i--) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const j = state % (i + 1);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
}

