import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { claudeCode } from '../../../src/formats/claudeCode.ts';
import { codex } from '../../../src/formats/codex.ts';
import { detect } from '../../../src/formats/detect.ts';
import type { Format } from '../../../src/formats/format.ts';
import { opencode } from '../../../src/formats/opencode.ts';
import { formats } from '../../../src/formats/registry.ts';
import { agentOf } from '../../../src/model/conventions/registry.ts';
import { spanKinds } from '../../../src/model/span.ts';
import { operationCode, SpanBatch } from '../../../src/model/spanBatch.ts';
import { decoded, lenient, utf8 } from './batches.ts';
import { rowsOf } from './rows.ts';
import type { RowView } from './rows.ts';

const read = (format: Format, ...records: unknown[]): RowView[] => rowsOf(decoded(format, records.map((record) => JSON.stringify(record)).join('\n'), lenient));
const fixture = (id: string, name: string): string => readFileSync(path.resolve(import.meta.dirname, '../../fixtures/formats', id, name), 'utf8');
const named = (rows: readonly RowView[], name: string): RowView => rows.find((row) => row.name.startsWith(name)) as RowView;
const tokens = (rows: readonly RowView[]): unknown[] => rows.map((row) => row.content.attributes.get('gen_ai.usage.input_tokens')).filter((count) => count !== undefined);

/** What the store makes of a row when it knows the span: more of an ended span is added to it. */
function joined(known: RowView | undefined, row: RowView): RowView {
  if (known === undefined || row.operation !== operationCode.end) return row;
  const content = { ...row.content, attributes: new Map([...known.content.attributes, ...row.content.attributes]), events: [...known.content.events, ...row.content.events] };
  return { ...row, parentSpanId: known.parentSpanId, content };
}

/** Reads an input line after line, as one reads a file that grows; the last that was told of each span. */
function followed(format: Format, text: string): RowView[] {
  const batch = new SpanBatch(), decoder = format.open?.(batch, lenient), last = new Map<string, RowView>();
  const keep = (): void => {
    for (const row of rowsOf(batch)) last.set(`${row.traceId} ${row.spanId}`, joined(last.get(`${row.traceId} ${row.spanId}`), row));
    batch.forgetRows();
  };
  for (const line of text.split('\n')) {
    decoder?.read(utf8(`${line}\n`), 0);
    keep();
  }
  decoder?.end();
  keep();
  return [...last.values()];
}

const byId = (rows: readonly RowView[]): unknown[] => rows.map((row) => ({ ...row, marks: 0, operation: 0, present: 0 })).toSorted((left, right) => (left.spanId < right.spanId ? -1 : 1));

describe.each([claudeCode, codex, opencode].map((format) => [format.id, format] as const))('transcripts of %s', (id, format) => {
  const names = readdirSync(path.resolve(import.meta.dirname, '../../fixtures/formats', id)).filter((name) => !name.endsWith('.golden.txt'));

  it.each(names)('give the same spans when %s is read while it grows', (name) => {
    const text = fixture(id, name);
    expect(byId(followed(format, text))).toEqual(byId(rowsOf(decoded(format, text, lenient))));
  });

  it.each(names)('count the tokens of %s only where a model was called', (name) => {
    for (const row of rowsOf(decoded(format, fixture(id, name), lenient))) {
      expect([row.name, row.content.attributes.has('gen_ai.usage.input_tokens') && row.content.attributes.get('gen_ai.operation.name') !== 'chat']).toEqual([row.name, false]);
    }
  });
});

