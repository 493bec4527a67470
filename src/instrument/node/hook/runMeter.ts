import { tokensOf } from './spanFacts.ts';
import type { Moment, SpanSource } from './spanFacts.ts';
import { stoodMs } from './standStill.ts';

const mostRuns = 1000;

/** A clock that stands where the program stands at a span breakpoint. */
const workedMs = (): number => performance.now() - stoodMs();

interface Run { readonly startMs: number; steps: number; tokens: number; readonly passed: Set<string> }

/** What each trace has taken so far in this process. */
export class RunMeter {
  readonly #runs = new Map<string, Run>();

  note(span: SpanSource, on: Moment): void {
    const run = this.#runOf(span);
    if (on === 'start') run.steps++;
    else if (on === 'end') run.tokens += tokensOf(span);
  }

  /** Whether the span's run has taken more than a breakpoint allows; true once a run. */
  passes(span: SpanSource, id: string, limit: { readonly of: 'tokens' | 'seconds' | 'steps'; readonly above: number }): boolean {
    const run = this.#runOf(span);
    const taken = limit.of === 'seconds' ? (workedMs() - run.startMs) / 1000 : run[limit.of];
    if (taken <= limit.above || run.passed.has(id)) return false;
    run.passed.add(id);
    return true;
  }

  #runOf(span: SpanSource): Run {
    const { traceId } = span.spanContext();
    let run = this.#runs.get(traceId);
    if (run === undefined) {
      run = { startMs: workedMs(), steps: 0, tokens: 0, passed: new Set() };
      this.#runs.set(traceId, run);
      const [oldest] = this.#runs.keys();
      if (this.#runs.size > mostRuns && oldest !== undefined) this.#runs.delete(oldest);
    }
    return run;
  }
}
