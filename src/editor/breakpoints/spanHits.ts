import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { pidOf } from '../../debug/processIds.ts';
import type { StepToUser } from '../../debug/stepToUser.ts';
import type { Stop, Stops } from '../../debug/stops.ts';
import { receivedSource, traceKeyOf } from '../../model/traceKey.ts';
import type { BreakpointHit } from '../../protocol/live.ts';
import { Disposables } from '../disposables.ts';
import type { Display } from '../display.ts';
import type { TracePanels } from '../panel/tracePanels.ts';
import { asLabel } from '../safeText.ts';
import type { Selection } from '../selection.ts';
import type { BreakpointList } from './breakpointList.ts';
import type { BreakpointsView } from './breakpointsView.ts';
import { breakpointLabel } from './breakpointWords.ts';

/** The stop and the word of it come on two ways, one soon after the other. */
const patienceMs = 5000, lookMs = 50;
/** The word that a program goes on may come after that of its next stop. */
const lateMs = 300;
const longestName = 60;

/** What hits are shown by. */
export interface SpanHitsParts {
  readonly list: BreakpointList;
  readonly view: BreakpointsView;
  readonly stops: Stops;
  readonly steps: StepToUser;
  readonly selection: Selection;
  readonly panels: TracePanels;
  readonly display: Display;
}

/** What happens when a program stands at a span breakpoint: its span is selected and shown, and the row says so. */
export class SpanHits {
  readonly #parts: SpanHitsParts;
  readonly #disposables = new Disposables();
  /** Where programs stand, by their debug sessions. */
  readonly #standing = new Map<vscode.DebugSession, { readonly hit: BreakpointHit; readonly stop: Stop }>();
  /** Traces whose panel was opened once: closed by the user it stays closed. */
  readonly #opened = new Set<string>();
  #status: vscode.Disposable | undefined;

  constructor(parts: SpanHitsParts) {
    this.#parts = parts;
    const { stops } = parts;
    const keep = (item: vscode.Disposable): void => { this.#disposables.add(item); };
    keep(stops.onDidContinue(({ session }) => { if (!this.#isUnderway(session)) this.#went(session); }));
    keep(stops.onDidEnd((session) => this.#went(session)));
    keep(vscode.debug.onDidChangeActiveStackItem((item) => { if (item !== undefined) this.#follow(item.session); }));
    keep({ dispose: () => this.#status?.dispose() });
  }

  dispose(): void { this.#disposables.dispose(); }

  async take(hit: BreakpointHit): Promise<void> {
    this.#parts.list.countHit(hit.breakpointId);
    await this.#stands(hit);
  }

  async #stands(hit: BreakpointHit): Promise<void> {
    const session = await this.#sessionOf(hit);
    if (session === undefined) return;
    const stop = this.#stopOf(session);
    // It went on before anybody could look.
    if (stop === undefined) return;
    if (this.#standing.get(session)?.stop === stop) {
      await delay(lateMs);
      // Threads that come to breakpoints at once stand at one stop, which is the first one's.
      if (this.#stopOf(session) === stop) return;
      return this.#stands(hit);
    }
    this.#standing.set(session, { hit, stop });
    this.#tell(hit);
    await this.#show(hit);
  }

  #stopOf(session: vscode.DebugSession): Stop | undefined { return this.#parts.stops.standing(session).at(-1); }

  /** The debug session that stands because of a hit, once it has arrived at the user's frame. */
  async #sessionOf(hit: BreakpointHit): Promise<vscode.DebugSession | undefined> {
    const end = performance.now() + patienceMs;
    for (;;) {
      const standing = this.#parts.stops.standing().filter((stop) => !this.#parts.steps.isUnderway(stop));
      for (const { session, threadId } of standing) {
        if (hit.client.pid === undefined || (threadId !== undefined && await pidOf(session, threadId) === hit.client.pid)) return session;
      }
      // A program that does not tell its process is the one, when no other stands.
      if (performance.now() > end) return standing.length === 1 ? standing[0]?.session : undefined;
      await delay(lookMs);
    }
  }

  #isUnderway(session: vscode.DebugSession): boolean {
    return this.#parts.steps.isSessionUnderway(session);
  }

  #went(session: vscode.DebugSession): void {
    if (!this.#standing.delete(session)) return;
    this.#mark();
    if (this.#standing.size === 0) this.#status?.dispose();
  }

  #tell(hit: BreakpointHit): void {
    this.#mark();
    const { list, display } = this.#parts, breakpoint = list.find(hit.breakpointId);
    const where = hit.client.name === undefined ? '' : ` (${hit.client.name.slice(0, longestName)})`;
    const what = breakpoint === undefined ? 'a span breakpoint' : breakpointLabel(breakpoint, display);
    this.#status?.dispose();
    this.#status = vscode.window.setStatusBarMessage(`$(debug-pause) ${asLabel(`Stopped: ${what}${where}`)}`);
  }

  #mark(): void {
    this.#parts.view.setStanding(new Set([...this.#standing.values()].map(({ hit: { breakpointId } }) => breakpointId)));
  }

  /** Selects the span of the program that the user looks at. */
  #follow(session: vscode.DebugSession): void {
    const stands = this.#standing.get(session);
    if (stands !== undefined) this.#parts.selection.select(selected(stands.hit), this);
  }

  /** Beside the code and without taking its focus. */
  async #show(hit: BreakpointHit): Promise<void> {
    const { panels, selection } = this.#parts, { traceId, spanId } = selected(hit), { latest } = panels;
    const isOpen = latest?.traceId === traceId;
    selection.select({ traceId, spanId }, this);
    if (isOpen || !this.#opened.has(traceId)) {
      this.#opened.add(traceId);
      await codeIsOpen();
      if (latest !== undefined && isOpen && !latest.panel.visible) latest.panel.reveal(vscode.ViewColumn.Beside, true);
      if (latest !== undefined && isOpen) await latest.show(traceId, spanId);
      else await panels.show(traceId, { spanId, preserveFocus: true });
    }
  }
}

/** Both the editor and we open something now: what comes into a column first would be covered by the other. */
async function codeIsOpen(): Promise<void> {
  const end = performance.now() + patienceMs;
  while (vscode.window.activeTextEditor === undefined && performance.now() < end) await delay(lookMs);
}

const selected = ({ traceId, spanId }: BreakpointHit): { traceId: string; spanId: string } => ({ traceId: traceKeyOf(receivedSource, traceId), spanId });
