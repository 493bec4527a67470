import { describe, expect, it } from 'vitest';
import { Display } from '../../../../src/editor/display.ts';
import { inlineTexts, namesIn } from '../../../../src/editor/standing/inlineTexts.ts';
import type { AgentRecord } from '../../../../src/model/records.ts';

const display = new Display('en');
const textsOf = (name: string, agent?: Partial<AgentRecord>) => inlineTexts({ name, ...(agent === undefined ? {} : { agent: { role: 'llm', sources: {}, ...agent } }) }, display);

describe('what a line shows of the active span', () => {
  it('is what it is about, and nothing that is not known', () => {
    expect(textsOf('chat', { model: 'gpt-5', inputTokens: 1234, outputTokens: 88 })).toEqual(['span: chat', 'model: gpt-5', 'tokens: 1.2k → 88']);
    expect(textsOf('search_docs', { toolName: 'search_docs', toolArguments: { query: 'rounding' } })).toEqual(['span: search_docs', 'arguments: {"query":"rounding"}']);
    expect(textsOf('plan')).toEqual(['span: plan']);
  });

  it('stays short and in its line, whatever a program records', () => {
    for (const text of textsOf('a\n\u202ename'.repeat(1000), { toolName: '\u0000', toolArguments: 'x '.repeat(1e6), model: '\r\n\t' })) {
      expect(text.length).toBeLessThanOrEqual(80);
      expect(text).not.toMatch(/[\n\r\t\u0000\u202e]/);
    }
  });

  it('leaves names to the editor where they may be variables', () => {
    expect(namesIn('  const total = cart.total + $x1;').map(([from, to, name]) => [from, to, name])).toEqual([[2, 7, 'const'], [8, 13, 'total'], [16, 20, 'cart'], [29, 32, '$x1']]);
    expect(namesIn('123abc')).toEqual([]);
  });
});
