import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameVeil, unveiled } from '../../../src/debug/frameVeil.ts';
import { framesIn, isHookFrame, isUserFrame } from '../../../src/debug/stackFrames.ts';
import { debugpySteps } from '../../../src/debug/stepToUserDebugpy.ts';
import { nodeSteps } from '../../../src/debug/stepToUserNode.ts';

const hook = '/home/a/.vscode/extensions/spanscope.spanscope-0.1.0/dist/hook/node/hook.cjs', sdk = '/w/node_modules/@opentelemetry/sdk-trace-base/build/src/Tracer.js', user = '/w/src/agent.ts';

interface WireFrame { readonly id: number; readonly name: string; readonly source?: { readonly path: string; readonly presentationHint?: string }; presentationHint?: string }

const wire = (...paths: readonly string[]): WireFrame[] => paths.map((path, id) => ({ id, name: 'f', ...(path === '' ? {} : { source: path.startsWith('!') ? { path: path.slice(1), presentationHint: 'deemphasize' } : { path } }) }));
const next = (isStep: boolean, ...paths: readonly string[]): string | undefined => nodeSteps.next(framesIn({ stackFrames: wire(...paths) }), isStep, false);

describe('a frame', () => {
  const of = (path: string): ReturnType<typeof framesIn>[number] => framesIn({ stackFrames: wire(path) })[0] ?? { id: 0, name: '', path: '', isSkipped: false };

  it('is the hook’s, also on Windows', () => {
    for (const path of [hook, String.raw`c:\Users\a\.vscode\extensions\spanscope\dist\hook\node\hook.cjs`, '/x/dist/hook/python/sitecustomize.py', '/x/dist/hook/python/_spanscope_hook/watch.py']) expect(isHookFrame(of(path))).toBe(true);
    expect(isHookFrame(of('vscode-remote://127.0.0.1:44595/tmp/b%20c/dist/hook/node/hook.cjs'))).toBe(true);
    for (const path of [user, '/w/hook.cjs', '/w/hook/python.py', '']) expect(isHookFrame(of(path))).toBe(false);
  });

  it('is the user’s when it is of no package, not of the language and not skipped', () => {
    for (const path of [user, String.raw`C:\w\agent.js`, '/w/lib/pythonic/a.py', 'file:///c%3A/w/agent.js', 'vscode-remote://wsl+ubuntu/w/agent.js', 'file:///w/%E0%A4%A']) expect(isUserFrame(of(path))).toBe(true);
    for (const path of [hook, sdk, '/w/src/spanscope.mjs', '!/w/src/agent.ts', '<node_internals>/internal/process', 'node:events', '', '/usr/lib/python3.12/asyncio/events.py', '/v/lib/python3.12/site-packages/a.py']) expect(isUserFrame(of(path))).toBe(false);
  });

  it('is whatever a debug adapter sends, or nothing', () => {
    fc.assert(fc.property(fc.anything(), (body) => { framesIn(body); framesIn({ stackFrames: [body] }); framesIn({ stackFrames: [{ id: 1, source: body, name: body }] }); }));
    expect(framesIn({ stackFrames: [null, { id: 'x' }, { id: 3 }] })).toEqual([{ id: 3, name: '', path: '', isSkipped: false }]);
  });
});

describe('a program that stands in the hook', () => {
  it('stays there, out of sight, until the user steps on', () => {
    for (const below of [[user], [sdk, user], [hook, user]]) expect(next(false, hook, hook, ...below)).toBeUndefined();
  });

  it('goes out of it with the user’s step', () => {
    expect(next(true, hook, hook, user)).toBe('stepOut');
    expect(next(true, hook, user)).toBe('stepOut');
    expect(next(true, user, hook)).toBeUndefined();
  });

  it('leaves the agent kit on its way, and only then', () => {
    const kit = '/w/src/spanscope.mjs', underway = (...paths: readonly string[]): string | undefined => nodeSteps.next(framesIn({ stackFrames: wire(...paths) }), true, true);
    expect([next(true, hook, hook, kit, user), next(true, hook, kit, kit, user), next(true, kit, user)]).toEqual(['stepOut', 'stepOut', undefined]);
    expect([underway(kit, user), underway(user, kit), underway(user)]).toEqual(['stepOut', undefined, undefined]);
    expect(next(false, hook, hook, kit, user)).toBeUndefined();
  });

  it('goes on to the work of a package that made the span', () => {
    expect(next(true, hook, hook, sdk, user)).toBe('stepOut');
    expect(next(true, hook, sdk, user)).toBe('stepIn');
  });

  it('goes out of the hook for Python, wherever that leads', () => {
    const python = (...paths: readonly string[]): string | undefined => debugpySteps.next(framesIn({ stackFrames: wire(...paths) }), true, false);
    expect(python('/x/dist/hook/python/_spanscope_hook/otel_sdk.py', '/v/lib/python3.12/site-packages/opentelemetry/sdk/trace/__init__.py')).toBe('stepOut');
    expect([python(user), python()]).toEqual([undefined, undefined]);
  });

  it('is left alone when nothing is known of its frames', () => {
    expect(next(true)).toBeUndefined();
    expect(next(true, hook, hook)).toBeUndefined();
  });
});

