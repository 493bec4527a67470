import { silently } from '../silently.ts';
import { jestTests } from './jest.ts';
import { mochaTests } from './mocha.ts';
import { hasNodeTests, nodeTests, watchNodeTests } from './nodeTest.ts';
import { vitestTests } from './vitest.ts';
import type { FindTest, RunningTest, TestOutcome } from './runningTest.ts';

interface SpanIds { readonly traceId: string; readonly spanId: string; readonly parentSpanId: string | undefined }
interface Seen { readonly spanIds: Set<string>; readonly tops: SpanIds[] }

const mostSpans = 20_000;
const mostTops = 2000;

/** Ties spans to the tests in which they begin. */
export class TestSpans {
  readonly #tell: (message: object) => void;
  readonly #finders: FindTest[] = [];
  readonly #seen = new Map<object, Seen>();

  /** `tell` sends a message after what has been told of spans. */
  constructor(tell: (message: object) => void) {
    this.#tell = tell;
    const ended = (key: object, outcome: TestOutcome): void => this.#ended(key, outcome);
    if (hasNodeTests()) watchNodeTests();
    for (const find of [vitestTests, jestTests, mochaTests, nodeTests]) {
      silently(() => {
        const finder = find(ended);
        if (finder !== undefined) this.#finders.push(finder);
      });
    }
  }

  /** Whether no test runner is there. */
  get isNone(): boolean { return this.#finders.length === 0; }

  /** The test that a span has just begun in, when it is the topmost one there. */
  started(span: SpanIds): RunningTest | undefined {
    const test = this.#current();
    if (test === undefined) return undefined;
    let seen = this.#seen.get(test.key);
    if (seen === undefined) this.#seen.set(test.key, seen = { spanIds: new Set(), tops: [] });
    const isTop = span.parentSpanId === undefined || !seen.spanIds.has(span.parentSpanId);
    if (seen.spanIds.size < mostSpans) seen.spanIds.add(span.spanId);
    if (!isTop || seen.tops.length >= mostTops) return undefined;
    seen.tops.push(span);
    return test;
  }

  #current(): RunningTest | undefined {
    for (const find of this.#finders) {
      try {
        const test = find();
        if (test !== undefined) return test;
      } catch {
        // A runner of another version.
      }
    }
    return undefined;
  }

  #ended(key: object, outcome: TestOutcome): void {
    for (const { traceId, spanId } of this.#seen.get(key)?.tops ?? []) {
      this.#tell({ type: 'update', witness: true, traceId, spanId, attributes: { 'spanscope.test.status': outcome } });
    }
    this.#seen.delete(key);
  }
}
