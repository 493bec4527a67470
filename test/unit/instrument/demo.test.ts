import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawTree, LiveServer } from './liveServer.ts';
import { findPython } from './python.ts';
import { run, ShippedKit } from './shippedKit.ts';
import type { Ended } from './shippedKit.ts';

let kit: ShippedKit;
let server: LiveServer;
let ended: Ended;
beforeAll(async () => {
  kit = await ShippedKit.make();
  server = await LiveServer.listen();
  ended = await demo(process.execPath, 'planner.mjs', server);
});
afterAll(async () => {
  await server.close();
  kit.remove();
});

function demo(command: string, file: string, receiver: LiveServer): Promise<Ended> {
  return run(command, [path.join(kit.folder, 'demo', file)], { SPANSCOPE_ENDPOINT: receiver.endpoint, SPANSCOPE_DEMO_SPEED: '25' });
}

describe('the demo agent', () => {
  it('makes one trace of two processes, with rounds, streamed answers, decisions, memory, retries and parallel tools', () => {
    expect(ended.code).toBe(0);
    expect(ended.output).toContain('Take ICE 93 on Friday');
    const spans = server.spans();
    expect(new Set(spans.map((span) => span.traceId)).size).toBe(1);
    const tree = drawTree(spans);
    expect(tree.split('\n').slice(0, 11)).toEqual([
      'agent_run (planner) ok',
      '  memory:read (planner) ok',
      '  iteration_1 (planner) ok',
      '    llm_call (planner) ok',
      '    decision:action_selection (planner) ok',
      '    send research.request (planner) ok',
      '      receive research.request (researcher) ok',
      '        agent_run (researcher) ok',
      '          iteration_1 (researcher) ok',
      '            llm_call (researcher) ok',
      '            decision:action_selection (researcher) ok',
    ]);
    expect(spans.filter((span) => span.name === 'tool:search_trains').map((span) => span.status.code).toSorted()).toEqual(['error', 'ok', 'ok', 'ok']);
    expect(spans.filter((span) => span.name === 'tool:hold_seats').map((span) => span.status.code)).toEqual(['error', 'ok']);
    expect(spans.filter((span) => span.endTimeUnixNano === undefined)).toEqual([]);
    expect(server.messages.filter((message) => message.type === 'hello').map((message) => message.client?.['name'])).toEqual(['planner', 'researcher']);
  });

  it('has every span stand on a line of a file that its user has', () => {
    const named: Record<string, string> = { 'memory:read': 'memoryOperation(\'read\'', 'send research.request': 'send research.request', 'agent_run': 'agentRun(task', 'llm_call': 'llmCall(' };
    for (const span of server.spans()) {
      const file = String(span.attributes['code.file.path']);
      expect(path.dirname(file)).toBe(path.join(kit.folder, 'demo'));
      const line = readFileSync(file, 'utf8').split('\n')[Number(span.attributes['code.line.number']) - 1];
      expect(line).toContain(named[span.name] ?? '(');
    }
  });

  it('carries the content that agents have, in the form of OpenTelemetry', () => {
    const calls = server.spans().filter((span) => span.name === 'llm_call');
    expect(calls).toHaveLength(5);
    for (const { attributes, events } of calls) {
      expect(attributes).toMatchObject({ 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'mock', 'gen_ai.input.messages': expect.any(Array), 'gen_ai.system_instructions': expect.any(Array) });
      expect(attributes['gen_ai.usage.input_tokens']).toBe(attributes['llm.prompt_tokens']);
      expect(attributes['gen_ai.output.messages']).toMatchObject([{ role: 'assistant', parts: expect.arrayContaining([expect.objectContaining({ type: 'text' })]), finish_reason: expect.any(String) }]);
      expect(events.map((event) => event.name)).toEqual(['gen_ai.content.first_chunk']);
    }
    expect(server.spans().find((span) => span.name === 'retrieval guides')?.attributes).toMatchObject({ 'gen_ai.operation.name': 'retrieval', 'gen_ai.retrieval.documents': [{ id: 'guide-12' }, {}, {}] });
    expect(server.spans().find((span) => span.name === 'receive research.request')?.baggage).toEqual({ traveller: 'ada' });
  });

  const python = findPython();
  it.skipIf(python === undefined)(`runs in Python${python === undefined ? ': no Python 3.9 or later on this machine' : ''}`, async () => {
    const receiver = await LiveServer.listen();
    const { code, output } = await demo(python as string, 'agent.py', receiver);
    await receiver.close();
    expect([code, output]).toEqual([0, 'The cheapest connection is RJ 1041 at 74 euros, leaving at 07:20.\n']);
    expect(drawTree(receiver.spans()).split('\n').slice(0, 4)).toEqual([
      'agent_run (python-planner) ok', '  iteration_1 (python-planner) ok', '    llm_call (python-planner) ok', '    decision:action_selection (python-planner) ok',
    ]);
    expect(receiver.spans().filter((span) => span.name === 'tool:search_trains')).toHaveLength(4);
  });
});
