import { describe, expect, it } from 'vitest';
import { decodeRows, encodeRows } from '../../../../src/collector/store/batchRows.ts';
import { spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { live } from '../../../../src/formats/live.ts';
import { requestLimits } from '../../../../src/formats/limits.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { appendAll, base, idOf, traceA } from './drawn.ts';

const ids = { traceId: traceA, spanId: idOf('a') };
const place = { 'spanscope.source.file': '/work/agent.py', 'spanscope.source.line': 12 };
const began = { ...ids, name: 'ask', kind: 'client', startTimeUnixNano: String(base), attributes: { ...place, model: 'early' }, service: 'agent' };
const end = String(base + 90n);

/** What the exporter sends: other resource, final attributes. */
const exported = { type: 'span', span: { ...ids, name: 'ask', kind: 'client', startTimeUnixNano: String(base), endTimeUnixNano: end, attributes: { model: 'final', tokens: 7 }, events: [{ name: 'done', timeUnixNano: end }], service: 'exporter' } };
const starts = { type: 'start', witness: true, span: began };
const updates = { type: 'update', witness: true, ...ids, attributes: { seen: 1 }, events: [{ name: 'half', timeUnixNano: String(base + 40n) }] };
const ends = { type: 'end', witness: true, ...ids, endTimeUnixNano: end, attributes: { seen: 2 }, status: { code: 'ok' } };
const saw = { type: 'span', witness: true, span: { ...began, endTimeUnixNano: end } };

function batchOf(messages: readonly object[]): SpanBatch {
  const batch = new SpanBatch();
  live.decode(Buffer.from(messages.map((message) => JSON.stringify(message)).join('\n')), batch, { limits: requestLimits, mode: 'strict', signal: 'traces' });
  expect(batch.problems).toEqual([]);
  return batch;
}

function traceOf(...messages: object[]): TraceColumns {
  const trace = new TraceColumns(traceA);
  for (const message of messages) appendAll(trace, batchOf([message]));
  trace.settle();
  return trace;
}

const recordOf = (trace: TraceColumns) => spanRecordOf(trace, trace.rowOf(ids.spanId));
const shown = (...messages: object[]) => {
  const { name, service, status, attributes, events, marks, endUnixNano } = recordOf(traceOf(...messages));
  return { name, service, status: status.code, attributes, events: events.map((event) => event.name), marks, endUnixNano };
};
const permutations = <T>(items: readonly T[]): T[][] =>
  items.length < 2 ? [[...items]] : items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));

