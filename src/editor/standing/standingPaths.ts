import { EventEmitter } from 'vscode';
import type { Disposable, Event } from 'vscode';
import type { SpanIds } from '../../debug/activeSpan.ts';
import type { StandingSpan } from '../../debug/standing.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';

/** `here` for a span at which a program stands, `below` for one that has such a span below it. */
export type StandsPlace = 'here' | 'below';

interface StandingSource { readonly spans: readonly StandingSpan[]; readonly onDidChange: Event<void> }

/** The spans at which programs stand, and what those are part of, as far as they have been received. */
export class StandingPaths implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #standing: StandingSource;
  readonly #collector: Pick<CollectorHost, 'call' | 'onDidChangeTraces'>;
  readonly #listeners: readonly Disposable[];
  /** By trace, then by span. */
  #places: ReadonlyMap<string, ReadonlyMap<string, StandsPlace>> = new Map();
  /** Traces of spans that have not come yet. */
  #awaited: ReadonlySet<string> = new Set();
  #round = 0;

  constructor(standing: StandingSource, collector: Pick<CollectorHost, 'call' | 'onDidChangeTraces'>) {
    this.#standing = standing;
    this.#collector = collector;
    this.#listeners = [
      standing.onDidChange(() => { void this.#look(); }),
      collector.onDidChangeTraces(({ traceIds }) => { if (traceIds.some((id) => this.#awaited.has(id))) void this.#look(); }),
      this.#changed,
    ];
  }

  /** Whether any program stands in a span that has been received. */
  get isAny(): boolean { return this.#places.size > 0; }

  /** Of a trace: ids of the spans at which programs stand. */
  spansOf(traceId: string): readonly string[] {
    return [...this.#places.get(traceId) ?? []].flatMap(([spanId, place]) => (place === 'here' ? [spanId] : []));
  }

  placeOf({ traceId, spanId }: SpanIds): StandsPlace | undefined { return this.#places.get(traceId)?.get(spanId); }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
  }

  async #look(): Promise<void> {
    const round = ++this.#round, { spans } = this.#standing;
    const paths = await Promise.all(spans.map(async ({ traceId, spanId }) => {
      // A worker that is being replaced knows no trace.
      const path = await this.#collector.call('pathTo', traceId, spanId).catch(() => []);
      return { traceId, path };
    }));
    if (round !== this.#round) return;
    const places = new Map<string, Map<string, StandsPlace>>();
    for (const { traceId, path } of paths) {
      const inTrace = places.get(traceId) ?? new Map<string, StandsPlace>();
      path.forEach((spanId, i) => { if (i === path.length - 1 || !inTrace.has(spanId)) inTrace.set(spanId, i === path.length - 1 ? 'here' : 'below'); });
      if (path.length > 0) places.set(traceId, inTrace);
    }
    this.#awaited = new Set(paths.flatMap(({ traceId, path }) => (path.length === 0 ? [traceId] : [])));
    if (places.size === 0 && this.#places.size === 0) return;
    this.#places = places;
    this.#changed.fire();
  }
}
