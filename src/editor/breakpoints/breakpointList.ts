import { randomUUID } from 'node:crypto';
import { EventEmitter, workspace } from 'vscode';
import type { Memento } from 'vscode';
import { mostBreakpoints, readBreakpoints } from '../../debug/savedBreakpoints.ts';
import type { SpanBreakpoint } from '../../protocol/live.ts';
import type { CollectorHost } from '../collector/collectorHost.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';

const memoryKey = 'debug.spanBreakpoints';

/** What a breakpoint asks, without what the list adds. */
export type BreakpointDraft = Omit<SpanBreakpoint, 'id' | 'enabled'>;

/** What is needed of the collector. */
export type BreakpointCollector = Pick<CollectorHost, 'call' | 'isRunning' | 'onDidStart'>;

/** The span breakpoints of the workspace: saved with it, and told to the collector, which tells them to programs. */
export class BreakpointList {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #collector: BreakpointCollector;
  readonly #memory: Memento;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  readonly #hits = new Map<string, number>();
  #items: readonly SpanBreakpoint[];
  /** A collector that was told none needs not be told that there are none. */
  #wasTold = false;

  constructor(collector: BreakpointCollector, memory: Memento, log: Log) {
    this.#collector = collector;
    this.#memory = memory;
    this.#log = log;
    this.#items = readBreakpoints(memory.get(memoryKey));
    this.#disposables.add(this.#changed);
    this.#disposables.add(collector.onDidStart(() => {
      this.#wasTold = false;
      this.#tell();
    }));
    this.#disposables.add(workspace.onDidGrantWorkspaceTrust(() => {
      this.#tell();
      this.#changed.fire();
    }));
  }

  get items(): readonly SpanBreakpoint[] { return this.#items; }

  find(id: string): SpanBreakpoint | undefined { return this.#items.find((item) => item.id === id); }

  /** How often programs stood at it in this debug session. */
  hitsOf(id: string): number { return this.#hits.get(id) ?? 0; }

  /** Adds one that is on, or turns the equal one on that is there. Throws an Error with a message for the user when there are too many. */
  add(draft: BreakpointDraft): SpanBreakpoint {
    const text = JSON.stringify(sorted(draft));
    const known = this.#items.find(({ id: _, enabled: __, ...rest }) => JSON.stringify(sorted(rest)) === text);
    if (known !== undefined) {
      this.setEnabled([known.id], true);
      return known;
    }
    if (this.#items.length >= mostBreakpoints) throw new Error(`There can be ${mostBreakpoints} span breakpoints at most. Delete some first.`);
    const added = { id: randomUUID(), enabled: true, ...draft };
    this.#replace([...this.#items, added]);
    return added;
  }

  /** Puts another one in its place. It has an id of its own, with which programs count anew. */
  change(id: string, draft: BreakpointDraft): void {
    this.#hits.delete(id);
    this.#replace(this.#items.map((item) => (item.id === id ? { id: randomUUID(), enabled: item.enabled, ...draft } : item)));
  }

  setEnabled(ids: readonly string[], enabled: boolean): void {
    this.#replace(this.#items.map((item) => (ids.includes(item.id) && item.enabled !== enabled ? { ...item, enabled } : item)));
  }

  delete(ids: readonly string[]): void {
    for (const id of ids) this.#hits.delete(id);
    this.#replace(this.#items.filter(({ id }) => !ids.includes(id)));
  }

  /** A program stood at it. */
  countHit(id: string): void {
    if (this.find(id) === undefined) return;
    this.#hits.set(id, this.hitsOf(id) + 1);
    this.#changed.fire();
  }

  /** A debug session begins where none was. */
  forgetHits(): void {
    if (this.#hits.size === 0) return;
    this.#hits.clear();
    this.#changed.fire();
  }

  dispose(): void { this.#disposables.dispose(); }

  #replace(items: readonly SpanBreakpoint[]): void {
    this.#items = items;
    void this.#memory.update(memoryKey, items);
    this.#changed.fire();
    if (this.#collector.isRunning) this.#tell();
  }

  #tell(): void {
    const items = workspace.isTrusted ? this.#items.filter(({ enabled }) => enabled) : [];
    if (!this.#collector.isRunning || (items.length === 0 && !this.#wasTold)) return;
    this.#wasTold = true;
    this.#collector.call('setBreakpoints', items).catch((error: unknown) => this.#log.warn('The span breakpoints could not be told', error));
  }
}

const sorted = (draft: BreakpointDraft): unknown => Object.entries(draft).toSorted(([a], [b]) => (a < b ? -1 : 1));
