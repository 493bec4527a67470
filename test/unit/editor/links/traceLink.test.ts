import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTraceLink, traceLinkTo } from '../../../../src/editor/links/traceLink.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c', spanId = 'b7ad6b7169203331';
const read = (path: string, query = '', fragment = ''): unknown => readTraceLink({ path, query, fragment });
const hex = (length: number): fc.Arbitrary<string> => fc.array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length }).map((digits) => digits.map((digit) => digit.toString(16)).join('')).filter((id) => !/^0+$/.test(id));

describe('a link', () => {
  it('names a trace, or a span of it', () => {
    expect(read(`/trace/${traceId}`)).toEqual({ traceId });
    expect(read(`/trace/${traceId}/span/${spanId}`)).toEqual({ traceId, spanId });
  });

  it('may be in capitals, and may name the window that the editor chose', () => {
    expect(read(`/trace/${traceId.toUpperCase()}/span/${spanId.toUpperCase()}`, 'windowId=_blank')).toEqual({ traceId, spanId });
    expect(read(`/trace/${traceId}`, 'windowId=3')).toEqual({ traceId });
  });

  it('is read as it is made, for any ids', () => {
    fc.assert(fc.property(hex(32), fc.option(hex(16), { nil: undefined }), (trace, span) => {
      const target = span === undefined ? { traceId: trace } : { traceId: trace, spanId: span };
      const url = new URL(traceLinkTo(target, 'vscode') ?? '');
      expect({ scheme: url.protocol, host: url.host }).toEqual({ scheme: 'vscode:', host: 'spanscope.spanscope' });
      expect(read(url.pathname)).toEqual(target);
    }));
  });

  it.each([
    '', '/', '/trace', '/trace/', `/trace/${traceId}/`, `//trace/${traceId}`, `/trace/${traceId}/span`, `/trace/${traceId}/span/`, `/trace/${traceId}/span/${spanId}/more`,
    `/trace/${traceId.slice(1)}`, `/trace/${traceId}0`, `/trace/${traceId}/span/${spanId}0`, `/trace/${'g'.repeat(32)}`, `/trace/${'0'.repeat(32)}`, `/trace/${traceId}/span/${'0'.repeat(16)}`,
    `/trace/../trace/${traceId}`, `/trace/file:a/${traceId}`, `/trace/${traceId}/span/../../${spanId}`, `/trace/${traceId}\n`, `/trace/${traceId}%00`, `/trace/ ${traceId}`,
    `/trace/${traceId}/span/${spanId};command:x`, `/run/${traceId}`, `/Trace/${traceId}/${spanId}`, `/trace/${'０'.repeat(32)}`, '/trace/__proto__', `/${'a/'.repeat(50_000)}`,
  ])('is nothing when it is %j', (path) => {
    expect(read(path)).toBeUndefined();
  });

  it('is nothing with a query or a fragment of its own', () => {
    for (const query of ['x=1', 'windowId=3&open=/etc/passwd', 'windowId=', 'windowId=command:x', `windowId=${'9'.repeat(40)}`]) expect(read(`/trace/${traceId}`, query)).toBeUndefined();
    expect(read(`/trace/${traceId}`, '', 'L1')).toBeUndefined();
  });

  it('never gives anything but hex digits', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (path, query, fragment) => {
      const target = readTraceLink({ path, query, fragment });
      if (target !== undefined) expect(`${target.traceId}${target.spanId ?? ''}`).toMatch(/^[0-9a-f]+$/);
    }));
  });

  it('is not made to ids of other forms', () => {
    expect(traceLinkTo({ traceId: 'run 7' }, 'vscode')).toBeUndefined();
    expect(traceLinkTo({ traceId, spanId: 'a/../b' }, 'vscode')).toBeUndefined();
  });
});
