import { afterEach, describe, expect, it } from 'vitest';
import { PauseKeeper } from '../../../../src/collector/pauses/pauseKeeper.ts';
import { pausesIn } from '../../../../src/collector/pauses/recordedPauses.ts';
import { rowsInOrder, spanRecordOf } from '../../../../src/collector/store/spanRecords.ts';
import { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import { live } from '../../../../src/formats/live.ts';
import type { SpanRecord } from '../../../../src/model/records.ts';
import { pausedKey } from '../../../../src/model/recordedPauses.ts';
import type { ProcessPauses } from '../../../../src/protocol/pauses.ts';
import { exportSpans } from '../../../../src/collector/traceExport.ts';
import { formatById } from '../../../../src/formats/registry.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { decoded, lenient, utf8 } from '../../formats/batches.ts';
import { arrive, makeDirectory, openStore, removeDirectories } from '../store/storeSupport.ts';

const t0 = Date.UTC(2026, 10, 20, 10);
const at = (seconds: number): number => t0 + seconds * 1000;
const nano = (seconds: number): string => `${at(seconds)}000000`;
const iso = (from: number, to: number): string => [from, to].map((seconds) => new Date(at(seconds)).toISOString()).join('/');
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  removeDirectories();
});

interface Drawn { readonly trace?: string; readonly id: string; readonly parent?: string; readonly from?: number; readonly to?: number; readonly service?: string; readonly session?: string; readonly pid?: number; /** As the hook tells it. */ readonly own?: number; readonly witness?: boolean }

/** A whole span, or the begin of one that has no end. */
function span({ trace = 't', id, parent, from = 0, to, service = 'agent', session = 's1', pid, own, witness = false }: Drawn): object {
  const attributes = { 'service.name': service, 'spanscope.session.id': session, ...(pid === undefined ? {} : { 'process.pid': pid }) };
  return {
    type: to === undefined ? 'start' : 'span', witness,
    span: { traceId: trace, spanId: id, ...(parent === undefined ? {} : { parentSpanId: parent }), name: id, startTimeUnixNano: nano(from), ...(to === undefined ? {} : { endTimeUnixNano: nano(to) }), resource: { attributes }, attributes: own === undefined ? {} : { 'spanscope.process.pid': own } },
  };
}

class Bench {
  readonly store: TraceStore;
  readonly keeper: PauseKeeper;

  constructor(store?: TraceStore) {
    this.store = store ?? new TraceStore({ memoryBytes: 1e8, databaseBytes: 1e8, retentionDays: 0 }, { changed: (traceId) => this.keeper.changed(traceId), removed: () => undefined, log: () => undefined });
    this.keeper = new PauseKeeper(this.store, 0);
    closing.push(() => { this.keeper.close(); this.store.close(); });
  }

  async send(...messages: object[]): Promise<void> {
    const text = JSON.stringify(messages);
    await this.store.append(decoded(live, text), { format: 'live', signal: 'traces', bytes: utf8(text) });
  }

  note(...processes: ProcessPauses[]): void { this.keeper.note({ session: 's1', processes }); }

  spans(trace = 't'): SpanRecord[] {
    const columns = this.store.trace(trace);
    columns?.settle();
    return columns === undefined ? [] : rowsInOrder(columns).map((row) => spanRecordOf(columns, row));
  }

  /** What spans say of pauses, by their ids. */
  said(trace = 't'): Record<string, unknown> {
    return Object.fromEntries(this.spans(trace).flatMap(({ spanId, attributes }) => (attributes[pausedKey] === undefined ? [] : [[spanId, attributes[pausedKey]]])));
  }
}

