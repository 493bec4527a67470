import type { RowFigures } from '../../model/traceRows.ts';
import type { CodeFigures, CodeUse } from '../../protocol/codeUse.ts';
import type { Turns } from '../traceSearch.ts';
import { failed, running, spansBetweenLooks } from './placedSpans.ts';
import type { PlacedSpans } from './placedSpans.ts';

/** Percentiles are those of so many calls that ended last. */
const mostDurations = 1_000;
/** Calls within calls are looked for so far up. */
const highest = 64;
/** Names of opened files that are told. */
const mostFiles = 20;

/** Adds up the spans of groups of places, trace by trace, the newest first. */
export class FigureSums {
  private readonly groups: readonly GroupSums[];
  private readonly byPlace: (GroupSums[] | undefined)[] = [];
  /** By program. */
  private readonly newestRun = new Map<string, string>();

  constructor(groups: readonly (readonly number[])[]) {
    this.groups = groups.map((places) => new GroupSums(places));
    for (const group of this.groups) for (const place of group.places) (this.byPlace[place] ??= []).push(group);
  }

  async add(spans: PlacedSpans, turns: Turns): Promise<void> {
    const newest = this.newestRun.get(spans.program) ?? spans.run;
    this.newestRun.set(spans.program, newest);
    if (this.groups.length === 0) return;
    for (const group of this.groups) group.beginTrace(spans);
    for (let i = spans.count - 1; i >= 0; i--) {
      const groups = this.byPlace[spans.place[i] as number];
      if (groups !== undefined) for (const group of groups) group.add(spans, i);
      if (i % spansBetweenLooks === 0) await turns.next();
    }
    for (const group of this.groups) group.endTrace(newest === spans.run);
  }

  result(): (CodeUse | undefined)[] { return this.groups.map((group) => group.result()); }
}

class GroupSums {
  readonly places: ReadonlySet<number>;
  private readonly all = new Sums();
  private readonly newest = new Sums();
  private readonly runs = new Set<string>();
  private readonly fileRuns = new Set<string>();
  private readonly files = new Set<string>();
  private run: string | undefined;
  private file: string | undefined;
  private isLatest = false;
  private since = 0;
  /** Of the trace that is being added: whether it is of the newest run, and whether it has spans of these places. */
  private isNewest = false;
  private isIn = false;
  /** Figures by span of that trace, and the bits of what is said below a span again. */
  private readonly said = new Map<number, RowFigures>();
  private readonly covered = new Map<number, number>();
  private readonly failedCalls = new Set<number>();

  constructor(places: readonly number[]) { this.places = new Set(places); }

  beginTrace({ run }: PlacedSpans): void {
    this.isNewest = this.run === undefined || this.run === run;
    this.isIn = false;
  }

  add(spans: PlacedSpans, i: number): void {
    if (!this.isIn) this.enter(spans);
    const figures = spans.figures.get(i), bits = figures === undefined ? 0 : bitsOf(figures);
    const isFailed = ((spans.state[i] as number) & failed) !== 0;
    let call = i, isPassedOn = false, up = spans.up[i] as number;
    for (let height = 0; up >= 0 && height < highest; height++, up = spans.up[up] as number) {
      if (spans.place[up] !== spans.place[i] && !this.places.has(spans.place[up] as number)) continue;
      call = up;
      isPassedOn ||= ((spans.state[up] as number) & failed) !== 0;
      if (bits !== 0) this.covered.set(up, (this.covered.get(up) ?? 0) | bits);
    }
    if (figures !== undefined) this.said.set(i, figures);
    if (isFailed) this.failedCalls.add(call);
    this.all.add(spans, i, call === i, isFailed && !isPassedOn);
    if (this.isNewest) this.newest.add(spans, i, call === i, isFailed && !isPassedOn);
  }

  endTrace(isLatest: boolean): void {
    if (!this.isIn) return;
    if (this.isNewest) this.isLatest = isLatest;
    for (const sums of this.isNewest ? [this.all, this.newest] : [this.all]) {
      sums.failedCalls += this.failedCalls.size;
      for (const [i, figures] of this.said) sums.addFigures(figures, bitsOf(figures) & ~(this.covered.get(i) ?? 0));
    }
    this.said.clear();
    this.covered.clear();
    this.failedCalls.clear();
  }

  result(): CodeUse | undefined {
    if (this.runs.size === 0) return undefined;
    const { file, isLatest, since } = this;
    return {
      all: this.all.result(), runs: this.runs.size, fileRuns: this.fileRuns.size, files: [...this.files], run: this.newest.result(), ...(file === undefined ? {} : { file }), isLatest, since,
    };
  }

  private enter({ run, began, file }: PlacedSpans): void {
    this.isIn = true;
    if (this.run === undefined) {
      this.since = began;
      this.file = file;
    }
    this.run ??= run;
    this.runs.add(run);
    if (file === undefined) return;
    this.fileRuns.add(run);
    if (this.files.size < mostFiles) this.files.add(file);
  }
}

class Sums {
  failedCalls = 0;
  private spans = 0;
  private calls = 0;
  private errors = 0;
  private running = 0;
  private inputTokens = NaN;
  private outputTokens = NaN;
  private costUsd = NaN;
  private totalNs = 0;
  private lastStart = -Infinity;
  private lastNs = NaN;
  private readonly durations: number[] = [];

  add({ start, duration, state }: PlacedSpans, i: number, isCall: boolean, isError: boolean): void {
    this.spans++;
    if (isError) this.errors++;
    if (!isCall) return;
    const began = start[i] as number, ns = duration[i] as number;
    this.calls++;
    if (((state[i] as number) & running) !== 0) this.running++;
    if (began > this.lastStart) {
      this.lastStart = began;
      this.lastNs = ns;
    }
    if (Number.isNaN(ns)) return;
    this.totalNs += ns;
    if (this.durations.length < mostDurations) this.durations.push(ns);
  }

  addFigures({ inputTokens, outputTokens, costUsd }: RowFigures, bits: number): void {
    if ((bits & tokens) !== 0) {
      this.inputTokens = plus(this.inputTokens, inputTokens);
      this.outputTokens = plus(this.outputTokens, outputTokens);
    }
    if ((bits & cost) !== 0) this.costUsd = plus(this.costUsd, costUsd);
  }

  result(): CodeFigures {
    const { spans, calls, errors, failedCalls, inputTokens, outputTokens, costUsd, totalNs, lastStart, lastNs } = this;
    const sorted = Float64Array.from(this.durations).sort();
    return {
      spans, calls, errors, failedCalls, running: this.running, inputTokens, outputTokens, costUsd, totalNs,
      medianNs: percentile(sorted, 0.5), p95Ns: percentile(sorted, 0.95), lastStart, lastNs,
    };
  }
}

const tokens = 1, cost = 2;
const bitsOf = ({ inputTokens, outputTokens, costUsd }: RowFigures): number =>
  (Number.isNaN(inputTokens) && Number.isNaN(outputTokens) ? 0 : tokens) | (Number.isNaN(costUsd) ? 0 : cost);

/** NaN is a figure that is not known. */
const plus = (left: number, right: number): number => (Number.isNaN(left) ? right : Number.isNaN(right) ? left : left + right);

/** The value that so large a part of the values does not exceed. */
const percentile = (sorted: Float64Array, part: number): number => sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? NaN;
