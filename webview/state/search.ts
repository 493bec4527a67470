import type { FromPanel, ToPanel } from '../../src/protocol/panel.ts';
import { Signal } from './signal.ts';
import type { Trace } from './trace.ts';

type Result = Extract<ToPanel, { type: 'search.result' }>;

/** What the filter box and the views know of a search. */
export interface SearchState {
  readonly query: string;
  /** Rows that match, by start time; undefined while nothing is searched or no answer has come yet. */
  readonly matches: Uint32Array | undefined;
  /** The same as a set of bits a row. */
  readonly isMatch: (row: number) => boolean;
  /** What is wrong with the query, in words. */
  readonly problem: string | undefined;
}

export const longestQuery = 1024;
export const noSearch: SearchState = { query: '', matches: undefined, isMatch: () => true, problem: undefined };
const typingPauseMs = 120;
const liveIntervalMs = 500;

interface Probe { readonly id: number; readonly resolve: (count: number) => void }

/** Asks the host which rows match, while the query and the trace change. */
export class Search {
  readonly state = new Signal<SearchState>(noSearch);
  readonly #post: (message: FromPanel) => void;
  readonly #trace: () => Trace | undefined;
  #lastId = 0;
  #wantedId = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #probes: readonly Probe[] = [];

  constructor(post: (message: FromPanel) => void, trace: () => Trace | undefined) {
    this.#post = post;
    this.#trace = trace;
  }

  /** Changes the query; the old matches stay until the answer comes. */
  setQuery(text: string): void {
    const query = text.slice(0, longestQuery);
    if (query === this.state.value.query) return;
    this.#stopTimer();
    if (query.trim() === '') {
      this.#wantedId = 0;
      this.state.value = { ...noSearch, query };
      return;
    }
    this.state.value = { ...this.state.value, query };
    this.#timer = setTimeout(() => this.#run(), typingPauseMs);
  }

  /** New rows may match too: asks again, but not with every frame. */
  traceChanged(): void {
    if (this.state.value.query.trim() === '' || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#run(), this.#wantedId === 0 ? 0 : liveIntervalMs);
  }

  /** How many rows another query would match. */
  async countOf(query: string): Promise<number> {
    return new Promise((resolve) => {
      const probe: Probe = { id: ++this.#lastId, resolve };
      this.#probes = [...this.#probes, probe];
      this.#post({ type: 'search.run', id: probe.id, query });
    });
  }

  /** Takes an answer of the host. Answers to questions that nobody asks any more are dropped. */
  take(result: Result): void {
    const rows = new Uint32Array(result.rows);
    const probe = this.#probes.find(({ id }) => id === result.id);
    if (probe !== undefined) {
      this.#probes = this.#probes.filter((other) => other !== probe);
      probe.resolve(rows.length);
      return;
    }
    const trace = this.#trace();
    if (result.id !== this.#wantedId || trace === undefined) return;
    const { query } = this.state.value;
    if (result.problem !== undefined) this.state.value = { ...noSearch, query, problem: result.problem };
    else if (result.epoch === trace.epoch) this.state.value = { query, problem: undefined, ...matchesOf(rows, trace) };
  }

  #run(): void {
    this.#stopTimer();
    if (this.#trace() === undefined) return;
    this.#wantedId = ++this.#lastId;
    this.#post({ type: 'search.run', id: this.#wantedId, query: this.state.value.query });
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function matchesOf(rows: Uint32Array, trace: Trace): Pick<SearchState, 'matches' | 'isMatch'> {
  const bits = new Uint8Array(trace.rows.count);
  for (const row of rows) bits[row] = 1;
  const { start } = trace.rows;
  const known = rows.filter((row) => row < trace.rows.count);
  const matches = known.toSorted((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  return { matches, isMatch: (row) => bits[row] === 1 };
}
