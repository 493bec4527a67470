import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeFileName } from '../../../src/editor/fileNames.ts';

describe('a file name', () => {
  it.each([
    ['checkout run', 'checkout-run.json'],
    ['../../etc/passwd', 'etc-passwd.json'],
    ['..\\..\\boot.ini', 'boot-ini.json'],
    ['CON', 'trace-CON.json'],
    ['com1', 'trace-com1.json'],
    ['', 'trace.json'],
    ['...', 'trace.json'],
    ['日本語', 'trace.json'],
    ['run:stream', 'run-stream.json'],
    ['a\u0000b\n', 'a-b.json'],
    ['trailing. ', 'trailing.json'],
  ])('for %j is %s', (name, expected) => {
    expect(safeFileName(name, '.json')).toBe(expected);
  });

  it('is short, plain and not empty for any name', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const file = safeFileName(name, '.otlp.json');
      expect(file).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]*\.otlp\.json$/);
      expect(Buffer.byteLength(file)).toBeLessThanOrEqual(120);
    }));
  });
});