describe('a transcript of Claude Code', () => {
  const base = { sessionId: 's', cwd: '/w' };
  const user = (uuid: string, second: number, content: unknown, more = {}): object => ({ ...base, uuid, type: 'user', timestamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`, message: { role: 'user', content }, ...more });
  const says = (uuid: string, second: number, id: string, content: unknown[], more = {}): object =>
    ({ ...base, uuid, type: 'assistant', timestamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`, message: { id, role: 'assistant', model: 'm', content, usage: { input_tokens: 1, cache_read_input_tokens: 10, output_tokens: second } }, ...more });
  const text = (words: string): object => ({ type: 'text', text: words });

  it('is recognised behind many summaries, and by the front of a record that is long', () => {
    const summaries = Array.from({ length: 30 }, (_, i) => JSON.stringify({ type: 'summary', summary: `s${i}`, leafUuid: `l${i}` })).join('\n');
    const long = JSON.stringify({ parentUuid: null, isSidechain: false, sessionId: 's', type: 'user', message: { role: 'user', content: 'x'.repeat(100_000) }, uuid: 'u' });
    expect([summaries, long].map((input) => detect(utf8(input), formats)?.format.id)).toEqual(['claude-code', 'claude-code']);
  });

  it('counts the usage of a message once, though each of its records repeats it', () => {
    expect(tokens(read(claudeCode, user('u1', 0, 'hi'), says('a1', 1, 'msg', [text('a')]), says('a2', 2, 'msg', [text('b')])))).toEqual([11]);
  });

  it('counts it once also where the result of a tool stands between two records of a message', () => {
    const rows = read(claudeCode, user('u1', 0, 'hi'), says('a1', 1, 'msg', [{ type: 'tool_use', id: 't1', name: 'A', input: {} }]), user('u2', 2, [{ type: 'tool_result', tool_use_id: 't1', content: 'x' }]), says('a2', 3, 'msg', [{ type: 'tool_use', id: 't2', name: 'B', input: {} }]));
    expect([tokens(rows), rows.map((row) => row.name)]).toEqual([[11], ['Claude Code session', 'turn 1', 'chat m', 'execute_tool A', 'execute_tool B']]);
  });

  it('that was resumed does not show again what it repeats', () => {
    expect(read(claudeCode, user('u1', 0, 'hi'), says('a1', 1, 'msg', [text('a')]), user('u1', 0, 'hi'), says('a1', 1, 'msg', [text('a')]), user('u2', 5, 'more')).map((row) => row.name)).toEqual(['Claude Code session', 'turn 1', 'chat m', 'turn 2']);
  });

  it('shows what a sub-agent says while it works below the call that began it, once', () => {
    const progress = (uuid: string, second: number, message: object): object => ({ ...base, type: 'progress', uuid: `p-${uuid}`, parentToolUseID: 't1', data: { type: 'agent_progress', agentId: 'x', message: { uuid, type: (message as { role: string }).role, timestamp: `2026-01-01T00:00:0${second}.000Z`, message } } });
    const answer = { id: 'sub', role: 'assistant', model: 'm', content: [text('found')], usage: { input_tokens: 4, output_tokens: 1 } };
    const rows = read(claudeCode, user('u1', 0, 'hi'), says('a1', 1, 'msg', [{ type: 'tool_use', id: 't1', name: 'Task', input: { subagent_type: 'Explore' } }]), progress('s1', 2, { role: 'user', content: 'look' }), progress('s2', 3, answer),
      { ...base, uuid: 's2', type: 'assistant', isSidechain: true, agentId: 'x', timestamp: '2026-01-01T00:00:03.000Z', message: answer }, user('u2', 4, [{ type: 'tool_result', tool_use_id: 't1', content: 'found' }]));
    expect(rows.map((row) => [row.name, rows.find(({ spanId }) => spanId === row.parentSpanId)?.name])).toEqual([
      ['Claude Code session', undefined], ['turn 1', 'Claude Code session'], ['chat m', 'turn 1'], ['execute_tool Task', 'turn 1'], ['invoke_agent Explore', 'execute_tool Task'], ['chat m', 'invoke_agent Explore'],
    ]);
    expect(tokens(rows)).toEqual([11, 4]);
  });

  it('tells where somebody went back to an earlier message', () => {
    const rows = read(claudeCode, user('u1', 0, 'one'), says('a1', 1, 'm1', [text('a')], { parentUuid: 'u1' }), user('u2', 2, 'two', { parentUuid: 'a1' }), says('a2', 3, 'm2', [text('b')], { parentUuid: 'u2' }), user('u3', 4, 'other', { parentUuid: 'a1' }));
    expect([named(rows, 'turn 2').content.events, named(rows, 'turn 3').content.events.map(({ name }) => name)]).toEqual([[], ['conversation.rewound']]);
    expect(['turn 1', 'turn 2', 'turn 3'].map((name) => named(rows, name).content.attributes.has('claude_code.abandoned'))).toEqual([false, true, false]);
  });

  it('shows messages, arguments and results as an agent\'s', () => {
    const rows = rowsOf(decoded(claudeCode, fixture('claude-code', 'session.jsonl'), lenient));
    const view = (row: RowView): ReturnType<typeof agentOf> => agentOf({ name: row.name, kind: spanKinds[row.kind] ?? 'unspecified', scopeName: '', attributes: row.content.attributes, events: row.content.events, logs: [] });
    expect(view(named(rows, 'chat claude-sonnet'))).toMatchObject({ role: 'llm', model: 'claude-sonnet-4-5', inputTokens: 123, cacheReadTokens: 20, outputTokens: 50, outputMessages: [{ parts: [{ type: 'reasoning', text: 'I need flights.' }, { type: 'toolCall', name: 'Bash' }] }] });
    expect(view(named(rows, 'execute_tool Bash'))).toMatchObject({ role: 'tool', toolName: 'Bash', toolResult: 'Exit code 1' });
    expect(view(named(rows, 'turn 1'))).toMatchObject({ role: 'agent', agentName: 'Claude Code' });
  });
});

