import { existsSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** How many tests of a stage went which way, and of those that failed the title and what they said. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures?: readonly string[];
  /** What to run again for a second look at the failures, and what else is counted above of the same: files of vitest, outermost suites of mocha. */
  readonly again?: { readonly names: readonly string[]; readonly passed: number; readonly skipped: number };
  /** Of tests that failed and passed when they were run again: title and what they said at first. */
  readonly unsteady?: readonly string[];
}

/** What a stage counts that ended without a result: one failure. */
export const oneFailure: Counts = { passed: 0, failed: 1, skipped: 0 };

export function sum(all: readonly Counts[]): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return { ...total, failures: all.flatMap(({ failures = [] }) => failures), unsteady: all.flatMap(({ unsteady = [] }) => unsteady) };
}

/** `12 passed, 0 failed`, and `, 1 skipped` when there are any. */
export function asLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

const mostFailuresToRunAgain = 3;

/**
 * Runs a stage, and what failed of it once more, from a fresh editor or process: an editor, a browser and a debugger have hiccups
 * of their own. What passes then is counted as passed and named as unsteady, for it is a fault to mend, of the test or of the
 * product. Many failures are no hiccup and stay as they are.
 */
export async function withSecondLook(stage: (only: readonly string[]) => Promise<Counts>): Promise<Counts> {
  const first = await stage([]);
  if (first.failed === 0 || first.failed > mostFailuresToRunAgain || !first.again?.names.length) return first;
  const { names, passed, skipped } = first.again;
  process.stdout.write(`\n── once more: ${names.join(', ')}\n`);
  const second = await stage(names);
  if (second.failed > 0) return { ...first, failures: [...(first.failures ?? []), ...(second.failures ?? [])] };
  return { passed: first.passed - passed + second.passed, failed: 0, skipped: first.skipped - skipped + second.skipped, unsteady: first.failures?.length ? first.failures : names };
}

const mostLinesOfFailure = 25;

/** A failed test for the end of a report: its title, and below it the first lines of what it said. */
export function asFailure(title: string, message: string): string {
  const lines = stripVTControlCharacters(message).split('\n').slice(0, mostLinesOfFailure);
  return [title, ...lines.map((line) => `    ${line}`)].join('\n');
}

/** Reads the counts that the suite inside the editor wrote; undefined when it never got that far. */
export function readCounts(file: string): Counts | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Counts) : undefined;
}

/** Reads the counts out of the JSON report of vitest. A run without any test is a failure. */
export function readVitestReport(file: string): Counts {
  if (!existsSync(file)) return oneFailure;
  const report = JSON.parse(readFileSync(file, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    numPendingTests: number;
    numTodoTests: number;
    success: boolean;
    testResults: { name: string; status: string; message?: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
  };
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that cannot be loaded, or an error outside any test, fails the run without a failed test.
  const failed = report.numFailedTests === 0 && !report.success ? 1 : report.numFailedTests;
  const failures = report.testResults.flatMap(({ name, message = '', assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed').map(({ fullName, failureMessages }) => asFailure(fullName, failureMessages.join('\n')));
    return tests.length === 0 && message !== '' ? [asFailure(name, message)] : tests;
  });
  const again = report.testResults.filter(({ status }) => status === 'failed'), tests = again.flatMap(({ assertionResults }) => assertionResults);
  const passedAgain = tests.filter(({ status }) => status === 'passed').length, skippedAgain = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
  return { passed: report.numPassedTests, failed, skipped, failures, again: { names: again.map(({ name }) => name), passed: passedAgain, skipped: skippedAgain } };
}
