import { rmSync } from 'node:fs';
import path from 'node:path';
import { ensureBrowser } from './browser.ts';
import { asLine, readVitestReport } from './counts.ts';
import type { Counts } from './counts.ts';
import { newRunFolder, root } from './paths.ts';
import { run } from './processes.ts';
import { ensureServer } from './serverInstallation.ts';

/** Runs the end-to-end specs against the VS Code server in a browser; `filters` are parts of file names. */
export async function runEndToEnd(filters: readonly string[] = []): Promise<Counts> {
  // Installed here once and not by the first test, whose patience ends sooner.
  const { description } = await ensureServer();
  process.stdout.write(`End to end: ${description} in ${await ensureBrowser()}\n`);
  const counts = await runVitest(['--config', 'test/e2e/vitest.config.ts', '--root', root, ...filters]);
  process.stdout.write(`end to end: ${asLine(counts)}\n`);
  return counts;
}

/** Runs vitest once and counts. */
export async function runVitest(args: readonly string[]): Promise<Counts> {
  const folder = newRunFolder();
  const report = path.join(folder, 'report.json');
  const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
  await run(process.execPath, [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args], { cwd: root });
  const counts = readVitestReport(report);
  rmSync(folder, { recursive: true });
  return counts;
}
