import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Breakpoints } from '../../../src/instrument/node/hook/breakpoints.ts';
import { standStill } from '../../../src/instrument/node/hook/standStill.ts';
import { LiveServer } from './liveServer.ts';
import { debugNode } from './nodeDebuggee.ts';
import { node, ShippedNodeHook } from './nodeHook.ts';
import { lineOf, run, ShippedKit } from './shippedKit.ts';
import type { Step } from './nodeDebuggee.ts';
import type { OtelSpan } from '../../../src/instrument/node/hook/otelTypes.ts';

let shipped: ShippedNodeHook, live: LiveServer;

beforeAll(async () => { shipped = await ShippedNodeHook.make(); });
afterAll(() => { shipped.remove(); });
afterEach(() => live?.close());

/** `tops` are the lines of the file at which the program itself stood. */
interface Debuggee { readonly stops: readonly string[]; readonly tops: readonly number[]; readonly stdout: string; readonly code: number | null }

/** Debugs a program: lets it run on at each stop, or step when steps are left, and notes the lines (from 1) of `file` on its stack. */
async function debug(file: string, env: Readonly<Record<string, string>>, ...steps: Step[]): Promise<Debuggee> {
  const stops: string[] = [], tops: number[] = [];
  const ended = await debugNode(file, { ...shipped.environment(live), ...env }, (frames) => {
    const [top, next] = frames;
    if (top?.file === 'hook.cjs') stops.push(`${next?.file === 'hook.cjs'} ${String(frames.find((frame) => frame.file === path.basename(file))?.line)}`);
    if (top?.file === path.basename(file)) tops.push(top.line);
    return steps.shift() ?? 'resume';
  });
  return { stops, tops, ...ended };
}

const program = `
const { trace } = require('@opentelemetry/api');
const { NodeTracerProvider } = require('@opentelemetry/sdk-trace-node');
new NodeTracerProvider().register();
const tracer = trace.getTracer('t');
tracer.startActiveSpan('agent run', (root) => { // first
  for (const city of ['Bern', 'Oslo', 'Rome']) {
    const tool = tracer.startSpan('lookup', { attributes: { 'gen_ai.tool.name': 'weather', city } }); // tool
    if (city === 'Oslo') tool.setStatus({ code: 2 }); // error
    tool.end(); // end
  }
  root.end();
});
console.log('done');
`;

