import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameVeil } from '../../../src/debug/frameVeil.ts';
import { framesIn, isHookFrame, isUserFrame } from '../../../src/debug/stackFrames.ts';
import { debugpySteps } from '../../../src/debug/stepToUserDebugpy.ts';
import { nodeSteps } from '../../../src/debug/stepToUserNode.ts';

const hook = '/home/a/.vscode/extensions/spanscope.spanscope-0.1.0/dist/hook/node/hook.cjs', sdk = '/w/node_modules/@opentelemetry/sdk-trace-base/build/src/Tracer.js', user = '/w/src/agent.ts';

interface WireFrame { readonly id: number; readonly name: string; readonly source?: { readonly path: string; readonly presentationHint?: string }; presentationHint?: string }

const wire = (...paths: readonly string[]): WireFrame[] => paths.map((path, id) => ({ id, name: 'f', ...(path === '' ? {} : { source: path.startsWith('!') ? { path: path.slice(1), presentationHint: 'deemphasize' } : { path } }) }));
const next = (isStep: boolean, ...paths: readonly string[]): string | undefined => nodeSteps.next(framesIn({ stackFrames: wire(...paths) }), isStep);

describe('a frame', () => {
  const of = (path: string): ReturnType<typeof framesIn>[number] => framesIn({ stackFrames: wire(path) })[0] ?? { id: 0, name: '', path: '', isSkipped: false };

  it('is the hook’s, also on Windows', () => {
    for (const path of [hook, String.raw`c:\Users\a\.vscode\extensions\spanscope\dist\hook\node\hook.cjs`, '/x/dist/hook/python/sitecustomize.py', '/x/dist/hook/python/_spanscope_hook/watch.py']) expect(isHookFrame(of(path))).toBe(true);
    expect(isHookFrame(of('vscode-remote://127.0.0.1:44595/tmp/b%20c/dist/hook/node/hook.cjs'))).toBe(true);
    for (const path of [user, '/w/hook.cjs', '/w/hook/python.py', '']) expect(isHookFrame(of(path))).toBe(false);
  });

  it('is the user’s when it is of no package, not of the language and not skipped', () => {
    for (const path of [user, String.raw`C:\w\agent.js`, '/w/lib/pythonic/a.py', 'file:///c%3A/w/agent.js', 'vscode-remote://wsl+ubuntu/w/agent.js', 'file:///w/%E0%A4%A']) expect(isUserFrame(of(path))).toBe(true);
    for (const path of [hook, sdk, '!/w/src/agent.ts', '<node_internals>/internal/process', 'node:events', '', '/usr/lib/python3.12/asyncio/events.py', '/v/lib/python3.12/site-packages/a.py']) expect(isUserFrame(of(path))).toBe(false);
  });

  it('is whatever a debug adapter sends, or nothing', () => {
    fc.assert(fc.property(fc.anything(), (body) => { framesIn(body); framesIn({ stackFrames: [body] }); framesIn({ stackFrames: [{ id: 1, source: body, name: body }] }); }));
    expect(framesIn({ stackFrames: [null, { id: 'x' }, { id: 3 }] })).toEqual([{ id: 3, name: '', path: '', isSkipped: false }]);
  });
});

describe('a program that stands in the hook', () => {
  it('goes out of it to the line that made the span', () => {
    expect(next(false, hook, hook, user)).toBe('stepOut');
    expect(next(false, hook, user)).toBe('stepOut');
    expect(next(false, user, hook)).toBeUndefined();
    expect(next(true, hook, user)).toBe('stepOut');
  });

  it('stays before the work of a package that made the span, until the user steps on', () => {
    expect(next(false, hook, hook, sdk, user)).toBeUndefined();
    expect(next(false, hook, hook, hook, user)).toBeUndefined();
    expect(next(true, hook, hook, sdk, user)).toBe('stepOut');
    expect(next(true, hook, sdk, user)).toBe('stepIn');
  });

  it('goes out of the hook for Python, wherever that leads', () => {
    const python = (...paths: readonly string[]): string | undefined => debugpySteps.next(framesIn({ stackFrames: wire(...paths) }), true);
    expect(python('/x/dist/hook/python/_spanscope_hook/otel_sdk.py', '/v/lib/python3.12/site-packages/opentelemetry/sdk/trace/__init__.py')).toBe('stepOut');
    expect([python(user), python()]).toEqual([undefined, undefined]);
  });

  it('is left alone when nothing is known of its frames', () => {
    expect(next(false)).toBeUndefined();
    expect(next(true, hook, hook)).toBeUndefined();
  });
});

describe('the frames above the user’s', () => {
  function seen(parts: readonly (readonly WireFrame[])[]): (string | undefined)[] {
    const veil = new FrameVeil();
    let start = 0;
    return parts.flatMap((part, i) => {
      veil.toAdapter({ type: 'request', seq: i, command: 'stackTrace', arguments: { threadId: 1, startFrame: start, levels: part.length } });
      veil.fromAdapter({ type: 'response', request_seq: i, command: 'stackTrace', body: { stackFrames: part } });
      start += part.length;
      return part.map(({ presentationHint }) => presentationHint);
    });
  }

  it('are passed over when the hook stands on top', () => {
    expect(seen([wire(hook, hook, sdk, user, sdk)])).toEqual(['subtle', 'subtle', 'subtle', undefined, undefined]);
  });

  it('are passed over in a stack that is told in parts', () => {
    expect(seen([wire(hook), wire(hook, sdk, user, sdk)])).toEqual(['subtle', 'subtle', 'subtle', undefined, undefined]);
  });

  it('stay as they are when something else stands on top, or no frame is the user’s', () => {
    expect(seen([wire(sdk, user)])).toEqual([undefined, undefined]);
    expect(seen([wire(hook, sdk, sdk)])).toEqual(['subtle', undefined, undefined]);
  });

  it('may be anything', () => {
    fc.assert(fc.property(fc.anything(), fc.anything(), (given, body) => {
      const veil = new FrameVeil();
      veil.toAdapter({ type: 'request', seq: 1, command: 'stackTrace', arguments: given });
      veil.fromAdapter({ type: 'response', request_seq: 1, command: 'stackTrace', body });
      veil.toAdapter({ type: 'request', seq: 2, command: 'stackTrace' });
      veil.fromAdapter({ type: 'response', request_seq: 2, command: 'stackTrace', body: { stackFrames: [body, Object.freeze({}), given] } });
    }));
  });
});
