import { EventEmitter } from 'vscode';
import type { CollectorCalls, CollectorEvent, CollectorOptions, CollectorStats } from '../../protocol/collector.ts';
import type { BreakpointHit, ProgramReport } from '../../protocol/live.ts';
import { Disposables } from '../disposables.ts';
import type { Log } from '../log.ts';

export type RowsEvent = Extract<CollectorEvent, { type: 'rows.changed' }>;
export type TracesEvent = Extract<CollectorEvent, { type: 'traces.changed' }>;
export type FileEvent = Extract<CollectorEvent, { type: 'file.changed' }>;
export type GoneEvent = Extract<CollectorEvent, { type: 'trace.gone' }>;

/** What the rest of the editor needs of the collector. */
export interface Collector {
  call<K extends keyof CollectorCalls>(name: K, ...args: Parameters<CollectorCalls[K]>): Promise<Awaited<ReturnType<CollectorCalls[K]>>>;
}

/** A running worker. */
export interface CollectorLink extends Collector {
  /** Writes what is pending and ends the worker. */
  close(): Promise<void>;
}

export interface LinkListeners {
  readonly onEvent: (event: CollectorEvent) => void;
  /** The worker ended by itself. */
  readonly onLost: (reason: string) => void;
}

/** Restarts of a worker that keeps failing end after this many in `restartWindowMs`. */
const maxRestarts = 3;
const restartWindowMs = 60_000;

/**
 * The collector worker as the editor sees it: started by the first call, configured once, started anew when it is lost.
 */
export class CollectorHost implements Collector {
  readonly #changedTraces = new EventEmitter<TracesEvent>();
  readonly #changedRows = new EventEmitter<RowsEvent>();
  readonly #lostTrace = new EventEmitter<GoneEvent>();
  readonly #changedFile = new EventEmitter<FileEvent>();
  readonly #changedStats = new EventEmitter<CollectorStats>();
  readonly #hitBreakpoint = new EventEmitter<BreakpointHit>();
  readonly #changedPrograms = new EventEmitter<void>();
  readonly #sawProgram = new EventEmitter<ProgramReport>();
  readonly #started = new EventEmitter<void>();
  readonly #replaced = new EventEmitter<void>();
  readonly #lost = new EventEmitter<string>();
  readonly onDidChangeTraces = this.#changedTraces.event;
  readonly onDidChangeRows = this.#changedRows.event;
  readonly onDidLoseTrace = this.#lostTrace.event;
  readonly onDidChangeFile = this.#changedFile.event;
  readonly onDidChangeStats = this.#changedStats.event;
  /** A program stands at a span breakpoint. */
  readonly onDidHitBreakpoint = this.#hitBreakpoint.event;
  /** Programs that are told span breakpoints came or went. */
  readonly onDidChangePrograms = this.#changedPrograms.event;
  /** A program that we started told what it has loaded. */
  readonly onDidSeeProgram = this.#sawProgram.event;
  /** A worker runs and is configured. */
  readonly onDidStart = this.#started.event;
  /** A worker took the place of a lost one: it listens nowhere, and subscriptions are void. */
  readonly onDidReplace = this.#replaced.event;
  /** The worker is gone and does not come back by itself; the text says why. */
  readonly onDidFail = this.#lost.event;
  /** The newest figures of the collector. */
  stats: CollectorStats | undefined;
  /** How many connected programs are told the span breakpoints. */
  programs = 0;

  readonly #connect: (listeners: LinkListeners) => CollectorLink;
  readonly #options: () => CollectorOptions;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  #link: Promise<CollectorLink> | undefined;
  #losses: number[] = [];
  #isClosed = false;

  constructor(connect: (listeners: LinkListeners) => CollectorLink, options: () => CollectorOptions, log: Log) {
    this.#connect = connect;
    this.#options = options;
    this.#log = log;
    for (const emitter of [this.#changedTraces, this.#changedRows, this.#lostTrace, this.#changedFile, this.#changedStats, this.#hitBreakpoint, this.#changedPrograms, this.#sawProgram, this.#started, this.#replaced, this.#lost]) {
      this.#disposables.add(emitter);
    }
  }

  /** Whether a worker has been started. */
  get isRunning(): boolean {
    return this.#link !== undefined;
  }

  async call<K extends keyof CollectorCalls>(name: K, ...args: Parameters<CollectorCalls[K]>): Promise<Awaited<ReturnType<CollectorCalls[K]>>> {
    if (this.#isClosed) throw new Error('The extension is being shut down.');
    this.#link ??= this.#start();
    const link = await this.#link;
    return link.call(name, ...args);
  }

  /** Hands changed settings to a running worker. */
  async configure(): Promise<void> {
    if (this.#link !== undefined) await this.call('configure', this.#options());
  }

  /** Writes what is pending and ends the worker. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const link = this.#link;
    this.#link = undefined;
    this.#disposables.dispose();
    await (await link?.catch(() => undefined))?.close();
  }

  async #start(): Promise<CollectorLink> {
    const link = this.#connect({ onEvent: (event) => this.#take(event), onLost: (reason) => this.#recover(reason) });
    try {
      await link.call('configure', this.#options());
    } catch (error) {
      this.#link = undefined;
      await link.close();
      throw error;
    }
    this.#started.fire();
    if (this.#losses.length > 0) this.#replaced.fire();
    return link;
  }

  #recover(reason: string): void {
    if (this.#isClosed) return;
    this.#log.error('The collector ended by itself', reason);
    this.#link = undefined;
    this.#setPrograms(0);
    const now = performance.now();
    this.#losses = [...this.#losses.filter((at) => now - at < restartWindowMs), now];
    if (this.#losses.length > maxRestarts) {
      this.#lost.fire(reason);
      return;
    }
    this.call('stats').catch((error: unknown) => this.#log.error('The collector could not be started again', error));
  }

  #setPrograms(count: number): void {
    this.programs = count;
    this.#changedPrograms.fire();
  }

  #take(event: CollectorEvent): void {
    switch (event.type) {
      case 'traces.changed': this.#changedTraces.fire(event); break;
      case 'rows.changed': this.#changedRows.fire(event); break;
      case 'file.changed': this.#changedFile.fire(event); break;
      case 'trace.gone': this.#lostTrace.fire(event); break;
      case 'breakpoint.hit': this.#hitBreakpoint.fire(event.hit); break;
      case 'programs.changed': this.#setPrograms(event.count); break;
      case 'program.seen': this.#sawProgram.fire(event.report); break;
      case 'log.line': this.#log.for('collector').write(event.level, event.message); break;
      case 'stats.changed':
        this.stats = event.stats;
        this.#changedStats.fire(event.stats);
        break;
    }
  }
}