describe('a debugged program', () => {
  const at = (mark: string): string => `true ${lineOf(program, mark)}`;

  it('stands at its line from the very first span on, when the receiver knows the span already', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [
      { id: 'a', enabled: true, on: 'start', name: 'AGENT *' },
      { id: 'b', enabled: true, on: 'start', role: 'tool', tool: 'weather', hit: 3 },
      { id: 'c', enabled: true, on: 'error' },
      { id: 'd', enabled: true, on: 'end', attribute: { key: 'city', operator: '=', value: 'Bern' } },
      { id: 'e', enabled: true, on: 'start', name: 'other' },
    ];
    const file = shipped.write('debugged.cjs', program);
    const { stops, stdout, code } = await debug(file, { SPANSCOPE_TOKEN: 'secret' });
    expect(live.messages.filter(({ type }) => type === 'breakpoint.hit').map(({ breakpointId }) => breakpointId)).toEqual(['a', 'd', 'c', 'b']);
    expect(live.messages.findIndex(({ type }) => type === 'start')).toBeLessThan(live.messages.findIndex(({ type }) => type === 'breakpoint.hit'));
    expect(new Set(live.messages.flatMap(({ client }) => client?.['pid'] ?? [])).size).toBe(1);
    expect({ stops, stdout, code }).toEqual({ stops: [at('// first'), at('// end'), at('// error'), at('// tool')], stdout: 'done\n', code: 0 });
  });

  it('stops with a token from a file that is named to it, and as ever when there is none', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start', name: 'agent *' }];
    const file = shipped.write('debugged.cjs', program);
    expect((await debug(file, { SPANSCOPE_TOKEN_FILE: shipped.write('token', 'secret') })).stops).toHaveLength(1);
    expect(live.messages.filter(({ token }) => token === 'secret').length).toBeGreaterThan(0);
    expect(await debug(file, { SPANSCOPE_TOKEN_FILE: `${file}.missing` })).toMatchObject({ stops: [], stdout: 'done\n', code: 0 });
  });

  it('does not stop without the token', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start' }];
    const file = shipped.write('untold.cjs', program);
    expect(await debug(file, {})).toMatchObject({ stops: [], code: 0 });
  });

  it('can be stepped out of the end of a span', async () => {
    live = await LiveServer.listen();
    const file = shipped.write('stepped.cjs', program.replace('    tool.end();', '    debugger;\n    tool.end();').replace('  root.end();', '  root.end(); // after'));
    const { tops, code } = await debug(file, {}, 'stepOver', 'stepInto', 'stepOut');
    const first = 10;
    // The statement and the end of the first span, and the next round.
    expect(tops.slice(0, 3)).toEqual([first, first + 1, 7]);
    expect(code).toBe(0);
  });

  it('tells which breakpoint was hit at which span', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [{ id: 'late', enabled: true, on: 'start', name: 'second' }];
    const file = shipped.write('told.cjs', program.replace("console.log('done');", "setTimeout(() => tracer.startSpan('second').end(), 100);"));
    expect((await debug(file, { SPANSCOPE_TOKEN: 'secret' })).stops).toHaveLength(1);
    await live.until(() => live.spans().some(({ name, endTimeUnixNano }) => name === 'second' && endTimeUnixNano !== undefined));
    const { traceId, spanId } = live.spans().find(({ name }) => name === 'second') ?? {};
    expect(live.messages).toContainEqual(expect.objectContaining({ type: 'breakpoint.hit', breakpointId: 'late', traceId, spanId, on: 'start' }));
    expect(live.typesOf(spanId ?? '').slice(0, 2)).toEqual(['start', 'breakpoint.hit']);
  });

  it('stands at spans of the agent kit as well, which sends them itself', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [
      { id: 'a', enabled: true, on: 'start', name: 'agent_run' },
      { id: 'b', enabled: true, on: 'start', role: 'tool', tool: 'weather', hit: 3 },
      { id: 'c', enabled: true, on: 'error' },
      { id: 'd', enabled: true, on: 'end', attribute: { key: 'city', operator: '=', value: 'Bern' } },
    ];
    const kit = await ShippedKit.make();
    const text = `
import { AgentTracer, configure } from ${JSON.stringify(pathToFileURL(path.join(kit.folder, 'kit/spanscope.mjs')).href)};
configure({ serviceName: 'kit' });
const agent = new AgentTracer();
await agent.agentRun('go', async () => { // first
  for (const city of ['Bern', 'Oslo', 'Rome']) {
    agent.toolCall('weather', { attributes: { city } }, (span) => { // tool
      if (city === 'Oslo') span.setStatus('error'); // error
    });
  }
});
console.log('done');
`;
    const file = shipped.write('kit.mjs', text);
    try {
      const { stops, stdout, code } = await debug(file, { SPANSCOPE_TOKEN: 'secret' });
      const kitAt = (mark: string): string => `true ${lineOf(text, mark)}`;
      expect({ stops, stdout, code }).toEqual({ stops: [kitAt('// first'), kitAt('// tool'), kitAt('// error'), kitAt('// tool')], stdout: 'done\n', code: 0 });
      const hits = live.messages.filter(({ type }) => type === 'breakpoint.hit');
      expect(hits.map(({ breakpointId }) => breakpointId)).toEqual(['a', 'd', 'c', 'b']);
      // The receiver knows each of them by then, and they are the kit's own.
      for (const hit of hits) expect(live.typesOf(hit.spanId ?? '').indexOf('breakpoint.hit')).toBeGreaterThan(0);
      expect(live.spans().map(({ name, endTimeUnixNano }) => [name, endTimeUnixNano === undefined])).toEqual([['agent_run', false], ...Array.from({ length: 3 }, () => ['tool:weather', false])]);
    } finally {
      kit.remove();
    }
  });

  it('goes from a span of the agent kit to the line after the one that made it by steps out', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start' }];
    const kit = await ShippedKit.make();
    const text = `
import { getTracer } from ${JSON.stringify(pathToFileURL(path.join(kit.folder, 'kit/spanscope.mjs')).href)};
const span = getTracer().startSpan('tool');
span.end(); // next
`;
    const file = shipped.write('kitStepped.mjs', text);
    try {
      // Out of two functions of the hook, and of some of the kit.
      const { tops, code } = await debug(file, { SPANSCOPE_TOKEN: 'secret' }, 'stepOut', 'stepOut', 'stepOut', 'stepOut', 'stepOut');
      expect(tops).toContain(lineOf(text, '// next'));
      expect(code).toBe(0);
    } finally {
      kit.remove();
    }
  });

  it('does not stop at spans of the agent kit without a debugger, and needs no hook', async () => {
    live = await LiveServer.listen();
    live.breakpoints = [{ id: 'a', enabled: true, on: 'start' }];
    const kit = await ShippedKit.make();
    try {
      const file = kit.write('plain.mjs', "import { traceSpan } from './kit/spanscope.mjs';\ntraceSpan('agent', () => {});\nconsole.log('done');\n");
      for (const more of [shipped.environment(live), {}]) {
        expect(await run(node, [file], { ...more, SPANSCOPE_ENDPOINT: live.endpoint, SPANSCOPE_TOKEN: 'secret' })).toEqual({ code: 0, output: 'done\n' });
      }
      expect(live.messages.filter(({ type }) => type === 'breakpoint.hit')).toEqual([]);
    } finally {
      kit.remove();
    }
  });
});

function span(name: string, attributes: Record<string, unknown> = {}, traceId = 'aa'): OtelSpan {
  return {
    name, attributes, kind: 0, startTime: [1, 0], endTime: [0, 0], events: [], links: [], status: { code: 0 },
    spanContext: () => ({ traceId, spanId: name, traceFlags: 1 }), isRecording: () => true,
  };
}