describe('what the editor is told of a stack', () => {
  /** Asks for a stack in parts of these sizes, as an adapter would answer. */
  function shown(stack: readonly string[], ...parts: readonly number[]): { readonly paths: (string | undefined)[]; readonly hints: (string | undefined)[]; readonly total: number } {
    const veil = new FrameVeil(() => false), paths: (string | undefined)[] = [], hints: (string | undefined)[] = [];
    let total = 0;
    for (const [i, size] of parts.entries()) {
      const request = { type: 'request', seq: i, command: 'stackTrace', arguments: { threadId: 1, startFrame: paths.length, levels: size } };
      veil.toAdapter(request);
      const { startFrame, levels } = request.arguments;
      const body = { stackFrames: wire(...stack).slice(startFrame, levels === 0 ? undefined : startFrame + levels), totalFrames: stack.length };
      veil.fromAdapter({ type: 'response', request_seq: i, command: 'stackTrace', body });
      if (size > 0) expect(body.stackFrames.length).toBeLessThanOrEqual(size);
      paths.push(...body.stackFrames.map(({ source }) => source?.path));
      hints.push(...body.stackFrames.map(({ presentationHint }) => presentationHint));
      total = body.totalFrames;
    }
    return { paths, hints, total };
  }

  it('begins with the line that made the span', () => {
    for (const parts of [[20], [1, 19], [0], [1, 1, 1]]) expect(shown([hook, hook, user, sdk, user], ...parts)).toEqual({ paths: [user, sdk, user], hints: [undefined, undefined, undefined], total: 3 });
  });

  it('has packages above that line for those who want to see them', () => {
    for (const parts of [[20], [2, 19], [1, 19], [0]]) {
      expect(shown([hook, hook, sdk, user, sdk], ...parts)).toEqual({ paths: [sdk, user, sdk], hints: ['subtle', undefined, undefined], total: 3 });
      expect(shown([hook, hook, sdk, sdk, sdk, user], ...parts)).toEqual({ paths: [sdk, sdk, sdk, user], hints: ['subtle', 'subtle', 'subtle', undefined], total: 4 });
    }
  });

  it('is the whole stack where the program stands elsewhere, or nothing else is known', () => {
    expect(shown([sdk, hook, user], 1, 19)).toEqual({ paths: [sdk, hook, user], hints: [undefined, undefined, undefined], total: 3 });
    expect(shown([hook, hook], 1, 19).paths).toEqual([hook, hook]);
    expect(shown([hook, sdk, sdk], 1, 19)).toMatchObject({ paths: [sdk, sdk], hints: [undefined, undefined] });
  });

  it('is that of the user’s line while the program is led through the agent kit, and the whole one for who steps there', () => {
    const kit = '/w/src/spanscope.mjs';
    const seen = (isUnderway: boolean, ...stack: readonly string[]): readonly (string | undefined)[] => {
      const veil = new FrameVeil((threadId) => isUnderway && threadId === 1), body = { stackFrames: wire(...stack) };
      veil.toAdapter({ type: 'request', seq: 1, command: 'stackTrace', arguments: { threadId: 1, startFrame: 0, levels: 20 } });
      veil.fromAdapter({ type: 'response', request_seq: 1, command: 'stackTrace', body });
      return body.stackFrames.map(({ source }) => source?.path);
    };
    for (const stack of [[hook, hook, kit, kit, user, kit], [kit, user, kit], [user, kit]]) expect(seen(true, ...stack)).toEqual([user, kit]);
    expect([seen(false, kit, user), seen(false, hook, kit, user), seen(true, hook, sdk, user)]).toEqual([[kit, user], [kit, user], [sdk, user]]);
  });

  it('is anew at every stop and in every thread', () => {
    const veil = new FrameVeil(() => false);
    const ask = (seq: number, threadId: number, ...stack: readonly string[]): number => {
      const body = { stackFrames: wire(...stack) };
      veil.toAdapter({ type: 'request', seq, command: 'stackTrace', arguments: { threadId, startFrame: 0, levels: 20 } });
      veil.fromAdapter({ type: 'response', request_seq: seq, command: 'stackTrace', body });
      return body.stackFrames.length;
    };
    expect([ask(1, 1, hook, user), ask(2, 2, user, user), ask(3, 1, user, user)]).toEqual([1, 2, 2]);
  });

  it('is all of it for ourselves', () => {
    const veil = new FrameVeil(() => false), body = { stackFrames: wire(hook, user) }, request = { type: 'request', seq: 1, command: 'stackTrace', arguments: { threadId: 1, levels: 20, ...unveiled } };
    veil.toAdapter(request);
    veil.fromAdapter({ type: 'response', request_seq: 1, command: 'stackTrace', body });
    expect([request.arguments.levels, body.stackFrames.length]).toEqual([20, 2]);
  });

  it('may be anything', () => {
    fc.assert(fc.property(fc.anything(), fc.anything(), (given, body) => {
      const veil = new FrameVeil(() => false);
      veil.toAdapter({ type: 'request', seq: 1, command: 'stackTrace', arguments: given });
      veil.fromAdapter({ type: 'response', request_seq: 1, command: 'stackTrace', body });
      veil.toAdapter({ type: 'request', seq: 2, command: 'stackTrace', arguments: { threadId: given } });
      veil.fromAdapter({ type: 'response', request_seq: 2, command: 'stackTrace', body: { stackFrames: [body, {}, given] } });
    }));
  });
});
