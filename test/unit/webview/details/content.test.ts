import { describe, expect, it } from 'vitest';
import type { AgentRecord, SpanRecord } from '../../../../src/model/records.ts';
import { contentOf, sharedKey } from '../../../../webview/details/content.ts';
import { failureOf } from '../../../../webview/details/failure.ts';
import { marksInWords } from '../../../../webview/details/marksInWords.ts';
import { tellingFinish } from '../../../../webview/details/messages.ts';
import { readingsOf } from '../../../../webview/details/readAs.ts';
import { marks } from '../../../../src/model/span.ts';
import type { StackFrameLink } from '../../../../src/protocol/panel.ts';

const record = (more: Partial<SpanRecord> = {}): SpanRecord => ({
  traceId: 't', spanId: 's', name: 'span', kind: 'internal', startUnixNano: '1', status: { code: 'unset' }, service: '', attributes: {}, resource: {}, events: [], links: [],
  logs: [], marks: [], ...more,
});
const agent = (more: Partial<AgentRecord>): SpanRecord => record({ agent: { role: 'other', sources: {}, ...more } });
const kinds = (span: SpanRecord): string[] => contentOf(span).map((section) => (section.kind === 'body' ? section.title : section.kind));

describe('the content of a span', () => {
  it('begins with tokens and messages for a model call', () => {
    const message = { role: 'user', parts: [{ type: 'text', text: 'hello' }] };
    expect(kinds(agent({ role: 'llm', inputTokens: 10, outputTokens: 2, inputMessages: [message], outputMessages: [message] }))).toEqual(['tokens', 'messages']);
  });

  it('shows arguments and result of a tool, query and documents of a retriever, the task of an agent', () => {
    expect(kinds(agent({ role: 'tool', toolArguments: {}, toolResult: '' }))).toEqual(['Arguments', 'Result']);
    expect(kinds(agent({ role: 'retriever', input: 'q', documents: [{ content: 'x', score: 1 }] }))).toEqual(['Query', 'documents']);
    expect(kinds(agent({ role: 'agent', input: 'do', output: 'done' }))).toEqual(['Task', 'Result']);
    expect(kinds(agent({ role: 'decision', options: ['a'], chosen: 'a' }))).toEqual(['options']);
  });

  it('parts tokens into what was cached, new, written and thought, and never counts one twice', () => {
    const [section] = contentOf(agent({ role: 'llm', inputTokens: 100, cacheReadTokens: 60, outputTokens: 50, reasoningTokens: 20 }));
    expect(section).toMatchObject({ parts: [{ name: 'cached', count: 60 }, { name: 'new input', count: 40 }, { name: 'output', count: 30 }, { name: 'reasoning', count: 20 }] });
    const [odd] = contentOf(agent({ role: 'llm', inputTokens: 10, cacheReadTokens: 60 }));
    expect(odd).toMatchObject({ parts: [{ name: 'cached', count: 10 }] });
  });

  it('shows messages and documents of an unknown shape as they are', () => {
    expect(kinds(agent({ role: 'llm', inputMessages: 'raw text', outputMessages: [{ no: 'role' }] }))).toEqual(['Input', 'Output']);
    expect(kinds(agent({ role: 'retriever', documents: ['text'] }))).toEqual(['Documents']);
  });

  it('counts as sent before what comes up to the last answer of the model', () => {
    const text = (role: string) => ({ role, parts: [{ type: 'text', text: role }] });
    const [section] = contentOf(agent({ role: 'llm', inputMessages: [text('system'), text('user'), text('assistant'), text('tool'), text('user')] }));
    expect(section).toMatchObject({ kind: 'messages', before: 3 });
    const [first] = contentOf(agent({ role: 'llm', inputMessages: [text('system'), text('user')] }));
    expect(first).toMatchObject({ before: 0 });
  });

  it('falls back to the five most telling attributes', () => {
    const attributes = { 'code.line.number': 1, zebra: 1, 'http.response.status_code': 500, 'thread.id': 2, apple: 2, 'url.full': '/x', b: 3, c: 4 };
    const [section] = contentOf(record({ attributes }));
    expect(section?.kind === 'facts' && section.facts.map(([key]) => key)).toEqual(['url.full', 'http.response.status_code', 'zebra', 'apple', 'b']);
    expect(contentOf(record())).toEqual([]);
  });

  it('names several keys of a family by the family', () => {
    expect(sharedKey(['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'])).toBe('gen_ai.usage.*');
    expect(sharedKey(['a.x', 'b.y'])).toBe('a.x, b.y');
    expect(sharedKey(['a.x', 'a.x'])).toBe('a.x');
    expect(sharedKey([])).toBe('');
  });
});

