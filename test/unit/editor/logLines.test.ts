import { describe, expect, it } from 'vitest';
import { LogLimit, logLine } from '../../../src/editor/logLines.ts';

describe('a log line', () => {
  it('stays one line, whatever is in it', () => {
    expect(logLine('name\r\n2026-01-01 [error] forged \u001b[31m\u202e')).toBe(String.raw`name\r\n2026-01-01 [error] forged \u001b[31m\u202e`);
  });

  it('is cut when it is long', () => {
    expect(logLine('x'.repeat(5000))).toBe(`${'x'.repeat(2048)}… (5000 characters)`);
  });
});

describe('the log limit', () => {
  it('writes one line a second of each kind and says how many it held back', () => {
    let now = 0;
    const limit = new LogLimit(() => now);
    expect(limit.pass('a', 'first')).toBe('first');
    expect(limit.pass('b', 'other')).toBe('other');
    expect(limit.pass('a', 'second')).toBeUndefined();
    now = 999;
    expect(limit.pass('a', 'third')).toBeUndefined();
    now = 1000;
    expect(limit.pass('a', 'fourth')).toBe('fourth (and 2 more of this kind)');
    now = 3000;
    expect(limit.pass('a', 'fifth')).toBe('fifth');
  });
});
