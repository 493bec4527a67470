import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { asLine, oneFailure, readCounts, readVitestReport, sum, withSecondLook } from '../../launcher/counts.ts';
import type { Counts } from '../../launcher/counts.ts';

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
    const file = report({ numPassedTests: 5, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, success: false, testResults: [{ name: 'broken.test.ts', status: 'failed', message: 'Unexpected token', assertionResults: [] }] });
    expect(readVitestReport(file)).toEqual({ passed: 5, failed: 1, skipped: 1, failures: ['broken.test.ts\n    Unexpected token'], again: { names: ['broken.test.ts'], passed: 0, skipped: 0 } });
  });

  it('keeps the titles of failed tests with the begin of what they said, for the end of the report', () => {
    const failureMessages = [`\u001B[31mexpected 1\u001B[39m\n${'    at a line\n'.repeat(100)}`];
    const assertionResults = [{ fullName: 'a receiver answers', status: 'failed', failureMessages }, { fullName: 'a receiver ends', status: 'passed', failureMessages: [] }];
    const counts = readVitestReport(report({ numPassedTests: 1, numFailedTests: 1, numPendingTests: 0, numTodoTests: 0, success: false, testResults: [{ name: 'a.test.ts', message: '', assertionResults }] }));
    const [failure = ''] = sum([counts, oneFailure]).failures ?? [];
    expect(failure.split('\n').slice(0, 2)).toEqual(['a receiver answers', '    expected 1']);
    expect(failure.split('\n').length).toBeLessThan(30);
  });

  it('looks a second time at the files of few failures, and counts and names what passes then', async () => {
    const assertionResults = [{ fullName: 'a panel opens', status: 'failed', failureMessages: ['too late'] }, { fullName: 'a panel closes', status: 'passed', failureMessages: [] }, { fullName: 'a panel sings', status: 'pending', failureMessages: [] }];
    const first = readVitestReport(report({
      numPassedTests: 4, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0, success: false,
      testResults: [{ name: 'panel.e2e.ts', status: 'failed', assertionResults }, { name: 'other.e2e.ts', status: 'passed', assertionResults: [] }],
    }));
    const asked: (readonly string[])[] = [];
    const stage = (second: Counts) => (only: readonly string[]): Promise<Counts> => {
      asked.push(only);
      return Promise.resolve(only.length === 0 ? first : second);
    };
    expect(await withSecondLook(stage({ passed: 2, failed: 0, skipped: 1 }))).toEqual({ passed: 5, failed: 0, skipped: 2, unsteady: ['a panel opens\n    too late'] });
    expect(asked).toEqual([[], ['panel.e2e.ts']]);
    // A worker that crashed leaves a file without a failed test.
    const crashed: Counts = { passed: 3, failed: 1, skipped: 0, failures: [], again: { names: ['a.test.ts'], passed: 0, skipped: 0 } };
    expect((await withSecondLook((only) => Promise.resolve(only.length === 0 ? crashed : { passed: 2, failed: 0, skipped: 0 }))).unsteady).toEqual(['a.test.ts']);
    expect(await withSecondLook(stage({ passed: 1, failed: 1, skipped: 1, failures: ['again'] }))).toMatchObject({ passed: 4, failed: 1, skipped: 2, failures: ['a panel opens\n    too late', 'again'] });
  });

  it('takes many failures, and a stage without a result, as they are', async () => {
    const many: Counts = { passed: 9, failed: 4, skipped: 0, again: { names: ['a.test.ts'], passed: 0, skipped: 0 } };
    expect(await withSecondLook(() => Promise.resolve(many))).toBe(many);
    expect(await withSecondLook(() => Promise.resolve(oneFailure))).toBe(oneFailure);
    const outside: Counts = { passed: 9, failed: 1, skipped: 0, again: { names: [], passed: 0, skipped: 0 } };
    expect(await withSecondLook(() => Promise.resolve(outside))).toBe(outside);
  });

  it('counts a stage that left no result as a failure', () => {
    expect(readVitestReport(path.join(folder, 'none.json'))).toEqual(oneFailure);
    expect(readCounts(path.join(folder, 'none.json'))).toBeUndefined();
  });
});
