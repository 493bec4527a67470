import { describe, expect, it } from 'vitest';
import { frameOfSpan, framePlacesIn, makersOf, spanOfFrame } from '../../../src/debug/framesAndSpans.ts';
import type { FramePlace, SpanPlace } from '../../../src/debug/framesAndSpans.ts';

let id = 0;
const frame = (name: string, line: number, path = '/work/agent.py'): FramePlace => ({ id: id++, name, path, line });
const span = (spanId: string, functionName: string, line: number, path = '/work/agent.py'): SpanPlace => ({ spanId, functionName, line, path });

describe('frames and spans of a thread that stands', () => {
  // `plan` makes a span for a block of its own; what it calls makes another one around a callback.
  const frames = [frame('<lambda>', 31), frame('call_tool', 20), frame('plan', 12), frame('<module>', 40)];
  const spans = [span('tool', 'call_tool', 20), span('plan', 'plan', 10), span('run', '<module>', 40)];

  const madeIn = (all: readonly FramePlace[], made: readonly SpanPlace[]) => makersOf(all, made).map((maker) => maker?.frame);

  it('belong together by the line that made the span, else by its function', () => {
    expect(madeIn(frames, spans)).toEqual([1, 2, 3]);
  });

  it('lead from every frame to the innermost span around it, which a call that makes a span is not in yet', () => {
    expect([0, 1, 2, 3].map((at) => spans[spanOfFrame(frames, spans, at)]?.spanId)).toEqual(['tool', 'plan', 'plan', undefined]);
  });

  it('lead from every span to the frame in which it goes on', () => {
    expect([0, 1, 2].map((at) => frames[frameOfSpan(frames, spans, at)]?.name)).toEqual(['<lambda>', 'call_tool', 'plan']);
  });

  it('tell calls of one function from one another', () => {
    const deep = [frame('visit', 9), frame('visit', 7), frame('visit', 7), frame('main', 3)];
    const visits = [span('inner', 'visit', 7), span('outer', 'visit', 7)];
    expect(madeIn(deep, visits)).toEqual([1, 1]);
    expect(spanOfFrame(deep, visits, 3)).toBe(-1);
  });

  it('take a span whose frame is not on the stack any more for one around all that is', () => {
    const resumed = [frame('work', 8), frame('run_until_complete', 600, '/usr/lib/asyncio.py')];
    const tasks = [span('task', 'work', 6), span('agent', 'main', 2)];
    expect(spanOfFrame(resumed, tasks, 1)).toBe(1);
    expect(frameOfSpan(resumed, tasks, 1)).toBe(0);
    expect(spanOfFrame(resumed, [{ spanId: 'unknown' }], 0)).toBe(0);
    expect(spanOfFrame(resumed, [], 0)).toBe(-1);
  });

  it('know methods and paths by any of their names', () => {
    expect(madeIn([frame('async Agent.run', 5, 'C:\\work\\Agent.ts')], [span('a', 'run', 2, 'c:/work/agent.ts')])).toEqual([0]);
    expect(madeIn([frame('run', 5, '/C:/work/agent.ts')], [span('a', 'run', 2, 'c:/work/agent.ts')])).toEqual([0]);
    expect(madeIn([frame('', 5), frame('run', 9)], [span('a', '', 2)])).toEqual([undefined]);
  });

  it('are read from what an adapter says, as far as it makes sense', () => {
    expect(framePlacesIn({ stackFrames: [{ id: 1, name: 'f', line: 3, source: { path: '/a.py' } }, null, { name: 'no id' }, { id: 2, line: 'x' }] })).toEqual([
      { id: 1, name: 'f', path: '/a.py', line: 3 }, { id: 2, name: '', path: '', line: 0 },
    ]);
    expect([undefined, {}, { stackFrames: 'x' }].map(framePlacesIn)).toEqual([[], [], []]);
  });
});
