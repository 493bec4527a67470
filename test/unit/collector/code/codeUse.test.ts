import { afterEach, describe, expect, it } from 'vitest';
import { CodeUses } from '../../../../src/collector/code/codeUse.ts';
import { packSummary, parseSummary } from '../../../../src/collector/store/summaries.ts';
import { TraceStore } from '../../../../src/collector/store/traceStore.ts';
import { live } from '../../../../src/formats/live.ts';
import { traceKeyOf } from '../../../../src/model/traceKey.ts';
import type { FileTraces } from '../../../../src/collector/code/codeTraces.ts';
import type { CodePauses, CodePlace, CodeUse, CodeUseAnswer, NamedPlace } from '../../../../src/protocol/codeUse.ts';
import { decoded, utf8 } from '../../formats/batches.ts';
import { makeDirectory, openStore, removeDirectories } from '../store/storeSupport.ts';

const second = 1_000_000_000;
const t0 = 1_790_000_000;
const stores: TraceStore[] = [];
afterEach(() => {
  for (const store of stores.splice(0)) store.close();
  removeDirectories();
});

interface Drawn {
  readonly trace?: string;
  readonly id: string;
  readonly parent?: string;
  readonly line?: number;
  /** Seconds after the beginning. */
  readonly at?: number;
  readonly seconds?: number;
  readonly failed?: string;
  readonly name?: string;
  readonly attributes?: Record<string, unknown>;
  readonly resource?: Record<string, unknown>;
}

const newStore = (changed: (traceId: string) => void): TraceStore => {
  const store = new TraceStore({ memoryBytes: 1e8, databaseBytes: 1e8, retentionDays: 0 }, { changed, removed: () => undefined, log: () => undefined });
  stores.push(store);
  return store;
};

async function sendTo(store: TraceStore, messages: readonly object[]): Promise<void> {
  const text = JSON.stringify(messages);
  await store.append(decoded(live, text), { format: 'live', signal: 'traces', bytes: utf8(text) });
}

/** A live message of a whole span. */
function message({ trace = 't', id, parent, line, at = 0, seconds = 1, failed, name = `span ${id}`, attributes = {}, resource = {} }: Drawn): object {
  const place = line === undefined ? {} : { 'spanscope.source.file': '/w/agent.py', 'spanscope.source.line': line, 'spanscope.source.function': `f${Math.floor(line / 10)}` };
  const start = (t0 + at) * 1000;
  return {
    type: 'span', span: {
      traceId: trace, spanId: id, ...(parent === undefined ? {} : { parentSpanId: parent }), name,
      startTimeUnixNano: `${start}000000`, endTimeUnixNano: `${start + seconds * 1000}000000`, attributes: { ...place, ...attributes },
      resource: { attributes: { 'service.name': 'agent', ...resource } },
      ...(failed === undefined ? {} : { status: { code: 'error', message: failed }, events: [{ name: 'exception', timeUnixNano: `${start}000000`, attributes: { 'exception.type': 'ValueError', 'exception.message': failed } }] }),
    },
  };
}

/** A store in memory and the questions to it. */
class Workbench {
  readonly store: TraceStore;
  readonly uses: CodeUses;
  answer: CodeUseAnswer = { epoch: 0, places: [], uses: [], isPartial: false, tooLarge: [] };
  lines = new Map<number | undefined, number>();
  pauses: CodePauses[] = [];
  files: FileTraces[] = [];
  named: NamedPlace[] = [];

  constructor(store?: TraceStore) {
    this.store = store ?? newStore((traceId) => this.uses.changed(traceId));
    if (store !== undefined) stores.push(store);
    this.uses = new CodeUses(this.store, () => this.files);
  }

  send(...messages: object[]): Promise<void> { return sendTo(this.store, messages); }

  /** Opens a file with these spans. */
  async open(source: string, ...messages: object[]): Promise<void> {
    const store = newStore((traceId) => this.uses.changed(traceKeyOf(source, traceId)));
    this.files.push({ source, name: `${source}.json`, store });
    await sendTo(store, messages);
  }

  /** Figures of groups of lines. */
  async of(...groups: number[][]): Promise<(CodeUse | undefined)[]> {
    const ask = async (): Promise<void> => {
      const ids = groups.map((lines) => lines.flatMap((line) => this.lines.get(line) ?? []));
      const before = this.answer.epoch;
      this.answer = await this.uses.use({ epoch: before, known: this.lines.size + this.named.length, groups: ids, pauses: this.pauses });
      if (this.answer.epoch !== before) [this.lines, this.named] = [new Map(), []];
      for (const place of this.answer.places) {
        if ('path' in place) this.lines.set(place.line, place.id); else this.named.push(place);
      }
    };
    await ask();
    while (this.answer.isPartial) await ask();
    await ask();
    return [...this.answer.uses];
  }
}

