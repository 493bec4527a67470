import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser } from './browser.ts';
import { asLine, oneFailure, readCounts } from './counts.ts';
import type { Counts } from './counts.ts';
import { downloadedEditor, installedEditor, openDesktop } from './desktopEditor.ts';
import { chooseEditorHere } from './editorWay.ts';
import { compiledSuite, newRunFolder, root } from './paths.ts';
import { stop } from './processes.ts';
import { prepareRealClients, variablesOf } from './realClients.ts';
import { findRdbg } from './rdbg.ts';
import { startVscodeServer } from './vscodeServer.ts';
import type { WindowOptions } from './vscodeServer.ts';

const patienceMs = 10 * 60_000;
const handOverMs = 15_000;

interface SuiteRun {
  readonly runFolder: string;
  readonly window: WindowOptions;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly extraExtensions: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly results: string;
}

/** Runs the compiled suite inside a real VS Code, whichever way there is, or only some of its outermost suites; prints its report. */
export async function runIntegration(only: readonly string[] = []): Promise<Counts> {
  const way = await chooseEditorHere();
  const runFolder = newRunFolder();
  const folder = path.join(runFolder, 'workspace');
  mkdirSync(folder);
  cpSync(path.join(root, 'test/fixtures/workspaces/plain'), folder, { recursive: true });
  const results = path.join(runFolder, 'results.json');
  const report = path.join(runFolder, 'report.txt');
  const clients = await prepareRealClients();
  if (clients.python === undefined) process.stdout.write('The tests with the Python debugger are skipped: they need the Python clients.\n');
  const rdbg = await findRdbg();
  if (rdbg === undefined) process.stdout.write('The test with the Ruby debugger is skipped: there is no Ruby with the debug gem here.\n');
  const suite: SuiteRun = {
    runFolder,
    results,
    window: { folder, extensionDevelopmentPath: root, extensionTestsPath: compiledSuite },
    settings: { 'spanscope.receiver.autoStart': false },
    extraExtensions: [...(clients.python === undefined ? [] : ['debugpy']), ...(rdbg === undefined ? [] : ['rdbg'])].map((name) => path.join(root, 'test/fixtures/extensions', name)),
    env: {
      SPANSCOPE_TEST_RESULTS: results, SPANSCOPE_TEST_REPORT: report, SPANSCOPE_TEST_ROOT: root, ...onlySuites(only), ...variablesOf(clients), ...(rdbg === undefined ? {} : { SPANSCOPE_TEST_RDBG: rdbg }),
    },
  };
  await (way === 'server' ? runInServer(suite) : runInDesktop(way === 'installed' ? (installedEditor() as string) : await downloadedEditor(), suite));
  if (existsSync(report)) process.stdout.write(readFileSync(report, 'utf8'));
  const counts = readCounts(results);
  if (counts === undefined) {
    process.stdout.write(`The suite ended without a result; what the editor said is in ${runFolder}\n`);
    return oneFailure;
  }
  if (counts.failed === 0) rmSync(runFolder, { recursive: true, force: true, maxRetries: 3 });
  process.stdout.write(`integration: ${asLine(counts)}\n`);
  return counts;
}

const onlySuites = (titles: readonly string[]): Readonly<Record<string, string>> =>
  titles.length === 0 ? {} : { SPANSCOPE_TEST_GREP: titles.map((title) => `^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}`).join('|') };

async function runInServer(suite: SuiteRun): Promise<void> {
  const server = await startVscodeServer(suite);
  const browser = await launchBrowser();
  try {
    process.stdout.write(`Running in ${server.description}\n`);
    const page = await browser.newPage({ viewport: { width: 1600, height: 900 } });
    await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => log(suite, String(args[0])));
    const exited = Promise.withResolvers<void>();
    await page.exposeFunction('codeAutomationExit', () => exited.resolve());
    page.once('crash', () => exited.reject(new Error('The page of the workbench crashed.')));
    await page.goto(server.addressOf(suite.window));
    await Promise.race([exited.promise, rejectLate()]);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** What the editor says beside the report, for the case that something went wrong. */
function log(suite: SuiteRun, line: string): void {
  appendFileSync(path.join(suite.runFolder, 'editor.log'), `${line}\n`);
}

async function runInDesktop(command: string, suite: SuiteRun): Promise<void> {
  const editor = await openDesktop(command, { ...suite.window, ...suite });
  for (const stream of [editor.stdout, editor.stderr]) {
    createInterface({ input: stream as NodeJS.ReadableStream }).on('line', (line) => log(suite, line));
  }
  let deadline = Date.now() + patienceMs;
  // The result decides and not the end of the command, which may hand over to another process.
  editor.once('close', () => {
    deadline = Math.min(deadline, Date.now() + handOverMs);
  });
  while (!existsSync(suite.results) && Date.now() < deadline) await delay(200);
  await stop(editor);
}

async function rejectLate(): Promise<never> {
  await delay(patienceMs, undefined, { ref: false });
  throw new Error(`The suite did not end within ${patienceMs / 60_000} minutes.`);
}
