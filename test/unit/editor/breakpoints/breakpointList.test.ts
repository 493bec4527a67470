import type { Memento } from 'vscode';
import { beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { readBreakpoints } from '../../../../src/debug/savedBreakpoints.ts';
import { BreakpointList } from '../../../../src/editor/breakpoints/breakpointList.ts';
import type { SpanBreakpoint } from '../../../../src/protocol/live.ts';
import { workspace } from '../../../support/vscode.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';

function memento(saved?: unknown): Memento & { readonly kept: Map<string, unknown> } {
  const kept = new Map<string, unknown>(saved === undefined ? [] : [['debug.spanBreakpoints', saved]]);
  return {
    kept, keys: () => [...kept.keys()], get: (key: string) => kept.get(key),
    update: (key: string, value: unknown) => { kept.set(key, JSON.parse(JSON.stringify(value))); return Promise.resolve(); },
  } as unknown as Memento & { readonly kept: Map<string, unknown> };
}

function listed(memory = memento()): { readonly list: BreakpointList; readonly collector: ReturnType<typeof fakeCollector>; readonly told: (readonly SpanBreakpoint[])[]; readonly memory: ReturnType<typeof memento> } {
  const told: (readonly SpanBreakpoint[])[] = [];
  const collector = fakeCollector({ setBreakpoints: (items) => { told.push(items); } });
  return { list: new BreakpointList(collector.host, memory, keptLog().log), collector, told, memory };
}

const settled = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });
const names = (told: readonly (readonly SpanBreakpoint[])[]): unknown => told.map((items) => items.map(({ name }) => name));

beforeEach(() => { workspace.isTrusted = true; });

describe('the span breakpoints of a workspace', () => {
  it('are there again in its next window', () => {
    const { list, memory } = listed();
    const { id } = list.add({ on: 'start', name: 'plan*', hit: 3 });
    list.add({ on: 'error', tool: 'web_search' });
    list.setEnabled([id], false);
    expect(new BreakpointList(listed().collector.host, memory, keptLog().log).items).toEqual(list.items);
    expect(list.items.map(({ enabled }) => enabled)).toEqual([false, true]);
  });

  it('are told when a worker starts and on every change, those only that are on', async () => {
    const { list, collector, told } = listed();
    const { id } = list.add({ on: 'start', name: 'a' });
    list.add({ on: 'start', name: 'b' });
    expect(told).toEqual([]);
    await collector.host.call('stats');
    await settled();
    list.setEnabled([id], false);
    list.delete([id]);
    list.delete(list.items.map((item) => item.id));
    await settled();
    expect(names(told)).toEqual([['a', 'b'], ['b'], ['b'], []]);
  });

  it('are told again to a worker that takes the place of a lost one', async () => {
    const { list, collector, told } = listed();
    list.add({ on: 'start', name: 'a' });
    await collector.host.call('stats');
    collector.listeners[0]?.onLost('crash');
    await settled();
    expect(names(told)).toEqual([['a'], ['a']]);
  });

  it('start nothing and tell nothing when there are none', async () => {
    const { collector, told } = listed();
    expect(collector.host.isRunning).toBe(false);
    await collector.host.call('stats');
    await settled();
    expect(told).toEqual([]);
  });

  it('are not told in a workspace that is not trusted, until it is', async () => {
    workspace.isTrusted = false;
    const { list, collector, told } = listed();
    list.add({ on: 'start', name: 'a' });
    await collector.host.call('stats');
    list.add({ on: 'start', name: 'b' });
    await settled();
    expect(told).toEqual([]);
    workspace.isTrusted = true;
    workspace.granted.fire();
    await settled();
    expect(names(told)).toEqual([['a', 'b']]);
  });

  it('are turned on instead of added twice', () => {
    const { list } = listed();
    const { id } = list.add({ on: 'start', name: 'a', role: 'tool' });
    list.setEnabled([id], false);
    expect(list.add({ role: 'tool', name: 'a', on: 'start' })).toMatchObject({ id });
    expect(list.items).toEqual([{ id, enabled: true, on: 'start', name: 'a', role: 'tool' }]);
  });

  it('are counted anew when they were changed, and when another session begins', () => {
    const { list } = listed();
    const { id } = list.add({ on: 'start', name: 'a' });
    list.countHit(id);
    list.countHit(id);
    list.countHit('unknown');
    expect(list.hitsOf(id)).toBe(2);
    list.change(id, { on: 'end', name: 'a' });
    const [changed] = list.items;
    expect(changed).toMatchObject({ on: 'end', enabled: true });
    expect(changed?.id).not.toBe(id);
    list.countHit(changed?.id ?? '');
    list.forgetHits();
    expect(list.hitsOf(changed?.id ?? '')).toBe(0);
  });

  it('are read from whatever was saved', () => {
    const one: SpanBreakpoint = { id: 'a', enabled: true, on: 'end', attribute: { key: 'k', operator: '>=', value: '3' }, limit: { of: 'tokens', above: 5 } };
    expect(readBreakpoints([one, { id: 'b', on: 'start', enabled: false, hit: 1.5, role: 'x', attribute: { key: 'k', operator: '=' }, limit: { of: 'tokens', above: -1 } }, null, { on: 'start' }, { id: 'c', on: 'later' }, 7]))
      .toEqual([one, { id: 'b', enabled: false, on: 'start' }]);
    fc.assert(fc.property(fc.anything(), (saved) => { expect(readBreakpoints(saved)).toEqual(readBreakpoints(readBreakpoints(saved))); }));
    expect(readBreakpoints(Array.from({ length: 3000 }, (_, i) => ({ id: String(i), on: 'start' }))).length).toBe(1000);
  });

  it('are 1,000 at most', () => {
    const { list } = listed(memento(Array.from({ length: 1000 }, (_, i) => ({ id: String(i), enabled: true, on: 'start', name: `n${i}` }))));
    expect(() => list.add({ on: 'start', name: 'one more' })).toThrow('There can be 1000 span breakpoints at most. Delete some first.');
  });
});