describe('the error of a span', () => {
  const frame: StackFrameLink = { index: 0, event: 1, line: 2, label: 'a.py:3', origin: 'stack trace' };
  const exception = (message: string) => ({ name: 'exception', timeUnixNano: '1', attributes: { 'exception.type': 'E', 'exception.message': message, 'exception.stacktrace': 'stack' } });

  it('is there only when it failed', () => {
    expect(failureOf({ record: record({ events: [exception('handled')] }), frames: [] })).toBeUndefined();
  });

  it('says the status message, else that of the last exception, else that there is none', () => {
    const status = { code: 'error' } as const;
    expect(failureOf({ record: record({ status: { ...status, message: 'exit code 1' }, events: [exception('boom')] }), frames: [] })?.title).toBe('exit code 1');
    expect(failureOf({ record: record({ status, events: [exception('first'), exception('boom\nmore')] }), frames: [] })?.title).toBe('boom');
    expect(failureOf({ record: record({ status }), frames: [] })?.title).toBe('Failed without a message');
    expect(failureOf({ record: record({ failure: { message: 'no seats', source: 'langfuse.observation.level' } }), frames: [] })).toMatchObject({ title: 'no seats', source: 'langfuse.observation.level' });
  });

  it('keeps the rest of a long message and ties the frames to their exception', () => {
    const failure = failureOf({ record: record({ status: { code: 'error', message: 'first line\nsecond line' }, events: [{ name: 'log', timeUnixNano: '1', attributes: {} }, exception('x')] }), frames: [frame] });
    expect(failure).toMatchObject({ title: 'first line', message: 'first line\nsecond line', exceptions: [{ event: 1, type: 'E', message: 'x', stack: 'stack', frames: [frame] }] });
  });
});

describe('what the attributes were read as', () => {
  it('names the key of each value, and for the role what was written there', () => {
    const readings = readingsOf(record({
      attributes: { 'gen_ai.operation.name': 'chat' },
      agent: { role: 'llm', model: 'm\u202E1', inputTokens: 13_480, costUsd: 0.041, sources: { role: 'gen_ai.operation.name', model: 'gen_ai.response.model', inputTokens: 'gen_ai.usage.input_tokens' } },
    }));
    expect(readings.map(({ name, value, source }) => [name, value, source])).toEqual([
      ['Role', 'Model call', 'gen_ai.operation.name = "chat"'],
      ['Model', 'm\\u202e1', 'gen_ai.response.model'],
      ['Input', `${(13_480).toLocaleString()} tokens`, 'gen_ai.usage.input_tokens'],
      ['Cost', '$0.041', ''],
    ]);
  });
});

describe('a message', () => {
  it('says why it ended where that is not as usual', () => {
    const ends = ['stop', 'end_turn', 'STOP', 'tool_calls', 'tool-calls', 'length', 'content_filter', undefined].map((finishReason) => tellingFinish({ role: 'assistant', name: undefined, finishReason, parts: [] }));
    expect(ends).toEqual(['', '', '', '', '', 'ended by length', 'ended by content_filter', '']);
  });
});

describe('the marks of a span', () => {
  it('are all explained in words, but that it is open', () => {
    for (const mark of marks) expect(marksInWords(record({ marks: [mark], parentSpanId: '8f2a41c0' })), mark).toHaveLength(mark === 'open' ? 0 : 1);
    expect(marksInWords(record({ marks: ['orphan'], parentSpanId: '8f2a41c0' }))[0]).toContain('8f2a41c0');
  });
});
