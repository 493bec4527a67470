import { pausedFrom, resumedAt, savedPauses } from './pauses.ts';
import type { Pause } from './pauses.ts';

/** One debug session, or one run of a file: what its spans belong to. Times are milliseconds since 1970. */
export interface Run {
  /** Later runs have greater ids. */
  readonly id: string;
  readonly name: string;
  /** Type of the debugger. */
  readonly type: string;
  readonly startUnixMilli: number;
  /** Undefined while it goes on, and when nobody saw its end. */
  readonly endUnixMilli?: number;
  /** When its programs stood in the debugger, in the order of time; absent when they never did. */
  readonly pauses?: readonly Pause[];
}

const mostRuns = 200;

/** An id that sorts by time. */
export function newRunId(nowUnixMilli: number, random: string): string {
  return `${nowUnixMilli.toString(36).padStart(9, '0')}-${random}`;
}

/** The runs of a workspace, kept across windows. A run goes on while one of its sessions does. */
export class RunList {
  readonly #runs = new Map<string, Run>();
  /** Ids of the sessions of the runs that go on. */
  readonly #live = new Map<string, Set<string>>();

  constructor(saved: unknown) {
    for (const run of Array.isArray(saved) ? saved.filter(isRun) : []) {
      const { pauses: given, ...rest } = run, pauses = savedPauses(given);
      this.#runs.set(run.id, pauses.length === 0 ? rest : { ...rest, pauses });
    }
  }

  /** What to save, oldest first. */
  get saved(): readonly Run[] { return [...this.#runs.values()]; }

  get live(): readonly Run[] { return [...this.#live.keys()].flatMap((id) => this.#runs.get(id) ?? []); }

  find(id: string): Run | undefined { return this.#runs.get(id); }

  isLive(id: string): boolean { return this.#live.has(id); }

  /** A session of the run begins. A debugger that starts its program again goes on with the run. */
  begin(run: Pick<Run, 'id' | 'name' | 'type'>, session: string, nowUnixMilli: number): void {
    const { id, name, type } = run;
    const { startUnixMilli = nowUnixMilli, pauses } = this.#runs.get(id) ?? {};
    this.#runs.set(id, { id, name, type, startUnixMilli, ...(pauses === undefined ? {} : { pauses }) });
    const sessions = this.#live.get(id) ?? new Set();
    this.#live.set(id, sessions.add(session));
    for (const oldest of this.#runs.keys()) {
      if (this.#runs.size <= mostRuns) break;
      this.#runs.delete(oldest);
    }
  }

  /** A session ends. Gives the run that ends with it. */
  end(id: string, session: string, nowUnixMilli: number): Run | undefined {
    const sessions = this.#live.get(id), run = this.#runs.get(id);
    if (sessions?.delete(session) !== true || sessions.size > 0) return undefined;
    this.#live.delete(id);
    if (run === undefined) return undefined;
    const ended = { ...run, endUnixMilli: nowUnixMilli, ...(run.pauses === undefined ? {} : { pauses: resumedAt(run.pauses, nowUnixMilli) }) };
    this.#runs.set(id, ended);
    return ended;
  }

  /** A program of the run stands in the debugger, or none does any more. Gives whether that is news. */
  setPaused(id: string, isPaused: boolean, atUnixMilli: number): boolean {
    const run = this.#runs.get(id), before = run?.pauses ?? [];
    const pauses = isPaused ? pausedFrom(before, atUnixMilli) : resumedAt(before, atUnixMilli);
    if (run === undefined || pauses === before) return false;
    this.#runs.set(id, { ...run, pauses });
    return true;
  }
}

function isRun(value: unknown): value is Run {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, type, startUnixMilli, endUnixMilli } = value as Record<string, unknown>;
  return typeof id === 'string' && typeof name === 'string' && typeof type === 'string' && typeof startUnixMilli === 'number'
    && (endUnixMilli === undefined || typeof endUnixMilli === 'number');
}
