import { describe, expect, it } from 'vitest';
import { controlRequest, isAttachedHere } from '../../../src/debug/controlRequest.ts';

describe('a debugger that is attached', () => {
  it('is one of this machine, which was not told to leave the program alone', () => {
    for (const here of [{}, { address: 'localhost' }, { host: '127.0.0.1' }, { connect: { host: '::1', port: 5678 } }, { listen: { host: '0.0.0.0', port: 1 } }, { processId: 12 }]) expect(isAttachedHere({ request: 'attach', ...here })).toBe(true);
    for (const elsewhere of [{ request: 'launch' }, { address: 'build.example' }, { connect: { host: '10.0.0.7' } }, { host: 7 }, { spanscope: false }]) expect(isAttachedHere({ request: 'attach', ...elsewhere })).toBe(false);
  });

  it('is asked to hand over tokens, and nothing else', () => {
    expect(controlRequest('pwa-node', 'a-b_c')).toContain('("a-b_c")');
    expect(controlRequest('debugpy', 'a-b_c')).toContain('("a-b_c")');
    expect(controlRequest('go', 'a')).toBeUndefined();
    expect(controlRequest('debugpy', '");import os;("')).toBeUndefined();
    expect(controlRequest('debugpy', '')).toBeUndefined();
  });
});
