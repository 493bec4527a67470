import path from 'node:path';
import { asLine, oneFailure, sum, withSecondLook } from './counts.ts';
import type { Counts } from './counts.ts';
import { root } from './paths.ts';
import { npm, run } from './processes.ts';
import { prepareRealClients } from './realClients.ts';
import { runEndToEnd, runVitest } from './runEndToEnd.ts';
import { runIntegration } from './runIntegration.ts';
import { wantsOldest } from './versions.ts';

/** A stage that is one check: it passes or it fails. */
async function check(script: string): Promise<Counts> {
  await npm(['run', '--silent', script], { cwd: root });
  return { passed: 1, failed: 0, skipped: 0 };
}

// What is tested in the editor is what is packaged; the suite goes beside it.
async function build(): Promise<Counts> {
  await check('package');
  if ((await run(process.execPath, [path.join(root, 'esbuild.mjs'), '--production', '--tests'], { cwd: root })) !== 0) throw new Error('The suite does not compile.');
  return { passed: 1, failed: 0, skipped: 0 };
}

// Some unit tests run programs with real SDKs; they are skipped where these are not installed.
async function unit(): Promise<Counts> {
  await prepareRealClients();
  return withSecondLook(runVitest);
}

const stages: ReadonlyMap<string, () => Promise<Counts>> = new Map([
  ['lint', () => check('lint')],
  ['types', () => check('types')],
  ['unit', unit],
  ['build and package', build],
  ['integration', () => withSecondLook(runIntegration)],
  ['end to end', () => withSecondLook(runEndToEnd)],
]);

/** On the oldest editor only what runs in an editor is worth a second run. */
const inEditor = new Set(['build and package', 'integration', 'end to end']);
const results: (readonly [string, Counts])[] = [];
let built = true;
for (const [name, stage] of stages) {
  if (wantsOldest && !inEditor.has(name)) continue;
  process.stdout.write(`\n── ${name}\n`);
  const counts: Counts = await (built ? stage() : Promise.reject(new Error('Not run, because the build failed.'))).catch((error: unknown) => {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return oneFailure;
  });
  if (stage === build) built = counts.failed === 0;
  results.push([name, counts]);
}

process.stdout.write('\n');
for (const [name, counts] of results) process.stdout.write(`  ${name}: ${asLine(counts).replaceAll(',', ' ·')}\n`);
const total = sum(results.map(([, counts]) => counts));
// Once more at the end, where they are seen: what is above may be thousands of lines, or cut off.
for (const failure of total.failures ?? []) process.stdout.write(`\n  ✗ ${failure.replaceAll('\n', '\n  ')}\n`);
for (const failure of total.unsteady ?? []) process.stdout.write(`\n  ~ unsteady, passed when run again: ${failure.replaceAll('\n', '\n  ')}\n`);
process.stdout.write(`\n${asLine(total)}\n`);
process.exit(total.failed === 0 ? 0 : 1);
