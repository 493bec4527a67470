import { describe, expect, it } from 'vitest';
import { withKitSkipped } from '../../../src/debug/kitSkipping.ts';

const rule = { path: '**/spanscope.py', include: false };

describe('the agent kit in the way of a debugger', () => {
  it('is skipped by debugpy after the rules of the user', () => {
    expect(withKitSkipped({ type: 'debugpy' })).toEqual({ type: 'debugpy', rules: [rule] });
    expect(withKitSkipped({ type: 'python', justMyCode: true, rules: [{ path: '/x', include: true }] })).toEqual({ type: 'python', justMyCode: true, rules: [{ path: '/x', include: true }, rule] });
  });

  it('is left to those who name it, step through libraries, or write what no debugger takes', () => {
    for (const given of [
      { type: 'debugpy', justMyCode: false }, { type: 'debugpy', rules: [{ module: 'spanscope', include: true }] }, { type: 'debugpy', rules: [{ path: '/w/spanscope.py', include: true }] },
      { type: 'debugpy', rules: {} }, { type: 'node' }, { type: 'go' }, {},
    ]) expect(withKitSkipped(given)).toBe(given);
  });
});
