import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markdown } from '../../../src/export/markdown.ts';
import { code, fenced } from '../../../src/export/markdownText.ts';
import { spans } from '../formats/spanArbitraries.ts';
import { agentRun, hostileTexts, options, sketched, written } from './exportSpans.ts';

/** What of a Markdown text is not inside of code: blocks first, then code in lines. Reads fences as CommonMark does. */
function outsideOfCode(text: string): string {
  const kept: string[] = [];
  let fence = '';
  for (const line of text.split('\n')) {
    const marks = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence !== '') {
      if (marks !== null && (marks[1] as string).startsWith(fence) && (marks[2] as string).trim() === '') fence = '';
    } else if (marks !== null && !(marks[2] as string).includes('`')) fence = marks[1] as string;
    else kept.push(withoutSpans(line));
  }
  expect(fence).toBe('');
  return kept.join('\n');
}

/** A run of backticks opens code when a run of the same length follows. */
function withoutSpans(line: string): string {
  let left = '', at = 0;
  for (const open of line.matchAll(/`+/g)) {
    if (open.index < at) continue;
    const close = [...line.matchAll(/`+/g)].find((run) => run.index > open.index && run[0].length === open[0].length);
    if (close === undefined) continue;
    left += line.slice(at, open.index);
    at = close.index + close[0].length;
  }
  return left + line.slice(at);
}

describe('the account of a run', () => {
  it('tells sums, tree, failures and what was said, and each message once', async () => {
    await expect(written(markdown, agentRun).text).toMatchFileSnapshot('agentRun.golden.md');
  });

  it('says what was masked at its end', () => {
    expect(written(markdown, agentRun, { ...options, note: () => '3 secrets were masked.' }).text.trimEnd().endsWith('\n*3 secrets were masked.*')).toBe(true);
  });

  it.each(hostileTexts)('keeps %j in code, wherever it stands', (hostile) => {
    const span = sketched({
      id: 'a', name: hostile, from: 0, to: 1, status: 'error', message: hostile,
      attributes: {
        'gen_ai.operation.name': 'chat', 'gen_ai.request.model': hostile,
        'gen_ai.input.messages': JSON.stringify([{ role: hostile, parts: [{ type: 'text', content: hostile }, { type: 'tool_call', id: hostile, name: hostile, arguments: hostile }] }]),
      },
      events: [{ name: 'exception', attributes: { 'exception.type': hostile, 'exception.message': hostile, 'exception.stacktrace': hostile } }, { name: hostile, attributes: { [hostile]: hostile } }],
    });
    const outside = outsideOfCode(written(markdown, [{ ...span, traceId: hostile, service: hostile }]).text);
    // Our own words only: letters, numbers, and the marks that headings, lists and emphasis are made of.
    expect(outside).toMatch(/^[A-Za-z0-9 \n#*:.,+\-–—→$≥×()/›]*$/);
    expect(outside).not.toMatch(/evil|hacked|Owned|HYPERLINK|everyone/);
  });

  it('stays whole Markdown whatever the spans hold', () => {
    fc.assert(fc.property(spans, (all) => {
      outsideOfCode(written(markdown, all.map((span) => ({ ...span, marks: 0 }))).text);
    }));
  });

  it('has about the length that is wanted, and says what was left out', () => {
    const long = Array.from({ length: 300 }, (_, i) => sketched({
      id: `s${i}`, name: 'chat', from: i, to: i + 1,
      attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'm', 'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: `${i} ${'word '.repeat(1000)}` }] }]) },
    }));
    for (const maxCharacters of [5000, 60_000, 400_000]) {
      const { text, leftOut } = written(markdown, long, { ...options, maxCharacters });
      expect(text.length).toBeLessThan(maxCharacters + 2000);
      expect(text.length).toBeGreaterThan(maxCharacters / 4);
      expect(leftOut).toMatch(/^Left out for length: .*[\d,]+ characters of long texts\.$/);
      expect(text).toContain(leftOut);
    }
  });

  it('keeps the first failures where there are very many spans', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => sketched({ id: `s${i}`, ...(i === 0 ? {} : { parent: 's0' }), name: `step ${i}`, from: i, to: i + 1, ...(i % 100 === 7 ? { status: 'error' as const, message: `failure ${i}` } : {}) }));
    const { text } = written(markdown, many);
    expect(text.length).toBeLessThan(60_000);
    expect(text).toContain('failure 7');
    expect(text).toContain('more spans');
    expect(text).toContain('more failed spans');
  });
});

describe('code in Markdown', () => {
  it('holds any text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('`', ' ', 'a', '\n', '~', '\\', '\r') }), (text) => {
      expect(withoutSpans(`x ${code(text)} y`).replace(/\(no name\)|\(blank\)/, '')).toBe('x  y');
      expect(outsideOfCode(`before\n${fenced(text)}after`)).toBe('before\nafter');
    }));
  });
});
