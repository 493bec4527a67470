import type { CodeProblem, CodeSpan, CodeSpansQuestion, CodeUseAnswer, CodeUseQuestion } from '../../protocol/codeUse.ts';
import { spanRecordOf } from '../store/spanRecords.ts';
import type { TraceColumns } from '../store/traceColumns.ts';
import type { TraceStore } from '../store/traceStore.ts';
import { Turns } from '../traceSearch.ts';
import { CodeTraces } from './codeTraces.ts';
import type { CodeTrace, FileTraces } from './codeTraces.ts';
import { FigureSums } from './figures.ts';
import { failed, placedSpansOf } from './placedSpans.ts';
import type { FailedRow, PlacedSpans } from './placedSpans.ts';
import { PausedSpans } from './pausedSpans.ts';
import { PlaceScan } from './placeScan.ts';
import { PlaceTable } from './placeTable.ts';
import { chainOf, codeSpanOf, problemOf } from './spanTexts.ts';

/** Stored traces that are longer are not read for this. */
const mostStoredSpans = 50_000;
/** New rows are read so long for one question. */
const scanMs = 100;
/** Nobody has asked for long when so many traces have changed. */
const mostStale = 10_000;
/** A part of a trace is gone through again when so much more of it was read. */
const leastGrowth = 1.5;
const mostGroups = 5_000, mostListed = 500, mostProblems = 100, mostNamed = 20;

/** Reading it from the disk would take too long. */
const isTooLarge = ({ store, summary: { traceId, spanCount } }: CodeTrace): boolean => spanCount > mostStoredSpans && store.memory.get(traceId) === undefined;

/**
 * What the spans of the newest runs, and of opened files, did at which places in code. Works only when it is asked: it then reads what has come
 * since, in turns with whatever else the thread does, and keeps few numbers a span.
 */
export class CodeUses {
  private readonly traces: CodeTraces;
  private readonly table = new PlaceTable();
  /** By the keys of traces. */
  private readonly kept = new Map<string, PlacedSpans>();
  private readonly stale = new Set<string>();
  private scans = new WeakMap<TraceColumns, PlaceScan>();
  private problems = new WeakMap<PlacedSpans, readonly CodeProblem[]>();
  private turn: Promise<unknown> = Promise.resolve();
  /** Names of what the last look passed over. */
  private tooLarge: readonly string[] = [];

  constructor(received: TraceStore, files: () => readonly FileTraces[]) { this.traces = new CodeTraces(received, files); }

  /** Something came for the trace with this key. */
  changed(key: string): void {
    this.stale.add(key);
    if (this.stale.size <= mostStale) return;
    this.stale.clear();
    this.kept.clear();
  }

  use({ epoch, known, groups, pauses = [] }: CodeUseQuestion): Promise<CodeUseAnswer> {
    return this.inTurn(async (turns) => {
      const isPartial = await this.refresh(turns), isSame = epoch === this.table.epoch;
      const sums = new FigureSums(isSame ? groups.slice(0, mostGroups) : []);
      const paused = new PausedSpans(pauses);
      for (const spans of this.kept.values()) await sums.add(paused.without(spans), turns);
      const found = sums.result();
      return { epoch: this.table.epoch, places: this.table.places.slice(isSame ? known : 0), uses: groups.map((_, i) => found[i]), isPartial, tooLarge: this.tooLarge };
    });
  }

  spans({ epoch, places, limit, pauses = [], failed: onlyFailed = false, withContent = false }: CodeSpansQuestion): Promise<CodeSpan[]> {
    return this.inTurn(async (turns) => {
      await this.refresh(turns);
      if (epoch !== this.table.epoch) return [];
      const wanted = new Set(places), found: { spans: PlacedSpans; i: number; start: number }[] = [];
      const paused = new PausedSpans(pauses);
      for (const kept of this.kept.values()) {
        const spans = paused.without(kept);
        for (let i = 0; i < spans.count; i++) {
          if (!wanted.has(spans.place[i] as number) || (onlyFailed && ((spans.state[i] as number) & failed) === 0)) continue;
          found.push({ spans, i, start: spans.start[i] as number });
        }
      }
      const newest = found.sort((a, b) => b.start - a.start).slice(0, Math.min(limit, mostListed));
      const traces = new Map([...new Set(newest.map(({ spans }) => spans.key))].map((key) => [key, this.traces.read(key)]));
      return newest.flatMap(({ spans, i }) => {
        const trace = traces.get(spans.key);
        return trace === undefined ? [] : [codeSpanOf(trace, spans, i, withContent)];
      });
    });
  }