describe('span breakpoints', () => {
  const breakpoints = (...items: readonly object[]): Breakpoints => {
    const made = new Breakpoints();
    made.set(items.map((item, i) => ({ id: String(i), enabled: true, on: 'start', ...item })));
    return made;
  };

  it('are met when every condition is', () => {
    const met = (item: object, of: OtelSpan): boolean => breakpoints(item).met(of, 'start') !== undefined;
    const chat = span('Chat gpt', { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-5-mini', 'size': 17, 'tags': ['a', 'b'] });
    for (const item of [
      {}, { name: 'chat GPT' }, { name: 'chat*' }, { name: '*t*gpt' }, { role: 'llm' }, { model: 'GPT-5*' }, { role: 'llm', model: 'gpt-5-mini' },
      { attribute: { key: 'size', operator: 'exists' } }, { attribute: { key: 'size', operator: '>', value: '16.5' } }, { attribute: { key: 'size', operator: '=', value: '17' } },
      { attribute: { key: 'tags', operator: '=', value: 'b' } }, { attribute: { key: 'gen_ai.request.model', operator: '~', value: 'MINI' } },
      { attribute: { key: 'size', operator: '!=', value: '18' } },
    ]) expect([item, met(item, chat)]).toEqual([item, true]);
    for (const item of [
      { name: 'chat' }, { name: '*chat' }, { role: 'tool' }, { tool: 'x' }, { role: 'llm', model: 'other' }, { on: 'end' }, { enabled: false },
      { attribute: { key: 'none', operator: 'exists' } }, { attribute: { key: 'none', operator: '!=', value: '1' } }, { attribute: { key: 'size', operator: '<', value: 'x' } },
      { attribute: { key: '__proto__', operator: '=', value: 'x' } }, { on: 'sometimes' }, { id: 7 },
    ]) expect([item, met(item, chat)]).toEqual([item, false]);
  });

  it('know roles and tools as they are told at the start', () => {
    const facts = (item: object, name: string, attributes: object): boolean => breakpoints(item).met(span(name, { ...attributes }), 'start') !== undefined;
    expect(facts({ role: 'tool', tool: 'search' }, 'tool:search', {})).toBe(true);
    expect(facts({ role: 'agent' }, 'agent_run', {})).toBe(true);
    expect(facts({ role: 'tool', tool: 'weather' }, 'ai.toolCall', { 'ai.operationId': 'ai.toolCall', 'ai.toolCall.name': 'weather' })).toBe(true);
    expect(facts({ role: 'retriever' }, 'x', { 'openinference.span.kind': 'RETRIEVER' })).toBe(true);
    expect(facts({ role: 'other' }, 'GET', {})).toBe(true);
  });

  it('count, also when they are told again', () => {
    const made = breakpoints({ name: 'x', hit: 3 });
    expect(made.met(span('x'), 'start')).toBeUndefined();
    made.set([{ id: '0', enabled: true, on: 'start', name: 'x', hit: 3 }, { id: 'new', enabled: true, on: 'end' }]);
    expect([made.met(span('x'), 'start'), made.met(span('y'), 'start'), made.met(span('x'), 'start'), made.met(span('x'), 'start')]).toEqual([undefined, undefined, '0', '0']);
    made.set([]);
    expect(made.isEmpty).toBe(true);
  });

  it('stop once in a run that takes more than it should', () => {
    const made = breakpoints({ on: 'end', limit: { of: 'tokens', above: 100 } }, { limit: { of: 'steps', above: 2 } });
    const call = span('call', { 'gen_ai.operation.name': 'chat', 'gen_ai.usage.input_tokens': 60, 'gen_ai.usage.output_tokens': 10 });
    const walk = (of: OtelSpan): readonly unknown[] => [made.met(of, 'start'), made.met(of, 'end')];
    expect(walk(call)).toEqual([undefined, undefined]);
    expect(walk(span('sum', { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 500 }))).toEqual([undefined, undefined]);
    expect(walk(call)).toEqual(['1', '0']);
    expect(walk(call)).toEqual([undefined, undefined]);
    expect(walk(span('elsewhere', {}, 'bb'))).toEqual([undefined, undefined]);
  });

  it('take the time in which the program stood at one for none that its run took', () => {
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const made = breakpoints({ limit: { of: 'seconds', above: 1 } });
      expect(made.met(span('first'), 'start')).toBeUndefined();
      // The clock is read before and after the program stands.
      clock.mockImplementationOnce(() => now).mockImplementationOnce(() => (now += 60_000));
      standStill();
      now += 900;
      expect(made.met(span('second'), 'start')).toBeUndefined();
      now += 200;
      expect(made.met(span('third'), 'start')).toBe('0');
    } finally {
      clock.mockRestore();
    }
  });

  it('survive what is no breakpoint', () => {
    const made = new Breakpoints();
    made.set([null, 1, 'x', [], {}, { id: 'a', on: 'start', name: 5, hit: -1, attribute: 'x', limit: { of: 'x' } }]);
    expect(made.met(span('x'), 'start')).toBe('a');
  });
});
