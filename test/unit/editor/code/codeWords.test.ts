import { describe, expect, it } from 'vitest';
import { hoverLines, hoverTitle, lensParts, lensTooltip, lineEnd, listRow, tooLargeWords } from '../../../../src/editor/code/use/codeWords.ts';
import type { SpansHere } from '../../../../src/editor/code/use/codeWords.ts';
import { Display } from '../../../../src/editor/display.ts';
import { hostileTexts } from '../../../e2e/page/support/hostileRun.ts';
import type { CodeFigures, CodeSpan, CodeUse } from '../../../../src/protocol/codeUse.ts';

const display = new Display('en');
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
const none: CodeFigures = { spans: 1, calls: 1, errors: 0, failedCalls: 0, running: 0, inputTokens: NaN, outputTokens: NaN, costUsd: NaN, totalNs: 4.7e9, medianNs: 4.7e9, p95Ns: 4.7e9, lastStart: 1000, lastNs: 4.7e9 };
const hereOf = (figures: Partial<CodeFigures>, isOlder = false, more: Partial<CodeUse & SpansHere> = {}): SpansHere => {
  const { isByName = false, ...use } = more;
  return { use: { all: { ...none, ...figures }, run: { ...none, ...figures }, runs: 1, fileRuns: 0, files: [], isLatest: true, since: 0, ...use }, isOlder, isByName };
};
const parts = (...given: Parameters<typeof hereOf>): string[] => lensParts(hereOf(...given), display).map(plain);
const end = (...given: Parameters<typeof hereOf>): unknown => { const { text, isFailed } = lineEnd(hereOf(...given), 8200, display); return [plain(text), isFailed]; };
const span: CodeSpan = { traceId: 't', spanId: 's', place: 0, name: 'n', label: 'search', role: 'tool', isFailed: false, isRunning: false, start: 0, durationNs: 1.2e9 };

describe('the words in code', () => {
  it('say above a function what its spans did', () => {
    expect(parts({})).toEqual(['1 span, last 4.70 s']);
    expect(parts({ spans: 12, calls: 12, lastNs: 1.2e9, p95Ns: 3.4e9, errors: 1, inputTokens: 35_000, outputTokens: 2300, costUsd: 0.084 }))
      .toEqual(['12 spans, last 1.20 s, p95 3.40 s', '35.0k → 2.3k tokens, $0.084', '$(error) 1 error']);
    expect(parts({ running: 1, lastNs: NaN, p95Ns: NaN })).toEqual(['1 span', '$(loading~spin) 1 running']);
    expect(parts({ spans: 3, calls: 3, running: 1, errors: 2 }, true)).toEqual(['3 spans, last 4.70 s, p95 4.70 s, older code', '$(error) 2 errors, 1 running']);
    expect(plain(lensTooltip(hereOf({ spans: 9, calls: 3 }, true, { runs: 4 }), display))).toBe('Show the spans of the last 4 runs, 3 calls with all spans in them, the code has changed since');
  });

  it('say at the end of a line what its newest run did, in at most 28 letters', () => {
    expect(end({})).toEqual(['4.70 s', false]);
    expect(end({ running: 1, lastNs: NaN, costUsd: 0.014 })).toEqual(['7.20 s …, $0.014 so far', false]);
    expect(end({ calls: 2, failedCalls: 1 })).toEqual(['1 of 2 failed', true]);
    expect(end({ failedCalls: 1 }, true)).toEqual(['failed, 4.70 s, older code', true]);
    expect(end({ calls: 3 })).toEqual(['3 calls, 4.70 s median', false]);
    expect(end({ calls: 3 }, true)).toEqual(['3 calls, older code', false]);
    expect(end({ lastNs: NaN })).toEqual(['no end', false]);
  });

  it('make no markup, icon or link of what a span says', () => {
    for (const hostile of [...hostileTexts, '**[x](command:evil)** $(error) <img src=x> `a`\n# h https://evil.example &nbsp;']) {
      const lines = hoverLines({ ...span, label: hostile.slice(0, 200), content: { input: hostile, output: hostile, problem: hostile } }, 1, 0, display);
      expect(lines).toHaveLength(4);
      // Nothing that has a meaning in Markdown stands without a backslash, beside what the lines are made of.
      const own = lines.join('\n').replaceAll(/\\[!-/:-@[-`{-~]/g, '').replaceAll('&nbsp;', '').replace('**', '').replace('**', '');
      expect(own).not.toMatch(/[*_[\]()<>#`$&!]/);
      expect(own).not.toMatch(/[\u202e\u2066\u0000]/);
      expect(own.length).toBeLessThan(8000);
    }
    expect(listRow({ ...span, label: '$(error) x', content: { input: '$(zap)' } }, 0, display)).toMatchObject({ label: String.raw`\$(error) x`, detail: String.raw`\$(zap)` });
  });

  it('sum up above the spans of a hover', () => {
    expect(plain(hoverTitle(hereOf({ spans: 4, calls: 4, errors: 1 }, true, { runs: 2 }), display))).toBe('4 spans · 2 runs · median 4.70 s, p95 4.70 s · 1 error · the code has changed since');
  });

  it('say what has too many spans', () => {
    expect(tooLargeWords([], display)).toBe('');
    expect(tooLargeWords(['prod\u202e.json'], display)).toBe(String.raw`prod\u202e.json has too many spans to be shown in code.`);
    expect(tooLargeWords(['a.json', 'nightly'], display)).toBe('2 traces have too many spans to be shown in code.');
  });

  it('say which file spans are from, and that they were found by their names', () => {
    const file = { runs: 2, fileRuns: 2, files: ['prod.otlp.json'], file: 'prod.otlp.json' };
    expect(parts({}, false, file)).toEqual(['1 span, last 4.70 s, from prod.otlp.json']);
    expect(parts({}, true, { ...file, files: ['a.json', 'b.json'], isByName: true })).toEqual(['1 span, last 4.70 s, from 2 files, by name, older code']);
    expect(parts({}, false, { ...file, fileRuns: 1 })).toEqual(['1 span, last 4.70 s']);
    expect(plain(lensTooltip(hereOf({}, false, { ...file, fileRuns: 1 }), display))).toBe('Show the spans of the last 2 runs, 1 run from prod.otlp.json');
    expect(plain(lensTooltip(hereOf({}, false, { isByName: true }), display))).toBe('Show the spans of the last run, found by the name of the spans, which record no line');
    expect(end({ calls: 3 }, false, file)).toEqual(['3 calls, from file', false]);
    expect(end({}, false, { isByName: true })).toEqual(['4.70 s, by name', false]);
    expect(plain(hoverTitle(hereOf({}, false, file), display))).toBe(String.raw`1 span · 2 runs · from prod\.otlp\.json`);
    expect(listRow({ ...span, file: '$(zap)x.json' }, 0, display).description).toContain(String.raw`from \$(zap)x.json`);
    expect(hoverLines({ ...span, file: '[x](command:evil)' }, 1, 0, display)[0]).toContain(String.raw`from \[x\]\(command\:evil\)`);
    for (const hostile of hostileTexts) {
      expect(parts({}, false, { ...file, files: [hostile] })[0]).not.toMatch(/[\u202e\u2066\u0000]|(?<!\\)\$\(/);
      expect(parts({}, false, { ...file, files: [hostile] })[0]?.length).toBeLessThan(200);
    }
  });
});
