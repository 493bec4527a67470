import { EventEmitter } from 'vscode';
import type { Memento } from 'vscode';
import { RunList } from './runs.ts';
import type { Run } from './runs.ts';

const memoryKey = 'debug.runs';
/** Whoever steps through a program makes pauses faster than they need to be saved. */
const pausesMs = 1000;

/** The runs of this workspace, saved with it. */
export class RunLog {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #ended = new EventEmitter<Run>();
  readonly onDidEnd = this.#ended.event;
  readonly #paused = new EventEmitter<string>();
  /** A program of the run with this id stands in the debugger, or goes on. */
  readonly onDidPause = this.#paused.event;
  readonly #runs: RunList;
  readonly #memory: Memento;
  #saveTimer: NodeJS.Timeout | undefined;
  #isUnsaved = false;

  constructor(memory: Memento) {
    this.#memory = memory;
    this.#runs = new RunList(memory.get(memoryKey));
  }

  get live(): readonly Run[] { return this.#runs.live; }

  /** Runs whose programs stood in the debugger, oldest first. */
  get paused(): readonly Run[] { return this.#runs.saved.filter(({ pauses }) => pauses !== undefined); }

  find(id: string): Run | undefined { return this.#runs.find(id); }

  isLive(id: string): boolean { return this.#runs.isLive(id); }

  begin(run: Pick<Run, 'id' | 'name' | 'type'>, session: string): void {
    this.#runs.begin(run, session, Date.now());
    this.#save();
  }

  end(id: string, session: string): void {
    const ended = this.#runs.end(id, session, Date.now());
    if (ended === undefined) return;
    this.#save();
    this.#ended.fire(ended);
  }

  setPaused(id: string, isPaused: boolean, atUnixMilli: number): void {
    if (!this.#runs.setPaused(id, isPaused, atUnixMilli)) return;
    this.#savePauses();
    this.#paused.fire(id);
  }

  dispose(): void {
    if (this.#isUnsaved) this.#store();
    clearTimeout(this.#saveTimer);
    this.#changed.dispose();
    this.#ended.dispose();
    this.#paused.dispose();
  }

  /** At once, as the window may go soon; further ones of the same second together. */
  #savePauses(): void {
    this.#isUnsaved = true;
    if (this.#saveTimer !== undefined) return;
    this.#store();
    this.#saveTimer = setTimeout(() => {
      this.#saveTimer = undefined;
      if (this.#isUnsaved) this.#savePauses();
    }, pausesMs);
  }

  #store(): void {
    this.#isUnsaved = false;
    void this.#memory.update(memoryKey, this.#runs.saved);
  }

  #save(): void {
    this.#store();
    this.#changed.fire();
  }
}