describe('a transcript of Codex', () => {
  const at = (second: number, type: string, payload: object): object => ({ timestamp: `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`, type, payload });
  const count = (second: number, input: number, total: number): object => at(second, 'event_msg', { type: 'token_count', info: { total_token_usage: { input_tokens: total }, last_token_usage: { input_tokens: input, output_tokens: 1 } } });
  const start = [at(0, 'session_meta', { id: 's' }), at(1, 'event_msg', { type: 'task_started', turn_id: 't' })];

  it('leaves out what a forked session repeats of the other one, whatever the times say', () => {
    const id = (ms: number, tail: string): string => `${ms.toString(16).padStart(12, '0').replace(/^(.{8})/, '$1-')}-7000-8000-${tail.padStart(12, '0')}`;
    const parent = id(1000, 'a'), fork = id(9000, 'b'), text = (role: string, words: string): object => ({ type: 'message', role, content: [{ type: role === 'user' ? 'input_text' : 'output_text', text: words }] });
    const turn = (second: number, turnId: string | undefined, words: string): object[] => [
      ...turnId === undefined ? [] : [at(second, 'turn_context', { turn_id: turnId, model: 'm' })], at(second, 'response_item', text('user', words)), at(second, 'response_item', text('assistant', `re ${words}`)),
    ];
    const own = at(20, 'session_meta', { id: fork, forked_from_id: parent }), other = at(20, 'session_meta', { id: parent });
    const names = (...records: readonly object[]): unknown => read(codex, ...records).filter(({ name }) => name.startsWith('chat')).map(({ traceId, content }) => [traceId, JSON.stringify(content.attributes.get('gen_ai.output.messages'), (_, value: unknown) => (value instanceof Map ? [...value.values()] : value)).includes('re new')]);
    const expected = [[fork, true]];
    // Its own line again, a turn that is younger than the session, a pause.
    expect(names(own, other, ...turn(20, undefined, 'old'), own, ...turn(20, undefined, 'new'))).toEqual(expected);
    expect(names(own, other, ...turn(20, id(2000, 'c'), 'old'), ...turn(20, id(3000, 'd'), 'older'), ...turn(20, id(9001, 'e'), 'new'))).toEqual(expected);
    expect(names(own, other, ...turn(20, undefined, 'old'), ...turn(22, undefined, 'new'))).toEqual(expected);
    expect(names(own, ...turn(20, undefined, 'new'))).toEqual(expected);
    expect(decoded(codex, [own, other, ...turn(20, id(2000, 'c'), 'old')].map((record) => JSON.stringify(record)).join('\n'), lenient).problems).toContain('4 records repeat the session that this one was forked from');
  });

  it('counts tokens once for each change of the totals, also after the outputs of tools', () => {
    const rows = read(codex, ...start, at(2, 'response_item', { type: 'function_call', name: 'a', arguments: '{}', call_id: 'c' }), at(3, 'response_item', { type: 'function_call_output', call_id: 'c', output: 'x' }), count(4, 7, 7), count(5, 7, 7),
      at(6, 'response_item', { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] }), count(7, 9, 16));
    expect(tokens(rows)).toEqual([7, 9]);
  });

  it('reads a message once that is there as an event and as an item', () => {
    const rows = read(codex, ...start, at(2, 'event_msg', { type: 'agent_message', message: 'done' }), at(2, 'response_item', { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'done' }] }));
    expect(JSON.stringify([...named(rows, 'chat').content.attributes.values()].filter((value) => Array.isArray(value)), (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) as unknown : value)).match(/done/g)).toHaveLength(1);
  });

  it('of a sub-agent is linked to the session that began it', () => {
    const rows = read(codex, at(0, 'session_meta', { id: 'child', source: { subagent: { thread_spawn: { parent_thread_id: 'parent', depth: 1 } } } }));
    expect(rows[0]?.content.links.map(({ traceId, spanId }) => [traceId, spanId])).toEqual([['parent', 'parent']]);
  });

  it('of a version whose turns have no ids has a turn for each prompt', () => {
    const prompt = (second: number, words: string): object[] => [at(second, 'turn_context', { model: `m${second}` }), at(second + 1, 'event_msg', { type: 'user_message', message: words }), at(second + 2, 'response_item', { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: `to ${words}` }] })];
    const rows = read(codex, at(0, 'session_meta', { id: 's' }), ...prompt(1, 'a'), ...prompt(5, 'b'));
    expect(rows.map((row) => [row.name, row.content.attributes.get('codex.model')])).toEqual([['Codex session', undefined], ['turn 1', 'm1'], ['chat m1', undefined], ['turn 2', 'm5'], ['chat m5', undefined]]);
  });

  it('finds calls that interleave by their id', () => {
    const call = (second: number, id: string): object => at(second, 'response_item', { type: 'function_call', name: id, arguments: '{}', call_id: id });
    const output = (second: number, id: string): object => at(second, 'response_item', { type: 'function_call_output', call_id: id, output: `of ${id}` });
    const rows = read(codex, ...start, call(2, 'a'), call(3, 'b'), output(5, 'b'), output(6, 'a'));
    expect(['a', 'b'].map((id) => [named(rows, `execute_tool ${id}`).end / 1_000_000_000n % 60n, named(rows, `execute_tool ${id}`).content.attributes.get('gen_ai.tool.call.result')])).toEqual([[6n, 'of a'], [5n, 'of b']]);
  });
});

it('a sub-agent of opencode has no name when the arguments of the call are none', () => {
  const session = (id: string, parentID?: string): object => ({ type: 'session.created', properties: { info: { id, parentID, time: { created: 1 } } } });
  const message = { type: 'message.updated', properties: { info: { id: 'm', role: 'assistant', sessionID: 'ses_1', time: { created: 2 } } } };
  const tool = { type: 'message.part.updated', properties: { part: { id: 'p', messageID: 'm', sessionID: 'ses_1', type: 'tool', tool: 'task', callID: 'c', state: { status: 'running', input: 'look', metadata: { sessionId: 'ses_2' } } } } };
  expect(read(opencode, session('ses_1'), message, tool, session('ses_2', 'ses_1')).map((row) => [row.name, row.parentSpanId])).toEqual([['opencode session', ''], ['chat', 'ses_1'], ['execute_tool task', 'm'], ['invoke_agent sub-agent', 'c']]);
});