describe('what spans did in code', () => {
  it('adds up the spans of a place over runs, and those of the newest run by themselves', async () => {
    const bench = new Workbench();
    await bench.send(...[1, 2, 3, 4].map((n) => message({ trace: 'old', id: `a${n}`, line: 12, at: n, seconds: n })));
    await bench.send(message({ trace: 'new', id: 'b', line: 12, at: 100, seconds: 10, failed: 'no' }));
    const [use] = await bench.of([12]);
    expect(use).toMatchObject({ runs: 2, isLatest: true, since: (t0 + 100) * 1000, all: { spans: 5, calls: 5, errors: 1, lastNs: 10 * second, medianNs: 3 * second, p95Ns: 10 * second }, run: { spans: 1, errors: 1, failedCalls: 1, totalNs: 10 * second } });
  });

  it('takes a span within a call of the same places for a part of it', async () => {
    const bench = new Workbench();
    const figures = { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 100, 'gen_ai.usage.output_tokens': 10 };
    await bench.send(
      message({ id: 'a', line: 12, seconds: 9, failed: 'broken', attributes: figures }), message({ id: 'm', parent: 'a' }),
      message({ id: 'b', parent: 'm', line: 12, at: 1, seconds: 3, failed: 'broken', attributes: figures }), message({ id: 'c', parent: 'm', line: 13, at: 5 }),
    );
    const [line, both] = await bench.of([12], [12, 13]);
    expect(line?.run).toMatchObject({ spans: 2, calls: 1, errors: 1, failedCalls: 1, totalNs: 9 * second, lastNs: 9 * second, inputTokens: 100, outputTokens: 10, costUsd: NaN });
    expect(both?.run).toMatchObject({ spans: 3, calls: 1, totalNs: 9 * second });
  });

  it('counts all traces of a debug session as one run', async () => {
    const bench = new Workbench(), resource = { 'spanscope.session.id': 's1', 'spanscope.session.name': 'agent.py' };
    await bench.send(...['x', 'y'].map((trace, at) => message({ trace, id: 'a', line: 12, at, resource })));
    expect((await bench.of([12]))[0]).toMatchObject({ runs: 1, run: { spans: 2 } });
  });

  it('knows the lines that the newest run of a program did not come to', async () => {
    const bench = new Workbench(), run = (id: string): Record<string, unknown> => ({ 'spanscope.session.id': id, 'spanscope.session.name': 'agent.py' });
    await bench.send(message({ trace: 'x', id: 'a', line: 12, resource: run('s1') }), message({ trace: 'x', id: 'b', line: 13, resource: run('s1') }));
    await bench.send(message({ trace: 'y', id: 'a', line: 12, at: 9, resource: run('s2') }));
    expect((await bench.of([12], [13])).map((use) => use?.isLatest)).toEqual([true, false]);
  });

  it('leaves out the time in which the programs of a session stood in the debugger', async () => {
    const bench = new Workbench(), at = (seconds: number): number => (t0 + seconds) * 1000;
    await bench.send(message({ id: 'a', line: 12, at: 1, seconds: 9, resource: { 'spanscope.session.id': 's1' } }), message({ trace: 'other', id: 'a', line: 13, at: 1, seconds: 9 }));
    bench.pauses = [{ session: 's1', pauses: [[at(-5), at(2)], [at(4), at(7)], [at(60)]] }];
    const [stood, ran] = await bench.of([12], [13]);
    expect([stood?.run.lastNs, ran?.run.lastNs]).toEqual([5 * second, 9 * second]);
    const [span] = await bench.uses.spans({ epoch: bench.answer.epoch, places: [bench.lines.get(12) ?? -1], limit: 1, pauses: bench.pauses });
    expect(span?.durationNs).toBe(5 * second);
  });

  it('follows spans that begin, learn their place and end', async () => {
    const bench = new Workbench();
    const begin = { type: 'start', span: { traceId: 't', spanId: 'a', name: 'work', startTimeUnixNano: `${t0}000000000` } };
    await bench.send(begin, message({ id: 'other', line: 30 }));
    expect((await bench.of([12]))[0]).toBeUndefined();
    await bench.send({ type: 'update', traceId: 't', spanId: 'a', attributes: { 'code.file.path': 'agent.py', 'code.line.number': 12 } });
    expect((await bench.of([12]))[0]?.run).toMatchObject({ calls: 1, running: 1, lastNs: NaN, totalNs: 0 });
    await bench.send({ type: 'end', traceId: 't', spanId: 'a', endTimeUnixNano: `${t0 + 2}000000000` });
    expect((await bench.of([12]))[0]?.run).toMatchObject({ calls: 1, running: 0, lastNs: 2 * second });
  });

  it('reads stored traces without keeping them in memory', async () => {
    const directory = makeDirectory();
    const before = new Workbench((await openStore(directory)).store);
    await before.send(message({ id: 'a', line: 12, resource: { 'process.working_directory': '/app' } }));
    before.store.close();
    const bench = new Workbench((await openStore(directory)).store);
    expect((await bench.of([12]))[0]?.all).toMatchObject({ spans: 1 });
    expect(bench.answer.epoch).toBeGreaterThan(0);
    expect(await bench.uses.spans({ epoch: bench.answer.epoch, places: [0], limit: 5, withContent: true })).toMatchObject([{ spanId: 'a', label: 'span a', durationNs: second }]);
    expect(bench.store.memory.size).toBe(0);
    const { places } = await bench.uses.use({ epoch: 0, known: 0, groups: [] });
    expect(places).toEqual([{ id: 0, path: '/w/agent.py', line: 12, functionName: 'f1', folders: ['/app'] }]);
  });

  it('numbers places anew after everything was deleted', async () => {
    const bench = new Workbench();
    await bench.send(message({ id: 'a', line: 12 }));
    await bench.of([12]);
    const { epoch } = bench.answer;
    bench.store.clear();
    expect((await bench.of([12]))[0]).toBeUndefined();
    expect(bench.answer.epoch).not.toBe(epoch);
    expect(await bench.uses.spans({ epoch, places: [0], limit: 5 })).toEqual([]);
  });

  it('gives the newest spans of places, with short texts of what went in and came out', async () => {
    const bench = new Workbench();
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search', 'gen_ai.tool.call.arguments': '{"q":"x"}', 'gen_ai.tool.call.result': 'y'.repeat(5000) };
    await bench.send(message({ id: 'a', line: 12, at: 1 }), message({ id: 'b', line: 12, at: 3, attributes: tool }), message({ id: 'c', line: 12, at: 2, failed: 'no luck' }));
    await bench.of([12]);
    const asked = { epoch: bench.answer.epoch, places: [bench.lines.get(12) ?? -1], limit: 2, withContent: true };
    const [newest, next] = await bench.uses.spans(asked);
    expect(newest).toMatchObject({ spanId: 'b', label: 'search', role: 'tool', isFailed: false, content: { input: '{"q":"x"}' } });
    expect(newest?.content?.output).toHaveLength(401);
    expect(next).toMatchObject({ spanId: 'c', isFailed: true, content: { problem: 'ValueError: no luck' } });
    expect((await bench.uses.spans({ ...asked, failed: true })).map(({ spanId }) => spanId)).toEqual(['c']);
  });

  it('gives the last messages of a model call', async () => {
    const bench = new Workbench();
    const said = (role: string, content: string): object => ({ role, parts: [{ type: 'text', content }] });
    const chat = { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.input.messages': JSON.stringify([said('system', 'be brief'), said('user', 'how far?')]), 'gen_ai.output.messages': JSON.stringify([said('assistant', 'far')]) };
    await bench.send(message({ id: 'a', line: 12, attributes: chat }));
    await bench.of([12]);
    expect(await bench.uses.spans({ epoch: bench.answer.epoch, places: [0], limit: 1, withContent: true })).toMatchObject([{ label: 'm', role: 'llm', content: { input: 'how far?', output: 'far' } }]);
  });

  it('tells a failure where it came from, for the newest run of each program', async () => {
    const bench = new Workbench();
    const run = (trace: string, at: number, failed?: string): object[] => [
      message({ trace, id: 'root', line: 10, at, ...(failed === undefined ? {} : { failed }) }), message({ trace, id: 'mid', parent: 'root', line: 20, at, ...(failed === undefined ? {} : { failed }) }),
      message({ trace, id: 'deep', parent: 'mid', at, ...(failed === undefined ? {} : { failed }) }),
    ];
    await bench.send(...run('one', 0, 'first'));
    await bench.send(...run('two', 100, 'second'));
    expect(await bench.uses.failures()).toMatchObject([{ traceId: 'two', spanId: 'deep', place: { line: 20 }, problem: 'ValueError: second', chain: ['span root', 'span mid', 'span deep'] }]);
    await bench.send(...run('three', 200));
    expect(await bench.uses.failures()).toEqual([]);
  });

  it('takes hostile places as they are and loses no span over them', async () => {
    const bench = new Workbench();
    const wrong = [{ 'code.file.path': '__proto__', 'code.line.number': 'x' }, { 'code.file.path': 5 }, { 'code.file.path': 'y'.repeat(10_000) }, { 'spanscope.source.file': '', 'code.filepath': 'z.py', 'code.lineno': -3 }];
    await bench.send(...wrong.map((attributes, i) => message({ id: `s${i}`, attributes })), message({ id: 'right', line: 12 }));
    expect((await bench.of([12]))[0]?.all).toMatchObject({ spans: 1 });
    const { places } = await bench.uses.use({ epoch: 0, known: 0, groups: [] });
    expect(places.filter((place): place is CodePlace => 'path' in place).map(({ path }) => path)).toEqual(['__proto__', 'z.py', '/w/agent.py']);
  });
});

describe('what spans of opened files did in code', () => {
  const at = (seconds: number): object => ({ since: (t0 + seconds) * 1000 });

  it('counts beside that of the runs here, and says which file it is from', async () => {
    const bench = new Workbench();
    await bench.send(message({ trace: 'here', id: 'a', line: 12, at: 50, seconds: 2 }), message({ trace: 'here', id: 'b', line: 13, at: 50 }));
    await bench.open('prod', message({ trace: 'old', id: 'a', line: 12, at: 1 }), message({ trace: 'new', id: 'a', line: 12, at: 90, seconds: 7 }), message({ trace: 'new', id: 'c', line: 14, at: 90 }));
    const [both, here, there] = await bench.of([12], [13], [14]);
    expect(both).toMatchObject({ runs: 3, fileRuns: 2, files: ['prod.json'], file: 'prod.json', all: { spans: 3 }, run: { lastNs: 7 * second }, isLatest: true, ...at(90) });
    expect(here).toMatchObject({ runs: 1, fileRuns: 0, files: [], isLatest: true });
    expect(here).not.toHaveProperty('file');
    expect(there).toMatchObject({ runs: 1, fileRuns: 1, file: 'prod.json', isLatest: true });
    const spans = await bench.uses.spans({ epoch: bench.answer.epoch, places: [bench.lines.get(12) ?? -1], limit: 5 });
    expect(spans.map(({ traceId, file }) => [traceId, file])).toEqual([['file:prod/new', 'prod.json'], ['here', undefined], ['file:prod/old', 'prod.json']]);
  });

  it('is gone with the file, and there once where the same trace was received', async () => {
    const bench = new Workbench();
    await bench.send(message({ id: 'a', line: 12 }));
    await bench.open('copy', message({ id: 'a', line: 12 }));
    await bench.open('other', message({ trace: 'o', id: 'a', line: 12 }), message({ trace: 'o', id: 'b', line: 20 }));
    expect((await bench.of([12], [20])).map((use) => use?.all.spans)).toEqual([2, 1]);
    bench.files = [];
    expect((await bench.of([12], [20])).map((use) => use?.all.spans)).toEqual([1, undefined]);
  });

  it('hides no line of the newest run of a program here, whatever the file calls its own', async () => {
    const bench = new Workbench(), run = (id: string): Record<string, unknown> => ({ 'spanscope.session.id': id, 'spanscope.session.name': 'agent.py' });
    await bench.send(message({ trace: 'x', id: 'a', line: 12, at: 1, resource: run('s1') }));
    await bench.open('later', message({ trace: 'y', id: 'a', line: 13, at: 9, resource: run('s2') }));
    expect((await bench.of([12], [13])).map((use) => use?.isLatest)).toEqual([true, true]);
  });

  it('adds nothing to the problems, which are those of programs that run here', async () => {
    const bench = new Workbench();
    await bench.open('prod', message({ id: 'a', line: 12, failed: 'long ago' }));
    expect((await bench.of([12]))[0]?.all.errors).toBe(1);
    expect(await bench.uses.failures()).toEqual([]);
  });
});

describe('what has too many spans to be looked at', () => {
  /** A store whose traces say that they are so large, and which are on the disk alone. */
  function enlarged(store: TraceStore, spanCount: number, isInMemory: boolean): TraceStore {
    return Object.create(store, {
      newestFirst: { value: () => store.newestFirst().map((each) => ({ ...each, packed: packSummary({ ...parseSummary(each.traceId, each.packed), spanCount }) })) },
      ...(isInMemory ? {} : { memory: { value: { get: () => undefined } } }),
    }) as TraceStore;
  }

  it('is named, beside what is shown of the others', async () => {
    const bench = new Workbench();
    await bench.send(message({ trace: 'here', id: 'a', line: 12 }));
    for (const source of ['production', 'night']) await bench.open(source, message({ trace: source, id: 'a', line: 13, name: 'nightly' }));
    const [production, night] = bench.files as [FileTraces, FileTraces];
    bench.files = [{ ...production, store: enlarged(production.store, 1_000_001, true) }, night];
    expect((await bench.of([12], [13])).map((use) => use?.all.spans)).toEqual([1, 1]);
    expect(bench.answer.tooLarge).toEqual(['production.json']);
    bench.files = [{ ...production, store: enlarged(production.store, 1_000_000, true) }];
    expect([(await bench.of([13])).map((use) => use?.all.spans), bench.answer.tooLarge]).toEqual([[1], []]);
  });

  it('is a trace on the disk by its name', async () => {
    const stored = newStore(() => undefined);
    await sendTo(stored, [message({ trace: 'large', id: 'a', line: 12, name: 'nightly' })]);
    const uses = new CodeUses(enlarged(stored, 60_000, false), () => []), question = { epoch: 0, known: 0, groups: [] };
    expect((await uses.use(question)).tooLarge).toEqual(['nightly']);
    expect((await new CodeUses(enlarged(stored, 60_000, true), () => []).use(question)).tooLarge).toEqual([]);
  });
});

describe('spans that record no place', () => {
  const namesOf = ({ names }: NamedPlace): string[] => names.map(({ kind, qualifiers, name }) => `${kind} ${[...qualifiers, name].join('.')}`);

  it('are told by what they are called, once each', async () => {
    const bench = new Workbench();
    const tool = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' }, agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'Planner' };
    await bench.send(
      ...[1, 2, 3].map((n) => message({ id: `t${n}`, name: 'execute_tool search', at: n, attributes: tool })), message({ id: 'a', name: 'invoke_agent Planner', attributes: agent }),
      message({ id: 'p', name: 'plan' }), message({ id: 'g', name: 'GET' }), message({ id: 'j', name: 'work', attributes: { 'code.namespace': 'shop.Cart', 'code.function': 'add' } }), message({ id: 'l', line: 12, name: 'plan' }),
    );
    await bench.of([12]);
    expect(bench.named.map(namesOf)).toEqual([
      ['function shop.Cart.add'], ['spanName execute_tool search', 'tool search'], ['spanName invoke_agent Planner', 'agent Planner'], ['spanName plan', 'function plan'], ['spanName GET'],
    ]);
    const id = bench.named.find((place) => namesOf(place).includes('tool search'))?.id ?? -1;
    const { uses } = await bench.uses.use({ epoch: bench.answer.epoch, known: 0, groups: [[id]] });
    expect(uses[0]?.all).toMatchObject({ spans: 3, calls: 3, lastNs: second });
  });

  it('are those that have not told their place yet', async () => {
    const bench = new Workbench();
    await bench.send({ type: 'start', span: { traceId: 't', spanId: 'a', name: 'work', startTimeUnixNano: `${t0}000000000` } });
    await bench.of([12]);
    const [named] = bench.named;
    await bench.send({ type: 'update', traceId: 't', spanId: 'a', attributes: { 'code.file.path': 'agent.py', 'code.line.number': 12 } });
    expect((await bench.of([12]))[0]?.all.spans).toBe(1);
    expect((await bench.uses.use({ epoch: bench.answer.epoch, known: 0, groups: [[named?.id ?? -1]] })).uses).toEqual([undefined]);
  });

  it('leave a failure at the nearest place that is recorded', async () => {
    const bench = new Workbench();
    await bench.send(message({ id: 'root', line: 10, failed: 'no' }), message({ id: 'deep', parent: 'root', failed: 'no' }));
    expect(await bench.uses.failures()).toMatchObject([{ spanId: 'deep', place: { line: 10 } }]);
  });

  it('are not told without end, whatever they are called', async () => {
    const bench = new Workbench();
    await bench.send(...Array.from({ length: 6000 }, (_, i) => message({ id: `s${i}`, name: `GET /users/${i}` })), message({ id: 'right', line: 12 }));
    expect((await bench.of([12]))[0]?.all.spans).toBe(1);
    expect(bench.named.length).toBe(5000);
  });
});
