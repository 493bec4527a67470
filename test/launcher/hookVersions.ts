// Runs the tests of the hooks on every Python and Node that there is or that npm has. Run: npm run test:versions -- [python|node|3.12|22 …]
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cacheFolder, root } from './paths.ts';
import { npm, onPath, outputOf, run } from './processes.ts';

const nodes = ['18', '20', '22', '24', '25', '26'];
const pythons = ['3.9', '3.10', '3.11', '3.12', '3.13', '3.14'];
/** What the Python programs of the tests need; the frameworks only where they still support that Python. */
const pythonPackages = ['opentelemetry-sdk', 'opentelemetry-instrumentation', 'opentelemetry-distro', 'uvicorn', 'gunicorn', 'fastapi', 'httpx', 'opentelemetry-instrumentation-fastapi', 'debugpy', 'pytest'];
const pythonFrameworks = ['gevent', 'uvloop', 'openai-agents', 'langgraph', '--no-binary=claude-agent-sdk claude-agent-sdk', 'openinference-instrumentation-langchain', 'openinference-instrumentation-openai-agents'];

const tests = {
  node: ['nodeHook.test.ts', 'nodeHookPrograms.test.ts', 'nodeHookBundles.test.ts', 'nodeHookSdk3.test.ts', 'nodeFrameworks.test.ts', 'nodeHookBreakpoints.test.ts', 'nodeHookAttach.test.ts', 'nodeHookActiveSpan.test.ts'],
  python: ['pythonHook.test.ts', 'pythonHookPrograms.test.ts', 'pythonFrameworks.test.ts', 'pythonGreen.test.ts', 'pythonHookBreakpoints.test.ts', 'pythonHookAttach.test.ts', 'pythonHookActiveSpan.test.ts', 'pytestRuns.test.ts'],
};

interface Outcome { readonly name: string; readonly says: string; readonly isFailure?: boolean }

async function onNode(version: string): Promise<Outcome> {
  const name = `Node ${version}`, folder = path.join(cacheFolder, 'runtimes', `node-${version}`), command = path.join(folder, 'node_modules/node/bin/node');
  try {
    if (!existsSync(command)) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
      await npm(['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${version}`], { cwd: folder });
    }
  } catch (error) {
    return { name, says: `skipped: npm has it not for this machine (${String(error)})` };
  }
  const exact = outputOf(command, ['-p', 'process.version'])?.trim();
  return exact === undefined ? { name, says: 'skipped: it does not run here' } : runTests(`Node ${exact}`, tests.node, { SPANSCOPE_TEST_NODE: command });
}

async function onPython(version: string): Promise<Outcome> {
  const name = `Python ${version}`, base = findPython(version);
  if (base === undefined) return { name, says: 'skipped: it is not installed here' };
  const folder = path.join(cacheFolder, 'runtimes', `python-${version}`), command = path.join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const ready = path.join(folder, '.ready');
  const wantedPackages = [...pythonPackages, ...pythonFrameworks].join('\n');
  if (!existsSync(ready) || readFileSync(ready, 'utf8') !== wantedPackages) {
    const install = (packages: readonly string[]): Promise<number> => run(command, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
    if (await run(base, ['-m', 'venv', '--clear', folder]) !== 0 || await install(pythonPackages) !== 0) return { name, says: 'skipped: its packages could not be installed' };
    for (const framework of pythonFrameworks) await install(framework.split(' '));
    writeFileSync(ready, wantedPackages);
  }
  return runTests(outputOf(command, ['--version'])?.trim() ?? name, tests.python, { SPANSCOPE_TEST_PYTHON: command, PYTHON: command });
}

/** On the path, in the folder of pyenv, or among those of uv. */
function findPython(version: string): string | undefined {
  const pyenv = process.env['PYENV_ROOT'] ?? path.join(os.homedir(), '.pyenv'), uv = onPath('uv');
  const candidates = [
    ...globSync(`versions/${version}.*/bin/python3`, { cwd: pyenv }).map((file) => path.join(pyenv, file)),
    onPath(`python${version}`), onPath('python3', 'python'), uv === undefined ? undefined : outputOf(uv, ['python', 'find', '--no-python-downloads', version])?.trim(),
  ];
  const asked = 'import sys, venv; print("%d.%d" % sys.version_info[:2])';
  return candidates.find((command) => command !== undefined && outputOf(command, ['-c', asked])?.trim() === version);
}

async function runTests(name: string, files: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  process.stdout.write(`\n${name}\n`);
  const code = await run(process.execPath, [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--no-file-parallelism', ...files.map((file) => `test/unit/instrument/${file}`)], {
    cwd: root, env: { ...process.env, ...env },
  });
  return code === 0 ? { name, says: 'passed' } : { name, says: 'FAILED', isFailure: true };
}

const wanted = process.argv.slice(2);
const isWanted = (kind: string, version: string): boolean => wanted.length === 0 || wanted.includes(kind) || wanted.includes(version);
const outcomes: Outcome[] = [];
for (const version of nodes) if (isWanted('node', version)) outcomes.push(await onNode(version));
for (const version of pythons) if (isWanted('python', version)) outcomes.push(await onPython(version));
process.stdout.write(`\n${outcomes.map(({ name, says }) => `${name}: ${says}`).join('\n')}\n`);
process.exitCode = outcomes.some(({ isFailure }) => isFailure === true) ? 1 : 0;
