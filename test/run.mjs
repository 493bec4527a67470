// The first script on a fresh clone: it runs on whatever Node the machine has, installs what is missing
// and hands over to another script, which then runs on the Node of node_modules.
//   node test/run.mjs SCRIPT [ARGUMENTS]
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const modules = path.join(root, 'node_modules');
const isWindows = process.platform === 'win32';

/** Runs npm, the one that started this when there is one, and ends with its code when it fails. */
function npm(args) {
  const script = process.env.npm_execpath;
  const viaNode = script?.endsWith('.js') === true;
  const [command, all] = viaNode ? [process.execPath, [script, ...args]] : [isWindows ? 'npm.cmd' : 'npm', args];
  const { status, error } = spawnSync(command, all, { cwd: root, stdio: 'inherit', shell: isWindows && !viaNode });
  if (error !== undefined) process.stderr.write(`npm could not be started: ${error.message}\n`);
  if (status !== 0) process.exit(status ?? 1);
}

function packagesOf(lockFile) {
  return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
}

/** Whether node_modules holds what package-lock.json says. */
function isInstalled() {
  const installedLock = path.join(modules, '.package-lock.json');
  if (!existsSync(installedLock) || !existsSync(path.join(modules, 'node/bin'))) return false;
  const installed = packagesOf(installedLock);
  return Object.entries(packagesOf(path.join(root, 'package-lock.json')))
    .filter(([name, wanted]) => name !== '' && wanted.optional !== true && wanted.devOptional !== true)
    .every(([name, wanted]) => installed[name]?.version === wanted.version);
}

if (!isInstalled()) {
  process.stdout.write('Installing what package-lock.json names…\n');
  // What npm warns of holds for the Node that runs this; all that follows runs on the one that is installed.
  // On Windows the Node that runs this may be one of the files that `npm ci` would delete.
  npm([isWindows && existsSync(modules) ? 'install' : 'ci', '--no-audit', '--no-fund', '--loglevel=error']);
}
const [script, ...args] = process.argv.slice(2);
npm(['run', '--silent', script, '--', ...args]);