describe('when programs stood in the debugger', () => {
  it('is said by the topmost span of their traces, as far as it was in their time', async () => {
    const bench = new Bench();
    await bench.send(span({ id: 'root', from: 0, to: 20 }), span({ id: 'child', parent: 'root', from: 1, to: 19 }), span({ trace: 'other', id: 'o', from: 0, to: 20, session: 's2' }));
    bench.note({ pauses: [[at(-60), at(-50)], [at(2), at(5)], [at(18), at(30)], [at(40), at(50)]] });
    expect(bench.said()).toEqual({ root: `${iso(2, 5)} ${iso(18, 30)}` });
    expect(bench.said('other')).toEqual({});
    expect(bench.spans().flatMap(({ marks }) => marks)).toEqual([]);
  });

  it('grows while a span goes on, and stays when its program tells the span again', async () => {
    const bench = new Bench();
    await bench.send(span({ id: 'root', witness: true }));
    bench.note({ pauses: [[at(2), at(5)]] });
    bench.note({ pauses: [[at(2), at(5)], [at(6), at(8)]] });
    expect(bench.said()).toEqual({ root: `${iso(2, 5)} ${iso(6, 8)}` });
    await bench.send(span({ id: 'root', to: 10 }));
    expect(bench.said()).toEqual({ root: `${iso(2, 5)} ${iso(6, 8)}` });
    await bench.send(span({ id: 'root', to: 10 }));
    expect(bench.spans()).toMatchObject([{ spanId: 'root', marks: [], endUnixNano: nano(10) }]);
  });

  it('is written once: the same told again changes nothing', async () => {
    const bench = new Bench();
    await bench.send(span({ id: 'root', to: 10 }));
    bench.note({ pauses: [[at(2), at(5)]] });
    const before = bench.store.trace('t')?.revision;
    bench.note({ pauses: [[at(2), at(5)]] }, { pid: 7, pauses: [[at(3), at(4)]] });
    expect(bench.store.trace('t')?.revision).toBe(before);
  });

  it('is said by each process where the spans tell theirs, and by a root of the trace otherwise', async () => {
    const bench = new Bench();
    await bench.send(
      span({ id: 'client', service: 'client', pid: 1, to: 20 }), span({ id: 'call', parent: 'client', service: 'client', pid: 1, from: 1, to: 19 }),
      span({ id: 'server', parent: 'call', service: 'server', pid: 2, from: 2, to: 18 }),
    );
    bench.note({ pid: 2, pauses: [[at(4), at(6)]] }, { pid: 1, pauses: [[at(5), at(7)]] }, { pid: 3, pauses: [[at(10), at(11)]] }, { pauses: [] });
    expect(bench.said()).toEqual({ client: `${iso(5, 7)} ${iso(10, 11)}`, server: iso(4, 6) });
    const trace = bench.store.trace('t');
    expect(trace && pausesIn(trace)).toEqual([[at(4), at(7)], [at(10), at(11)]]);
  });

  it('is said by the process that stood, which hooks tell also of processes of one service', async () => {
    const bench = new Bench();
    await bench.send(
      span({ id: 'main', own: 1, to: 20, witness: true }), span({ id: 'step', parent: 'main', to: 19, witness: true }),
      span({ id: 'forked', parent: 'step', own: 2, to: 18, witness: true }), span({ id: 'within', parent: 'forked', own: 2, to: 17, witness: true }),
    );
    bench.note({ pid: 2, pauses: [[at(4), at(6)]] }, { pid: 1, pauses: [[at(8), at(9)]] });
    const said = { main: iso(8, 9), forked: iso(4, 6) };
    expect(bench.said()).toEqual(said);
    // Their exporters, whose resources say nothing of processes.
    await bench.send(...['main', 'step', 'forked', 'within'].map((id, i, ids) => span({ id, ...(i === 0 ? {} : { parent: ids[i - 1] as string }), to: 20 - i })));
    expect(bench.said()).toEqual(said);
    const trace = bench.store.trace('t');
    expect(trace && pausesIn(trace)).toEqual([[at(4), at(6)], [at(8), at(9)]]);
  });

  it('is said by spans that come after it', async () => {
    const bench = new Bench();
    bench.note({ pauses: [[at(2), at(5)]] });
    await bench.send(span({ id: 'root', to: 10 }));
    await expect.poll(() => bench.said()).toEqual({ root: iso(2, 5) });
  });

  it('is there in the next window, and deleted with the trace', async () => {
    const directory = makeDirectory();
    const before = new Bench((await openStore(directory)).store);
    await before.send(span({ id: 'root', to: 10 }));
    before.note({ pauses: [[at(2), at(5)]] });
    before.store.close();
    const bench = new Bench((await openStore(directory)).store);
    expect(bench.said()).toEqual({ root: iso(2, 5) });
    bench.store.delete(['t']);
    bench.note({ pauses: [[at(2), at(5)]] });
    expect(bench.spans()).toEqual([]);
  });

  it('is no sign of life: a program that was stopped where it stood is over, in the next window too', async () => {
    const directory = makeDirectory();
    const before = new Bench((await openStore(directory)).store), root = { traceId: 't', spanId: 'root' };
    await before.send(span({ id: 'root' }), span({ id: 'child', parent: 'root', from: 1, to: 2 }));
    before.store.connectionEnded([{ ...root, heardUntil: BigInt(nano(6)) }]);
    const over = before.store.summaryOf('t');
    before.note({ pauses: [[at(3), at(6)]] });
    const expected = [{ spanId: 'root', marks: ['open', 'lost'], attributes: { [pausedKey]: iso(3, 6) } }, { spanId: 'child', marks: [] }];
    expect(before.spans()).toMatchObject(expected);
    expect(before.store.summaryOf('t')).toEqual(over);
    before.store.close();
    const after = new Bench((await openStore(directory)).store);
    expect(after.spans()).toMatchObject(expected);
    expect(after.store.summaryOf('t')).toEqual(over);
    expect(over?.openCount).toBe(0);
  });

  it('takes spans whose ids are any text', async () => {
    const bench = new Bench();
    await bench.send(span({ id: '"odd"\n{}', to: 10 }));
    bench.note({ pauses: [[at(2), at(5)]] });
    expect(bench.said()).toEqual({ '"odd"\n{}': iso(2, 5) });
  });

  it.each(['otlp-json', 'otlp-json-lines', 'otlp-protobuf', 'jaeger-json', 'zipkin-json', 'chrome-trace', 'tutorial-json'])('goes with a trace to %s and comes back, with secrets masked too', async (format) => {
    const bench = new Bench(), ids = { trace: 'a'.repeat(32), id: 'b'.repeat(16) };
    await bench.send(span({ ...ids, to: 10 }), span({ ...ids, id: 'c'.repeat(16), parent: ids.id, from: 1, to: 9 }));
    bench.note({ pauses: [[at(2), at(5)], [at(6), at(8)]] });
    const { bytes } = await exportSpans(bench.store, { traceIds: [ids.trace], format, redaction: { content: 'mask', secrets: true } }, undefined);
    const { store } = await openStore(undefined), batch = new SpanBatch();
    closing.push(() => store.close());
    formatById(format)?.decode(new Uint8Array(bytes), batch, lenient);
    await arrive(store, batch);
    const [entry] = store.newestFirst(), trace = store.trace(entry?.traceId ?? '');
    expect(trace && pausesIn(trace)).toEqual([[at(2), at(5)], [at(6), at(8)]]);
  });
});