describe('a span that a witness saw and its own exporter sends', () => {
  const both = { name: 'ask', service: 'exporter', status: 'unset', attributes: { model: 'final', tokens: 7, ...place }, events: ['done'], marks: [], endUnixNano: end };

  it('is what the exporter says with the line that the witness saw, in whatever order they come', () => {
    for (const order of permutations([starts, updates, ends, exported])) expect(shown(...order)).toEqual(both);
    for (const order of permutations([saw, exported])) expect(shown(...order)).toEqual(both);
  });

  it('stays so when the exporter sends it again, and when the witness does', () => {
    for (const order of permutations([saw, exported, exported])) expect(shown(...order)).toEqual(both);
    const trace = traceOf(starts, ends, exported);
    const { revision } = trace;
    appendAll(trace, batchOf([exported, saw, starts, ends, updates]));
    expect(trace.revision).toBe(revision);
  });

  it('is a duplicate when two exporters say different things, and keeps its line', () => {
    const other = { ...exported, span: { ...exported.span, attributes: { model: 'other' } } };
    for (const order of permutations([starts, ends]).flatMap((seen) => [[...seen, exported, other], [exported, ...seen, other], [exported, other, ...seen]])) {
      expect(shown(...order)).toMatchObject({ attributes: { model: 'other', ...place }, marks: ['duplicate'] });
    }
  });

  it('keeps an exporter\'s own attribute where both tell it', () => {
    const own = { ...exported, span: { ...exported.span, attributes: { 'spanscope.source.line': 99 } } };
    for (const order of permutations([saw, own])) expect(shown(...order).marks).toEqual([]);
    expect(shown(saw, own).attributes).toEqual({ 'spanscope.source.file': '/work/agent.py', 'spanscope.source.line': 99 });
  });

  it('is the same when it is read again from the disk', () => {
    for (const order of permutations([starts, updates, ends, exported])) {
      const stored = new SpanBatch(), all = batchOf(order);
      decodeRows(encodeRows(all, { rows: order.map((_, row) => row), logs: [], metrics: [] }), stored);
      const again = new TraceColumns(traceA);
      appendAll(again, stored);
      again.settle();
      expect(recordOf(again)).toEqual(recordOf(traceOf(...order)));
    }
  });

  it('keeps what the witness says of the debug session, in whatever order they come and after it is read again', () => {
    const resource = { attributes: { 'service.name': 'agent', 'host.name': 'h', 'spanscope.session.id': 's1', 'spanscope.session.name': 'Run agent' } };
    const [tellStart, tellWhole] = [{ ...starts, span: { ...began, resource } }, { ...saw, span: { ...saw.span, resource } }];
    for (const order of [...permutations([tellStart, ends, exported]), ...permutations([tellWhole, exported]), [exported, tellWhole, exported], [exported, tellWhole, tellWhole, exported]]) {
      const stored = new SpanBatch(), again = new TraceColumns(traceA);
      decodeRows(encodeRows(batchOf(order), { rows: order.map((_, row) => row), logs: [], metrics: [] }), stored);
      appendAll(again, stored);
      again.settle();
      for (const trace of [traceOf(...order), again]) {
        expect(recordOf(trace).resource).toEqual({ 'service.name': 'exporter', 'spanscope.session.id': 's1', 'spanscope.session.name': 'Run agent' });
        expect(recordOf(trace).marks).toEqual([]);
        expect(trace.contents.session).toEqual({ id: 's1', name: 'Run agent' });
      }
    }
  });

  it('keeps how its test ended, whenever that is told', () => {
    const outcome = { type: 'update', witness: true, ...ids, attributes: { 'spanscope.test.status': 'failed' } };
    const tested = { attributes: { model: 'final', tokens: 7, ...place, 'spanscope.test.status': 'failed' }, marks: [] };
    for (const order of [...permutations([starts, ends, outcome, exported]), ...permutations([saw, outcome, exported])]) expect(shown(...order)).toMatchObject(tested);
    for (const order of [...permutations([starts, ends, outcome]), ...permutations([saw, outcome])]) {
      expect(shown(...order)).toMatchObject({ attributes: { model: 'early', 'spanscope.test.status': 'failed' }, marks: [], endUnixNano: end });
    }
  });

  it('keeps what the exporter says of its session itself', () => {
    const own = { ...exported, span: { ...exported.span, service: undefined, resource: { attributes: { 'spanscope.session.id': 'own' } } } };
    const told = { ...saw, span: { ...saw.span, resource: { attributes: { 'spanscope.session.id': 's1', 'spanscope.workspace': 'shop' } } } };
    for (const order of permutations([told, own])) {
      expect(recordOf(traceOf(...order))).toMatchObject({ resource: { 'spanscope.session.id': 'own', 'spanscope.workspace': 'shop' }, marks: [] });
    }
  });

  it('may have been begun by a live exporter, which the witness does not disturb', () => {
    const begin = { type: 'start', span: { ...exported.span, endTimeUnixNano: undefined } };
    for (const order of [[begin, starts, updates, ends, exported], [starts, begin, updates, ends, exported], [begin, exported, starts, ends]]) expect(shown(...order)).toEqual(both);
  });
});

describe('a span that only a witness saw', () => {
  it('is shown from its start, with what came later', () => {
    expect(shown(starts)).toMatchObject({ attributes: { ...place, model: 'early' }, marks: ['open'], service: 'agent' });
    expect(shown(starts, updates, ends)).toMatchObject({ attributes: { ...place, model: 'early', seen: 2 }, events: ['half'], marks: [], status: 'ok', endUnixNano: end });
  });

  it('is lost when the program is killed', () => {
    const trace = traceOf(starts);
    trace.markRunningLost();
    expect(recordOf(trace).marks).toEqual(['open', 'lost']);
    appendAll(trace, batchOf([{ ...starts, span: { ...began, attributes: { ...place, model: 'later' } } }]));
    expect(recordOf(trace)).toMatchObject({ marks: ['open'], attributes: { model: 'later' } });
  });

  it('is no duplicate when the witness tells it anew after its connection broke', () => {
    const anew = { ...starts, span: { ...began, attributes: { ...place, model: 'later' }, events: [{ name: 'half', timeUnixNano: String(base + 40n) }] } };
    expect(shown(starts, updates, anew, ends)).toMatchObject({ events: ['half'], attributes: { model: 'later' }, marks: [] });
    expect(shown(saw, { ...saw, span: { ...saw.span, attributes: {} } }).marks).toEqual([]);
  });
});

describe('messages without a witness', () => {
  it('make duplicates as ever', () => {
    const other = { ...exported, span: { ...exported.span, attributes: { model: 'other' } } };
    expect(shown(exported, other)).toMatchObject({ attributes: { model: 'other' }, marks: ['duplicate'] });
    expect(shown({ ...exported, witness: false }, other).marks).toEqual(['duplicate']);
  });
});
