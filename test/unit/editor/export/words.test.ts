import { describe, expect, it } from 'vitest';
import { Display } from '../../../../src/editor/display.ts';
import { isTelling, reportWords } from '../../../../src/editor/export/words.ts';

const display = new Display('en');
const nothing = { spanCount: 1, maskedSecrets: 0, maskedContents: 0, omittedContents: 0, lost: [] };

describe('what is said after an export', () => {
  it('is one sentence when there is no more to say', () => {
    expect(reportWords(nothing, 'run.html', 'HTML page', display)).toBe('1 span written to run.html.');
    expect(isTelling(nothing)).toBe(false);
  });

  it('names what was masked, lost and left out', () => {
    const report = { ...nothing, spanCount: 1280, maskedSecrets: 3, omittedContents: 1, lost: ['12 log records', '3 links', 'a', 'b', 'c'], leftOut: 'Left out for length: 2 of 9 steps.' };
    expect(reportWords(report, 'the clipboard', 'Zipkin JSON', display)).toBe(
      '1,280 spans written to the clipboard. 3 secrets masked, 1 message or payload left out. Zipkin JSON cannot hold 12 log records, 3 links, a, b and 1 more. Left out for length: 2 of 9 steps.');
    expect(isTelling(report)).toBe(true);
  });
});
