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
    const file = report({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, success: false, testResults: [{ name: 'broken.test.ts', message: 'Unexpected token', assertionResults: [] }] });
    expect(readVitestReport(file)).toEqual({ passed: 5, failed: 1, skipped: 1, failures: ['broken.test.ts\n    Unexpected token'] });
  });

  it('keeps the titles of failed tests with the begin of what they said, for the end of the report', () => {
    const failureMessages = [`\u001B[31mexpected 1\u001B[39m\n${'    at a line\n'.repeat(100)}`];
    const assertionResults = [{ fullName: 'a receiver answers', status: 'failed', failureMessages }, { fullName: 'a receiver ends', status: 'passed', failureMessages: [] }];
    const counts = readVitestReport(report({ numPassedTests: 1, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, success: false, testResults: [{ name: 'a.test.ts', message: '', assertionResults }] }));
    const [failure = ''] = sum([counts, oneFailure]).failures ?? [];
    expect(failure.split('\n').slice(0, 2)).toEqual(['a receiver answers', '    expected 1']);
    expect(failure.split('\n').length).toBeLessThan(30);
  });

  it('counts a stage that left no result as a failure', () => {
    expect(readVitestReport(path.join(folder, 'none.json'))).toEqual(oneFailure);
    expect(readCounts(path.join(folder, 'none.json'))).toBeUndefined();
  });
});
