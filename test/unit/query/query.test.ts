import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import type { TraceSummary } from '../../../src/model/records.ts';
import { markBit } from '../../../src/model/span.ts';
import { hintsOf } from '../../../src/query/hints.ts';
import { parseQuery } from '../../../src/query/parse.ts';
import type { Query, QuerySpan, QueryTrace } from '../../../src/query/query.ts';

const span = (over: Partial<QuerySpan> & { attributes?: Record<string, AttributeValue> } = {}): QuerySpan => ({
  traceId: 'aa', spanId: 'bb', name: 'tool:search', subject: 'search', service: 'planner', role: 'tool', kind: 'internal', status: 'unset',
  statusMessage: '', durationNs: 1.5e9, marks: 0,
  attribute: (key) => (over.attributes !== undefined && Object.hasOwn(over.attributes, key) ? over.attributes[key] : undefined),
  step: () => ({ role: 'tool', toolName: 'search', inputTokens: 1200, outputTokens: 30, sources: new Map() }),
  hasId: (spanId) => spanId === 'bb',
  someText: ({ test }) => Object.values(over.attributes ?? {}).map(String).some(test),
  ...over,
});

const summary: TraceSummary = {
  traceId: 'aa', name: 'agent_run', services: ['planner', 'worker'], startUnixNano: '0', endUnixNano: '1', spanCount: 2, errorCount: 1, openCount: 0,
  rootCount: 1, orphanCount: 0, llmCalls: 1, toolCalls: 1, inputTokens: 2000, outputTokens: 10, costUsd: 0.2,
};
const trace = (spans: readonly QuerySpan[], over: Partial<TraceSummary> = {}): QueryTrace => ({ summary: { ...summary, ...over }, durationNs: 3e9, someSpan: (test) => spans.some(test) });

function query(text: string): Query {
  const parsed = parseQuery(text);
  if (parsed.query === undefined) throw new Error(parsed.problem.message);
  return parsed.query;
}

it('a trace is that of a test by what its summary says, or by one of its spans', () => {
  const ofTest: QueryTrace = { ...trace([]), summary: { ...summary, test: { name: 'cart > adds' } } };
  const below = trace([span(), span({ attributes: { 'spanscope.test.name': 'cart > adds' } })]);
  for (const text of ['test:add', 'test:"cart > adds"']) expect([ofTest, below, trace([span()])].map((each) => query(text).matchesTrace(each))).toEqual([true, true, false]);
  expect([ofTest, trace([span()])].map((each) => query('has:test').matchesTrace(each))).toEqual([true, false]);
});

describe('the filter language on spans', () => {
  const cases: readonly [text: string, span: QuerySpan, matches: boolean][] = [
    ['', span(), true],
    ['SEARCH', span(), true],
    ['nothing', span(), false],
    ['needle', span({ attributes: { prompt: 'hay needle hay' } }), true],
    ['service:plan', span(), true],
    ['service=plan', span(), false],
    ['service=planner,worker', span(), true],
    ['service!=planner', span(), false],
    ['name:tool:*', span(), true],
    ['name:"tool:search"', span(), true],
    ['name:*arch', span(), true],
    ['name:sea*x', span(), false],
    ['test:adds', span({ attributes: { 'spanscope.test.name': 'cart > adds' } }), true],
    ['test:adds', span(), false],
    ['has:test', span({ attributes: { 'spanscope.test.name': 'cart > adds' } }), true],
    ['has:test', span(), false],
    ['status:error', span({ status: 'error' }), true],
    ['has:error', span(), false],
    ['status:running', span({ marks: markBit('open') }), true],
    ['role:tool,llm', span(), true],
    ['role:modelcall', span({ role: 'llm' }), true],
    ['kind:server', span(), false],
    ['duration:>1s', span(), true],
    ['duration:>1.5s', span(), false],
    ['duration>=1500', span(), true],
    ['duration:100ms-2s', span(), true],
    ['duration:<10us', span(), false],
    ['tokens:>1k', span(), true],
    ['tool:search', span(), true],
    ['model:gpt', span(), false],
    ['http.status_code=500', span({ attributes: { 'http.status_code': 500 } }), true],
    ['http.status_code>=500', span({ attributes: { 'http.status_code': '503' } }), true],
    ['http.status_code:>499', span({ attributes: { 'http.status_code': 500n } }), true],
    ['http.status_code!=500', span({ attributes: { 'http.status_code': 500 } }), false],
    ['http.status_code!=500', span(), false],
    ['big=9007199254740993', span({ attributes: { big: 9007199254740993n } }), true],
    ['ok=true', span({ attributes: { ok: true } }), true],
    ['user.id~ann', span({ attributes: { 'user.id': 'Joanna' } }), true],
    ['tags=b', span({ attributes: { tags: ['a', 'b'] } }), true],
    ['has:__proto__', span(), false],
    ['has:orphan', span({ marks: markBit('orphan') }), true],
    ['-status:error role:tool', span(), true],
    ['NOT role:tool', span(), false],
    ['role:llm OR role:tool', span(), true],
    ['(role:llm OR role:tool) -search', span(), false],
    ['http://host/path', span({ attributes: { url: 'see http://host/path now' } }), true],
    ['"two words"', span({ attributes: { a: 'one two words' } }), true],
    ['trace:aa', span(), true],
  ];
  it.each(cases)('%s', (text, subject, matches) => {
    expect(query(text).matchesSpan(subject)).toBe(matches);
  });
});