  failures(): Promise<CodeProblem[]> {
    return this.inTurn(async (turns) => {
      await this.refresh(turns);
      const newestRun = new Map<string, string>(), found: CodeProblem[] = [];
      for (const spans of [...this.kept.values()].filter(({ file }) => file === undefined)) {
        const run = newestRun.get(spans.program) ?? spans.run;
        newestRun.set(spans.program, run);
        if (run === spans.run && found.length < mostProblems) found.push(...this.problemsOf(spans));
        await turns.next();
      }
      return found.sort((a, b) => b.start - a.start).slice(0, mostProblems);
    });
  }

  /** What is kept is in the order of the traces, the newest first. True when there is more to be read. */
  private async refresh(turns: Turns): Promise<boolean> {
    const end = performance.now() + scanMs, before = new Map(this.kept), { traces, tooLarge } = this.traces.newestFirst(), passed = [...tooLarge];
    let isPartial = false;
    if (traces.length === 0) this.forget();
    this.kept.clear();
    for (const each of traces) {
      const { key } = each, known = before.get(key);
      if (known !== undefined) this.kept.set(key, known);
      if (known !== undefined && !this.stale.has(key)) continue;
      if (isTooLarge(each)) {
        if (known === undefined) passed.push(each.file ?? each.summary.label);
        continue;
      }
      if (performance.now() > end) { isPartial = true; continue; }
      this.stale.delete(key);
      if (await this.scan(each, turns, end)) continue;
      isPartial = true;
      this.stale.add(key);
    }
    for (const key of this.stale) if (!this.kept.has(key)) this.stale.delete(key);
    this.tooLarge = [...new Set(passed)].slice(0, mostNamed);
    return isPartial;
  }

  /** False when the time was over before all of a trace was read. */
  private async scan({ key, source, file, store, summary }: CodeTrace, turns: Turns, end: number): Promise<boolean> {
    const trace = store.memory.get(summary.traceId) ?? this.traces.read(key);
    if (trace === undefined) return true;
    const scan = this.scanOf(trace), isRead = await scan.run(trace, this.table, turns, end), known = this.kept.get(key);
    // Of a large trace that is still being read, what little is new is not worth going through all of it.
    if (!isRead && known !== undefined && scan.readCount < known.rowsRead * leastGrowth) return false;
    this.kept.set(key, await placedSpansOf(trace, scan, this.table, summary, { key, source, ...(file === undefined ? {} : { file }) }, turns));
    return isRead;
  }

  /** Everything was deleted. */
  private forget(): void {
    if (this.table.places.length > 0) this.table.clear();
    this.scans = new WeakMap();
  }

  private scanOf(trace: TraceColumns): PlaceScan {
    const known = this.scans.get(trace);
    if (known !== undefined) return known;
    const scan = new PlaceScan();
    this.scans.set(trace, scan);
    return scan;
  }

  private problemsOf(spans: PlacedSpans): readonly CodeProblem[] {
    const known = this.problems.get(spans);
    if (known !== undefined) return known;
    const trace = spans.failures.length === 0 ? undefined : this.traces.read(spans.key);
    const found = trace === undefined ? [] : this.readProblems(trace, spans);
    this.problems.set(spans, found);
    return found;
  }

  private readProblems(trace: TraceColumns, spans: PlacedSpans): CodeProblem[] {
    const texts = new Map(spans.failures.slice(0, mostProblems).map((failure) => [failure.row, { failure, problem: problemOf(spanRecordOf(trace, failure.row)) }]));
    // What a span only passes on is told where it comes from.
    const passing = new Set([...texts].flatMap(([row, { problem }]) => {
      const parent = texts.get(trace.parent[row] as number);
      return parent !== undefined && (parent.problem === '' || parent.problem === problem) ? [parent.failure.row] : [];
    }));
    return [...texts.values()].filter(({ failure }) => !passing.has(failure.row)).flatMap(({ failure, problem }) => this.problemAt(trace, spans, failure, problem));
  }

  private problemAt(trace: TraceColumns, spans: PlacedSpans, { row, at }: FailedRow, problem: string): CodeProblem[] {
    const place = this.table.recorded(spans.place[at] as number);
    if (place === undefined) return [];
    return [{ traceId: spans.key, spanId: trace.spanIdOf(row), place, start: spans.start[at] as number, problem, chain: chainOf(trace, row) }];
  }

  /** Questions are answered one after the other. */
  private inTurn<T>(work: (turns: Turns) => Promise<T>): Promise<T> {
    const done = this.turn.then(() => work(new Turns()));
    this.turn = done.catch(() => undefined);
    return done;
  }
}
