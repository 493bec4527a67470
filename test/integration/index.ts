import { appendFileSync, globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { asFailure } from '../launcher/counts.ts';
import type { Counts } from '../launcher/counts.ts';

const suiteOf = (test: Mocha.Test): string => test.titlePath()[0] ?? '';

/** Entry of the suite inside a VS Code: runs every compiled test file and leaves report and counts where the launcher looks. */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const report = process.env['SPANSCOPE_TEST_REPORT'];
  // The editor prints much of its own on the console, so the report has a file to itself.
  if (report !== undefined) Mocha.reporters.Base.consoleLog = (...args: unknown[]) => appendFileSync(report, `${format(...args)}\n`);
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 30_000, reporter: 'spec' });
  if (process.env['SPANSCOPE_TEST_GREP'] !== undefined) mocha.grep(process.env['SPANSCOPE_TEST_GREP']);
  for (const file of globSync('**/*.test.cjs', { cwd: __dirname }).toSorted()) mocha.addFile(path.join(__dirname, file));
  const failed: string[] = [], passed: string[] = [], skipped: string[] = [], again = new Set<string>();
  const runner = await new Promise<Mocha.Runner>((resolve) => {
    const started: Mocha.Runner = mocha.run(() => resolve(started));
    started.on('fail', (test, error: Error) => {
      failed.push(asFailure(test.fullTitle(), error.stack ?? error.message));
      again.add(suiteOf(test));
    });
    started.on('pass', (test) => passed.push(suiteOf(test)));
    started.on('pending', (test) => skipped.push(suiteOf(test)));
  });
  const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
  const countOf = (suites: readonly string[]): number => suites.filter((suite) => again.has(suite)).length;
  const results = process.env['SPANSCOPE_TEST_RESULTS'];
  if (results !== undefined) writeFileSync(results, JSON.stringify({ passed: passes, failed: failures, skipped: pending, failures: failed, again: { names: [...again], passed: countOf(passed), skipped: countOf(skipped) } } satisfies Counts));
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
