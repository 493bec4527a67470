import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Breakpoints } from '../../../src/instrument/node/hook/breakpoints.ts';
import { findPython } from './python.ts';
import type { OtelSpan } from '../../../src/instrument/node/hook/otelTypes.ts';

interface Moment { readonly on: 'start' | 'end' | 'error'; readonly traceId: string; readonly name: string; readonly attributes: Readonly<Record<string, unknown>> }
interface Case { readonly items: readonly unknown[]; readonly moments: readonly Moment[] }

const names = fc.constantFrom('chat', 'chat gpt-4', 'CHAT', 'agent_run', 'llm_call', 'tool:search', 'memory:read', 'iteration_3', 'iteration_x', 'agent_run\n', 'x', '');
const patterns = fc.constantFrom('chat', 'Chat', 'chat *', '*', '**', 'c*t', '*gpt*4', 'tool:*', '*a*a*', 'search', 'x', '');
const values = fc.oneof(
  fc.constantFrom<unknown>('chat', 'EXECUTE_TOOL', 'invoke_agent', 'x', 'search', 'gpt-4', '', 'ai.generateText.doStream', 'ai.embedMany', 'ai.toolCall', 'RETRIEVER', 'task'),
  fc.constantFrom<unknown>(18, 18.5, -1, 1e21, 0, true, false, '18', ' 18 ', '0x12', '-0x12', '1e3', '+.5', 'Infinity', 'NaN', ['a', 'B'], [1, 18], [], [true], 9007199254740991),
);
const keys = fc.constantFrom(
  'gen_ai.operation.name', 'gen_ai.request.model', 'gen_ai.tool.name', 'openinference.span.kind', 'traceloop.span.kind', 'ai.operationId', 'tool.name', 'llm.model_name',
  'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens', 'k', '__proto__',
);
const wanted = fc.constantFrom('18', '18.0', ' 18', '0x12', '1e3', 'Infinity', 'true', 'a', 'b*', '*', '1', '', 'chat', '1e+21', 'x');
const condition = fc.record({ key: keys, operator: fc.constantFrom('=', '!=', '>', '>=', '<', '<=', '~', 'exists', 'like', 5), value: wanted }, { requiredKeys: ['key', 'operator'] });
const limit = fc.record({ of: fc.constantFrom('tokens', 'steps', 'pages'), above: fc.constantFrom(0, 1, 18, '1') });
const one = fc.oneof(
  fc.record({ name: fc.oneof(patterns, fc.constant(5)) }), fc.record({ role: fc.constantFrom('llm', 'TOOL', 'agent', 'chain', 'other', 'retriever', 'embedding', 'memory') }),
  fc.record({ tool: patterns }), fc.record({ model: patterns }), fc.record({ attribute: fc.oneof(condition, fc.constant('x')) }), fc.record({ hit: fc.constantFrom(1, 2, 3, -1, '2') }), fc.record({ limit }),
);
const base = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd', 7, ''), on: fc.constantFrom('start', 'end', 'error', 'never'), enabled: fc.constantFrom(true, true, true, false) }, { requiredKeys: ['id', 'on'] });
const item = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(base, fc.array(one, { maxLength: 2 })).map(([first, more]): object => Object.assign({}, first, ...more)) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 1, 'x', [], {}) },
);
const moment = fc.record({ on: fc.constantFrom('start', 'end', 'error'), traceId: fc.constantFrom('aa', 'bb'), name: names, attributes: fc.dictionary(keys, values, { maxKeys: 4 }) }) as fc.Arbitrary<Moment>;
const someCase: fc.Arbitrary<Case> = fc.record({ items: fc.array(item, { maxLength: 6 }), moments: fc.array(moment, { minLength: 1, maxLength: 8 }) });

function inNode({ items, moments }: Case): readonly (string | null)[] {
  const breakpoints = new Breakpoints();
  breakpoints.set(items);
  return moments.map(({ on, traceId, name, attributes }) => breakpoints.met({ name, attributes, spanContext: () => ({ traceId, spanId: 'cc', traceFlags: 1 }) } as unknown as OtelSpan, on) ?? null);
}

const program = `
import json, sys
from _spanscope_hook.breakpoints import Breakpoints
from _spanscope_hook.span_facts import SpanFacts
results = []
for case in json.load(sys.stdin):
    breakpoints = Breakpoints()
    breakpoints.set(case["items"])
    results.append([breakpoints.met(SpanFacts(each["traceId"], "cc", each["name"], each["attributes"]), each["on"]) for each in case["moments"]])
print(json.dumps(results))
`;

const python = findPython();
const hook = fileURLToPath(new URL('../../../src/instrument/python/hook', import.meta.url));

/** What a program prints that the hook's modules are there for. */
const inPython = (text: string, input = ''): string => execFileSync(python ?? '', ['-B', '-c', text], { input, env: { ...process.env, PYTHONPATH: hook }, maxBuffer: 64 << 20, encoding: 'utf8' });

describe.skipIf(python === undefined)(`breakpoints${python === undefined ? ': no Python here' : ''}`, () => {
  it('mean the same in both hooks', () => {
    // As they come over the wire.
    const cases = JSON.parse(JSON.stringify(fc.sample(someCase, 2000))) as Case[];
    const results = JSON.parse(inPython(program, JSON.stringify(cases))) as (string | null)[][];
    cases.forEach((each, i) => expect([each, results[i]]).toEqual([each, inNode(each)]));
    expect(results.flat().filter((id) => id !== null).length).toBeGreaterThan(500);
  });

  it('take the time in which a Python program stood at one for none that its run took', () => {
    expect(inPython(`
import time
now = 0.0
time.monotonic = lambda: now
from _spanscope_hook import debugger, stops
from _spanscope_hook.span_facts import SpanFacts
def stand_still(present):
    global now
    now += 60
debugger.attached, debugger.stand_still = lambda: True, stand_still
stops._breakpoints.set([{"id": "late", "enabled": True, "on": "start", "limit": {"of": "seconds", "above": 1}}])
met = lambda: stops._breakpoints.met(SpanFacts("aa", "cc", "x", {}), "start")
results = [met()]
stops._stand(lambda: None)
now += 0.9
results.append(met())
now += 0.2
print(*results, met())
`)).toBe('None None late\n');
  });
});
