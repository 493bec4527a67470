import type { DebugSession } from 'vscode';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { StepToUser } from '../../../../src/debug/stepToUser.ts';
import type { Continue, Stop, Stops } from '../../../../src/debug/stops.ts';
import type { BreakpointList } from '../../../../src/editor/breakpoints/breakpointList.ts';
import type { BreakpointsView } from '../../../../src/editor/breakpoints/breakpointsView.ts';
import { SpanHits } from '../../../../src/editor/breakpoints/spanHits.ts';
import { Display } from '../../../../src/editor/display.ts';
import type { TracePanels } from '../../../../src/editor/panel/tracePanels.ts';
import { Selection } from '../../../../src/editor/selection.ts';
import type { BreakpointHit } from '../../../../src/protocol/live.ts';
import { EventEmitter, debug, window } from '../../../support/vscode.ts';

/** A debug session of a Node process. */
const sessionOf = (pid: number): DebugSession => ({
  id: `s${pid}`, type: 'pwa-node', customRequest: (command: string) => Promise.resolve(command === 'evaluate' ? { result: String(pid) } : { stackFrames: [{ id: 1 }] }),
}) as unknown as DebugSession;

const hitOf = (pid: number, spanId: string, traceId = 'aa'): BreakpointHit => ({ breakpointId: 'b', traceId, spanId, on: 'start', client: { pid, name: 'agent' } });

function world(): {
  readonly hits: SpanHits; readonly selection: Selection; readonly shown: unknown[]; readonly counted: string[]; readonly marked: () => readonly string[]; readonly underway: Set<DebugSession>;
  stop(session: DebugSession): void; goOn(session: DebugSession): void;
} {
  const standing = new Map<DebugSession, Stop>(), continued = new EventEmitter<Continue>(), underway = new Set<DebugSession>();
  const shown: unknown[] = [], counted: string[] = [];
  let marked: readonly string[] = [];
  const selection = new Selection();
  const hits = new SpanHits({
    selection, display: new Display('en'),
    list: { countHit: (id: string) => counted.push(id), find: () => ({ id: 'b', enabled: true, on: 'start', tool: 'web$(search)' }) } as unknown as BreakpointList,
    view: { setStanding: (ids: ReadonlySet<string>) => { marked = [...ids]; } } as unknown as BreakpointsView,
    stops: { onDidContinue: continued.event, onDidEnd: new EventEmitter().event, standing: (session?: DebugSession) => [...standing.values()].filter((stop) => session === undefined || stop.session === session) } as unknown as Stops,
    steps: { isUnderway: ({ session }: Stop) => underway.has(session), isSessionUnderway: (session: DebugSession) => underway.has(session) } as unknown as StepToUser,
    panels: { latest: undefined, show: (traceId: string, options: object) => { shown.push([traceId, options]); return Promise.resolve(); } } as unknown as TracePanels,
  });
  return {
    hits, selection, shown, counted, underway, marked: () => marked,
    stop: (session) => { standing.set(session, { session, threadId: 0, isAll: true, reason: 'pause', atUnixMilli: standing.size }); },
    goOn: (session) => { standing.delete(session); continued.fire({ session, threadId: undefined, atUnixMilli: 0 }); },
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  window.statusMessages = [];
  window.activeTextEditor = {};
});

describe('a program at a span breakpoint', () => {
  it('has its span selected and shown without taking the focus, until it goes on', async () => {
    const { hits, selection, shown, counted, marked, stop, goOn } = world(), session = sessionOf(7);
    stop(session);
    await hits.take(hitOf(7, 'one'));
    expect(selection.current).toEqual({ traceId: 'aa', spanId: 'one' });
    expect(shown).toEqual([['aa', { spanId: 'one', preserveFocus: true }]]);
    expect([counted, marked()]).toEqual([['b'], ['b']]);
    expect(window.statusMessages).toEqual([String.raw`$(debug-pause) Stopped: tool web\$(search) starts (agent)`]);
    goOn(session);
    expect([marked(), window.statusMessages]).toEqual([[], []]);
  });

  it('is waited for while the debugger is on its way, also when the word of it comes first', async () => {
    const { hits, selection, underway, stop } = world(), session = sessionOf(7);
    const taken = hits.take(hitOf(7, 'one'));
    underway.add(session);
    stop(session);
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(selection.current).toBeUndefined();
    underway.delete(session);
    await taken;
    expect(selection.current?.spanId).toBe('one');
  });

  it('shows its trace beside the code, and so once the code is there', async () => {
    const { hits, shown, stop } = world();
    window.activeTextEditor = undefined;
    stop(sessionOf(7));
    const taken = hits.take(hitOf(7, 'one'));
    await new Promise((resolve) => { setTimeout(resolve, 10); });
    expect(shown).toEqual([]);
    window.activeTextEditor = {};
    await taken;
    expect(shown).toHaveLength(1);
  });

  it('keeps a panel closed that the user has closed', async () => {
    const { hits, shown, stop, goOn } = world(), session = sessionOf(7);
    for (const hit of [hitOf(7, 'one'), hitOf(7, 'two'), hitOf(7, 'three', 'bb')]) {
      stop(session);
      await hits.take(hit);
      goOn(session);
    }
    expect(shown).toHaveLength(2);
  });

  it('is shown by the span of the thread that came first, where several came to breakpoints at once', async () => {
    const { hits, selection, counted, stop } = world(), session = sessionOf(7);
    stop(session);
    await Promise.all([hits.take(hitOf(7, 'one')), hits.take(hitOf(7, 'two'))]);
    expect([selection.current?.spanId, counted]).toEqual(['one', ['b', 'b']]);
  });

  it('stands at the next span also where the word that it has gone on comes late', async () => {
    const { hits, selection, stop, goOn } = world(), session = sessionOf(7);
    stop(session);
    await hits.take(hitOf(7, 'one'));
    const taken = hits.take(hitOf(7, 'two'));
    await new Promise((resolve) => { setImmediate(resolve); });
    goOn(session);
    stop(session);
    await taken;
    expect(selection.current?.spanId).toBe('two');
  });

  it('is one of several, whose span is selected when the user looks at it', async () => {
    const { hits, selection, marked, stop, goOn } = world(), [one, two] = [sessionOf(1), sessionOf(2)];
    stop(one);
    stop(two);
    await hits.take(hitOf(2, 'second'));
    await hits.take(hitOf(1, 'first'));
    debug.looked.fire({ session: two });
    expect(selection.current?.spanId).toBe('second');
    debug.looked.fire({ session: one });
    expect(selection.current?.spanId).toBe('first');
    goOn(one);
    expect(marked()).toEqual(['b']);
    goOn(two);
    expect(marked()).toEqual([]);
  });

  it('that nobody sees stand selects nothing', async () => {
    const { hits, selection, counted, stop } = world();
    stop(sessionOf(1));
    stop(sessionOf(2));
    const taken = hits.take(hitOf(9, 'gone'));
    vi.advanceTimersByTime(10_000);
    await taken;
    expect([counted, selection.current]).toEqual([['b'], undefined]);
  });
});
