import type { FromPanel, ToPanel } from '../../src/protocol/panel.ts';
import { hintsOf } from '../../src/query/hints.ts';
import { Signal } from './signal.ts';
import type { Trace } from './trace.ts';

type Result = Extract<ToPanel, { type: 'search.result' }>;

/** What the filter box and the views know of a search. */
export interface SearchState {
  readonly query: string;
  /** Rows that match, by start time; undefined while nothing is searched or no answer has come yet. */
  readonly matches: Uint32Array | undefined;
  /** Whether more may be found in the rest of the trace. */
  readonly isPart: boolean;
  /** The matches as a set of bits a row. */
  readonly isMatch: (row: number) => boolean;
  /** What is wrong with the query, in words. */
  readonly problem: string | undefined;
  /** What may be misspelt in a query that can be read, in words. */
  readonly hint: string | undefined;
}

export const longestQuery = 1024;
export const noSearch: SearchState = { query: '', matches: undefined, isPart: false, isMatch: () => true, problem: undefined, hint: undefined };
const typingPauseMs = 120;
const liveIntervalMs = 500;

/** A question to the host, and what of the answer has come. */
interface Asked { readonly id: number; readonly query: string; epoch: number; rows: Uint32Array; isAnswered: boolean }
interface Probe extends Asked { readonly resolve: (count: number) => void }

/** Asks the host which rows match, while the query and the trace change. */
export class Search {
  readonly state = new Signal<SearchState>(noSearch);
  readonly #post: (message: FromPanel) => void;
  readonly #trace: () => Trace | undefined;
  #lastId = 0;
  #asked: Asked | undefined;
  /** The query that the shown matches are of. */
  #shown = '';
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
      this.#asked = undefined;
      this.#shown = '';
      this.state.value = { ...noSearch, query };
      return;
    }
    this.state.value = { ...this.state.value, query, hint: undefined };
    this.#timer = setTimeout(() => this.#run(), typingPauseMs);
  }

  /** New rows may match too: asks again, but not with every frame, and not before it has the answer; rows that are numbered anew have none. */
  traceChanged(isReset: boolean): void {
    if (isReset) this.#asked = undefined;
    if (this.state.value.query.trim() === '' || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#stopTimer();
      if (this.#asked?.isAnswered === false) this.traceChanged(false);
      else this.#run();
    }, this.#asked === undefined ? 0 : liveIntervalMs);
  }

  /** How many rows another query would match. */
  async countOf(query: string): Promise<number> {
    return new Promise((resolve) => {
      this.#probes = [...this.#probes, { ...this.#ask(query), resolve }];
    });
  }

  /** Takes an answer of the host or a part of it, and asks for the rest. Answers to questions that nobody asks any more are dropped. */
  take(result: Result): void {
    const probe = this.#probes.find(({ id }) => id === result.id);
    const asked = probe ?? (this.#asked?.id === result.id ? this.#asked : undefined);
    if (asked === undefined) return;
    const rows = new Uint32Array(result.rows), { next } = result;
    asked.rows = asked.epoch === result.epoch && asked.rows.length > 0 ? joined(asked.rows, rows) : rows;
    asked.epoch = result.epoch;
    asked.isAnswered = next === undefined;
    if (next !== undefined) this.#post({ type: 'search.run', id: asked.id, query: asked.query, from: { epoch: result.epoch, row: next } });
    if (probe === undefined) this.#show(asked, next !== undefined, result.problem);
    else if (next === undefined) {
      this.#probes = this.#probes.filter((other) => other !== probe);
      probe.resolve(asked.rows.length);
    }
  }

  /** Shows what was found. While the same is found anew, the matches of before stay until all is known. */
  #show({ query: asked, epoch, rows }: Asked, isPart: boolean, problem: string | undefined): void {
    const trace = this.#trace(), { query } = this.state.value;
    if (problem !== undefined) this.state.value = { ...noSearch, query, problem };
    if (problem !== undefined || trace?.epoch !== epoch || (isPart && (rows.length === 0 || (asked === this.#shown && !this.state.value.isPart)))) return;
    this.#shown = asked;
    this.state.value = { query, problem: undefined, hint: query === asked ? this.state.value.hint : undefined, isPart, ...matchesOf(rows, trace) };
    if (!isPart && query === asked) void this.#lookForKeys(query);
  }

  /** Keys that are no fields are attributes, and may be misspelt when no span has them. */
  async #lookForKeys(query: string): Promise<void> {
    const hints = hintsOf(query);
    const counts = await Promise.all(hints.map(async ({ havingIt }) => this.countOf(havingIt)));
    if (this.state.value.query !== query || this.state.value.problem !== undefined) return;
    const hint = hints.find((_, i) => counts[i] === 0)?.message;
    if (hint !== this.state.value.hint) this.state.value = { ...this.state.value, hint };
  }

  #run(): void {
    this.#stopTimer();
    if (this.#trace() !== undefined) this.#asked = this.#ask(this.state.value.query);
  }

  #ask(query: string): Asked {
    const id = ++this.#lastId;
    this.#post({ type: 'search.run', id, query });
    return { id, query, epoch: 0, rows: new Uint32Array(0), isAnswered: false };
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function joined(before: Uint32Array, more: Uint32Array): Uint32Array {
  const all = new Uint32Array(before.length + more.length);
  all.set(before);
  all.set(more, before.length);
  return all;
}

function matchesOf(rows: Uint32Array, trace: Trace): Pick<SearchState, 'matches' | 'isMatch'> {
  const bits = new Uint8Array(trace.rows.count);
  for (const row of rows) bits[row] = 1;
  const { start } = trace.rows;
  const known = rows.filter((row) => row < trace.rows.count);
  // Spans often come in the order in which they began, and sorting a million takes long.
  const isInOrder = known.every((row, i) => i === 0 || (start[known[i - 1] as number] as number) <= (start[row] as number));
  const matches = isInOrder ? known : known.toSorted((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  return { matches, isMatch: (row) => bits[row] === 1 };
}
