import { describe, expect, it } from 'vitest';
import { spanInAnswer, spanQuestion } from '../../../src/debug/activeSpan.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736', spanId = '00f067aa0ba902b7';

describe('the active span of a frame', () => {
  it.each([`${traceId} ${spanId}`, `'${traceId} ${spanId}'`, `"${traceId} ${spanId}"`, ` '${traceId} ${spanId}'\n`])('is read from what a debugger shows: %j', (result) => {
    expect(spanInAnswer({ result, variablesReference: 0 })).toEqual({ traceId, spanId });
  });

  it.each([
    undefined, null, 'text', {}, { result: 7 }, { result: 'undefined' }, { result: 'None' }, { result: 'ReferenceError: x is not defined' }, { result: '' }, { result: '../../etc passwd/x' },
    { result: `${'a'.repeat(200)} b` }, { result: 'a b'.repeat(1e6) }, { result: '<img src=x> onerror' }, { result: 'command:workbench id id' },
  ])('is none in an answer without ids', (answer) => {
    expect(spanInAnswer(answer)).toBeUndefined();
  });

  it('is asked of debuggers of programs that the hook is in', () => {
    expect([spanQuestion('pwa-node'), spanQuestion('debugpy'), spanQuestion('go')].map((question) => question !== undefined)).toEqual([true, true, false]);
  });
});
