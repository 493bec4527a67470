import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { asLine, oneFailure, readCounts, readVitestReport, sum } from '../../launcher/counts.ts';

describe('the last line of a test run', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function report(content: object): string {
    const file = path.join(folder, 'report.json');
    writeFileSync(file, JSON.stringify(content));
    return file;
  }

  it('sums all stages and names skipped tests only when there are any', () => {
    expect(asLine(sum([{ passed: 2, failed: 0, skipped: 0 }, oneFailure]))).toBe('2 passed, 1 failed');
    expect(asLine(sum([{ passed: 2, failed: 0, skipped: 3 }]))).toBe('2 passed, 0 failed, 3 skipped');
  });

  it('counts a run that fails outside of any test as a failure', () => {
    const file = report({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, success: false });
    expect(readVitestReport(file)).toEqual({ passed: 5, failed: 1, skipped: 1 });
  });

  it('counts a stage that left no result as a failure', () => {
    expect(readVitestReport(path.join(folder, 'none.json'))).toEqual(oneFailure);
    expect(readCounts(path.join(folder, 'none.json'))).toBeUndefined();
  });
});