describe('the filter language on traces', () => {
  it('meets each term by another span', () => {
    const spans = [span({ name: 'a', subject: '' }), span({ name: 'b', subject: '', status: 'error' })];
    expect(query('name:a status:error').matchesTrace(trace(spans))).toBe(true);
    expect(query('name:c').matchesTrace(trace(spans))).toBe(false);
  });
  it('takes durations, tokens and counts of the trace itself', () => {
    expect(query('duration:>2s tokens:>2000 cost:>0.1 spans:2 errors:1').matchesTrace(trace([]))).toBe(true);
    expect(query('duration:>4s').matchesTrace(trace([]))).toBe(false);
  });
  it('calls a trace well only when nothing in it failed', () => {
    expect(query('status:ok').matchesTrace(trace([span({ status: 'ok' })]))).toBe(false);
    expect(query('-has:error').matchesTrace(trace([], { errorCount: 0 }))).toBe(true);
  });
});

describe('keys that are no fields', () => {
  const advice = (text: string): string[] => hintsOf(text).map(({ message }) => message);
  it('are told with what may have been meant', () => {
    expect(advice('colour:red')).toEqual([expect.stringContaining('No span has an attribute "colour". Fields are role, name')]);
    expect(advice('sevice:web nmae=x dur:>2s staus:error type:llm')).toEqual(expect.arrayContaining([
      'No span has an attribute "sevice". Did you mean service:web?', 'No span has an attribute "nmae". Did you mean name=x?', 'No span has an attribute "dur". Did you mean duration:>2s?',
    ]));
    expect(advice('staus:error type:llm error:true')).toEqual([
      'No span has an attribute "staus". Did you mean status:error?', 'No span has an attribute "type". Did you mean role:llm?', 'No span has an attribute "error". Did you mean has:error?',
    ]);
    expect(advice('has:eror is:orphn has:http.method')).toEqual([
      'No span has an attribute "eror". Did you mean has:error?', 'No span has an attribute "orphn". Did you mean has:orphan?',
      'No span has an attribute "http.method". Write has:error, has:open or has: and the whole key of an attribute.',
    ]);
    expect(advice('-http.metod=GET')).toEqual(['No span has an attribute "http.metod". Attributes are written with their whole key.']);
  });

  it('come with the query that may have been meant, when that can be read', () => {
    expect(hintsOf('name:x -staus:error model:y').map(({ fixed, meant }) => [fixed, meant])).toEqual([['name:x -status:error model:y', 'status:error']]);
    expect(hintsOf('error:true').map(({ fixed }) => fixed)).toEqual(['has:error']);
    expect([hintsOf('type:sonnet'), hintsOf('colour:red')].map(([hint]) => hint?.fixed)).toEqual([undefined, undefined]);
  });

  it('are none where all are fields, free text or broken', () => {
    for (const text of ['role:tool Status:error has:error is:Orphan', 'plain text', '"colour:red"', 'http://a', 'colour:', '']) expect(hintsOf(text)).toEqual([]);
  });

  it('come with a query for the spans that have the attribute', () => {
    const [hint] = hintsOf('colour:red');
    const having = query(hint?.havingIt ?? '');
    expect([having.matchesSpan(span({ attributes: { colour: 'blue' } })), having.matchesSpan(span({ attributes: { colour: 7 } })), having.matchesSpan(span({ attributes: {} }))]).toEqual([true, true, false]);
  });

  it('are told for any text, and are few and short', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), (text) => {
      const hints = hintsOf(text);
      expect(hints.length).toBeLessThanOrEqual(3);
      for (const { message, havingIt } of hints) expect([message.length < 300, parseQuery(havingIt).problem]).toEqual([true, undefined]);
    }));
  });
});

describe('what is no query', () => {
  const wrong: readonly [string, RegExp][] = [
    ['status:broken', /Known: unset, ok, error/], ['role:', /role is missing/], ['duration:>soon', /Write a duration/], ['tokens:many', /Write a number/],
    ['(a', /not closed/], ['a)', /closes nothing/], ['"a', /not closed/], ['a OR', /between two terms/], ['x=', /value is missing/], ['()', /empty/],
    ['('.repeat(200), /nested too deep/], ['x'.repeat(2000), /characters long/],
  ];
  it.each(wrong)('%s is answered with what to do', (text, message) => {
    const { problem } = parseQuery(text);
    expect(problem?.message).toMatch(message);
    expect(problem!.start).toBeLessThanOrEqual(problem!.end);
  });
  it('says where in the query it is', () => {
    expect(parseQuery('role:tool duration:abc').problem).toMatchObject({ message: expect.stringMatching(/^duration:abc: Write a duration/), start: 10, end: 22 });
    expect(parseQuery('role:tool (name:a').problem?.message).toBe('( at character 11: The bracket is not closed.');
    expect(parseQuery('role:tool name:"a b').problem?.message).toBe('The quotation mark at character 16 is not closed.');
    expect(parseQuery(`status:${'x'.repeat(100)}`).problem?.message).toMatch(/^status:x{33}…: There is no status/);
  });
  it('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'grapheme' }), (text) => {
      const parsed = parseQuery(text);
      parsed.query?.matchesSpan(span());
      parsed.query?.matchesTrace(trace([span()]));
    }));
  });
  it('finds quoted text of any kind literally', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, maxLength: 50 }).filter((text) => !text.includes('*')), (text) => {
      const quoted = `"${text.replace(/[\\"]/g, (letter) => `\\${letter}`)}"`;
      expect(query(quoted).matchesSpan(span({ attributes: { a: `<${text}>` } }))).toBe(true);
    }));
  });
});
