import { describe, expect, it } from 'vitest';
import { agentOf } from '../../../src/model/conventions/registry.ts';
import { parsePartialJson } from '../../../src/model/partialJson.ts';

describe('JSON text', () => {
  it.each([
    ['["a"', ['a']], ['{"a":"b', new Map([['a', 'b']])], [' [1] ', [1]], ['"a\\n"', 'a\n'], ['[9007199254740993]', [9_007_199_254_740_993n]],
  ])('%j is read as far as it goes', (text, value) => { expect(parsePartialJson(text)).toEqual(value); });

  it.each(['"Hello" she said', '[1] says so', '{"a":1} and more', '{}x', '"a quotation that is opened', '[INST] hi', '{"a":1}\n{"b":2}'])('%j is none', (text) => {
    expect(parsePartialJson(text)).toBeUndefined();
  });
});

it('what people say and tools answer is kept to its end when it begins with a quotation or a number in brackets', () => {
  const agent = agentOf({
    name: 'span', kind: 'internal', scopeName: '', events: [], logs: [],
    attributes: new Map([['gen_ai.operation.name', 'execute_tool'], ['gen_ai.tool.call.result', '[1] Paris, [2] Rome'], ['gen_ai.prompt', '"To be" is a quotation']]),
  });
  expect(agent?.toolResult).toBe('[1] Paris, [2] Rome');
  expect(agent?.inputMessages).toEqual([{ role: 'user', parts: [{ type: 'text', text: '"To be" is a quotation' }] }]);
});
