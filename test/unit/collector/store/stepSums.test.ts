import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summaryOf } from '../../../../src/collector/store/summaries.ts';
import { traceOf } from './drawn.ts';

const llm = (attributes: object = {}): string => JSON.stringify({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', ...attributes });
const tool = (attributes: object = {}): string => JSON.stringify({ 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 't', ...attributes });
const agent = (attributes: object = {}): string => JSON.stringify({ 'gen_ai.operation.name': 'invoke_agent', ...attributes });
const tokens = (input: number, output: number): object => ({ 'gen_ai.usage.input_tokens': input, 'gen_ai.usage.output_tokens': output });
const sumsOf = (...spans: string[]) => {
  const { llmCalls, toolCalls, inputTokens, outputTokens, costUsd } = summaryOf(traceOf(...spans));
  return { llmCalls, toolCalls, inputTokens, outputTokens, costUsd };
};

describe('the sums of a trace', () => {
  it('leave out figures that an agent repeats of the model calls below it', () => {
    expect(sumsOf(`a run 0..9 ${agent(tokens(30, 3))}`, `b<a x 1..2 ${llm(tokens(10, 1))}`, `c<a y 3..4 ${llm(tokens(20, 2))}`))
      .toEqual({ llmCalls: 2, toolCalls: 0, inputTokens: 30, outputTokens: 3, costUsd: undefined });
  });

  it("use an agent's own figures when nothing below it has some", () => {
    expect(sumsOf(`a run 0..9 ${agent(tokens(30, 3))}`, 'b<a x 1..2')).toMatchObject({ inputTokens: 30, outputTokens: 3 });
  });

  it('count nested model calls once, unless a tool or an agent is between them', () => {
    expect(sumsOf(`a x 0..9 ${llm(tokens(5, 1))}`, `b<a y 1..2 ${llm(tokens(5, 1))}`)).toMatchObject({ llmCalls: 1, inputTokens: 5 });
    expect(sumsOf(`a x 0..9 ${llm()}`, `b<a y 1..2 ${tool()}`, `c<b z 1..2 ${llm()}`)).toMatchObject({ llmCalls: 2, toolCalls: 1 });
    expect(sumsOf(`a x 0..9 ${tool()}`, 'm<a wire 1..2', `b<m y 1..2 ${tool()}`)).toMatchObject({ toolCalls: 1 });
    expect(sumsOf(`a x 0..9 ${tool()}`, `b<a y 1..2 ${agent()}`, `c<b z 1..2 ${tool()}`)).toMatchObject({ toolCalls: 2 });
  });

  it('count a model call that a tool makes besides the one that called the tool, and not again for their agent', () => {
    const nested = [`b<a x 1..8 ${llm(tokens(100, 10))}`, `c<b t 2..7 ${tool()}`, `d<c y 3..6 ${llm(tokens(20, 2))}`];
    expect(sumsOf(...nested)).toMatchObject({ llmCalls: 2, inputTokens: 120, outputTokens: 12 });
    expect(sumsOf(`a run 0..9 ${agent(tokens(120, 12))}`, ...nested)).toMatchObject({ llmCalls: 2, inputTokens: 120, outputTokens: 12 });
  });

  it('take from a wrapper what the call within does not say', () => {
    expect(sumsOf(`a x 0..9 ${llm({ ...tokens(5, 1), 'gen_ai.usage.cost': 0.5 })}`, `b<a y 1..2 ${llm({ 'gen_ai.usage.input_tokens': 5 })}`))
      .toEqual({ llmCalls: 1, toolCalls: 0, inputTokens: 5, outputTokens: 1, costUsd: 0.5 });
  });

  it('count a call once that two libraries recorded beside each other, by the id of its answer and their times', () => {
    const answer = (id: string, ...figures: object[]): string => llm(Object.assign({ 'gen_ai.response.id': id }, ...figures));
    const sdk = `b<a sdk 2..5 ${answer('m1', tokens(100, 20))}`, library = `c<a library 1..6 ${answer('m1', tokens(100, 21))}`, root = 'a main 0..9';
    const once = { llmCalls: 1, toolCalls: 0, inputTokens: 100, outputTokens: 21, costUsd: undefined };
    for (const order of [[root, sdk, library], [library, sdk, root], [sdk, root, library]]) expect(sumsOf(...order)).toEqual(once);
    expect(sumsOf(root, sdk, `start c<a library 1.. ${llm()}`, `end c ..6 ${JSON.stringify({ 'gen_ai.response.id': 'm1', ...tokens(100, 21) })}`)).toEqual(once);
    // One after the other, of other ids, or without any, they are calls of their own.
    expect(sumsOf(root, sdk, `c<a x 6..8 ${answer('m1', tokens(100, 21))}`)).toMatchObject({ llmCalls: 2, inputTokens: 200 });
    expect(sumsOf(root, sdk, `c<a x 1..6 ${answer('m2', tokens(100, 21))}`)).toMatchObject({ llmCalls: 2, inputTokens: 200 });
    expect(sumsOf(root, `b<a x 2..5 ${llm(tokens(1, 1))}`, `c<a x 1..6 ${llm(tokens(1, 1))}`)).toMatchObject({ llmCalls: 2, inputTokens: 2 });
    // Whichever says more counts.
    expect(sumsOf(root, sdk, `c<a x 1..6 ${answer('m1')}`)).toMatchObject({ llmCalls: 1, inputTokens: 100, outputTokens: 20 });
    // A newer record may say that it was another call.
    expect(sumsOf(root, sdk, library, `c<a library 1..6 ${answer('m3', tokens(1, 1))}`)).toMatchObject({ llmCalls: 2, inputTokens: 101 });
  });

  it('know a cost only when one was recorded', () => {
    expect(sumsOf(`a x 0..9 ${llm({ 'gen_ai.usage.cost': 0.1 })}`, `b y 0..9 ${llm({ 'gen_ai.usage.cost': 0.2 })}`).costUsd).toBe(0.3);
    expect(sumsOf(`a x 0..9 ${llm(tokens(1, 1))}`).costUsd).toBeUndefined();
  });

  it('follow the updates of a live span', () => {
    expect(sumsOf(`start a llm_call 0..`, `update a {"llm.prompt_tokens":7}`, `end a ..9 {"llm.completion_tokens":2}`))
      .toMatchObject({ llmCalls: 1, inputTokens: 7, outputTokens: 2 });
    expect(sumsOf(`start a x 0.. ${llm(tokens(7, 0))}`, `update a ${JSON.stringify(tokens(9, 3))}`)).toMatchObject({ inputTokens: 9, outputTokens: 3 });
  });

  it('are those of the tree, whatever the order of arrival and however often spans come again', () => {
    const span = fc.record({
      role: fc.constantFrom('llm', 'tool', 'agent', 'other'), parent: fc.nat(), tokens: fc.option(fc.nat(100)), cost: fc.option(fc.nat(100)), order: fc.nat(), version: fc.boolean(),
    });
    fc.assert(fc.property(fc.array(span, { minLength: 1, maxLength: 25 }), (spans) => {
      const lines = spans.map((each, i) => ({ ...each, line: lineOf(each, i, i === 0 ? undefined : each.parent % i) }));
      const arrivals = lines.flatMap(({ order, line, version }, i) => (version ? [{ order: order % 99, line: `s${i} other 0..9` }, { order: 100 + (order % 99), line }] : [{ order, line }]));
      const actual = sumsOf(...arrivals.toSorted((a, b) => a.order - b.order).map(({ line }) => line));
      expect(actual).toEqual(expected(spans.map((each, i) => ({ ...each, parent: i === 0 ? -1 : each.parent % i }))));
    }), { numRuns: 300 });
  });
});

interface Drawn { readonly role: string; readonly parent: number; readonly tokens: number | null; readonly cost: number | null }

function lineOf({ role, tokens: count, cost }: Drawn, i: number, parent: number | undefined): string {
  const figures = { ...(count === null ? {} : tokens(count, 1)), ...(cost === null ? {} : { 'gen_ai.usage.cost': cost }) };
  const roles: Record<string, string> = { llm: llm(figures), tool: tool(figures), agent: agent(figures), other: JSON.stringify({ ...figures, 'gen_ai.x': 1 }) };
  return `s${i}${parent === undefined ? '' : `<s${parent}`} n 0..9 ${roles[role]}`;
}

function expected(spans: readonly Drawn[]) {
  const ancestors = (i: number): number[] => { const list = []; for (let at = spans[i]?.parent ?? -1; at >= 0; at = spans[at]?.parent ?? -1) list.push(at); return list; };
  const roleAt = (i: number): string => spans[i]?.role ?? '';
  const below = (i: number, has: (j: number) => boolean, barriers: readonly string[]): boolean =>
    spans.some((_, j) => has(j) && ancestors(j).includes(i) && !ancestors(j).slice(0, ancestors(j).indexOf(i)).some((k) => barriers.includes(roleAt(k))));
  const leaves = (has: (j: number) => boolean, barriers: readonly string[] = []): number[] => spans.flatMap((_, i) => (has(i) && !below(i, has, barriers) ? [i] : []));
  const has = (i: number, figure: 'tokens' | 'cost'): boolean => spans[i]?.[figure] != null;
  const counting = (figure: 'tokens' | 'cost'): number[] =>
    spans.flatMap((_, i) => (has(i, figure) && !below(i, (j) => has(j, figure), roleAt(i) === 'llm' ? ['tool'] : []) ? [i] : []));
  const counted = counting('tokens'), costs = counting('cost');
  return {
    llmCalls: leaves((i) => roleAt(i) === 'llm', ['agent', 'tool']).length,
    toolCalls: leaves((i) => roleAt(i) === 'tool', ['agent', 'llm']).length,
    inputTokens: counted.reduce((sum, i) => sum + (spans[i]?.tokens ?? 0), 0),
    outputTokens: counted.length,
    costUsd: costs.length === 0 ? undefined : costs.reduce((sum, i) => sum + (spans[i]?.cost ?? 0), 0),
  };
}
