// All benchmarks one after the other, each in a process of its own. Run: npm run bench
import { spawnSync } from 'node:child_process';
import path from 'node:path';

const benches = ['decode', 'ingest', 'websocket', 'store', 'files', 'export', 'search', 'memory', 'agentKit', 'hook-node', 'hook-python', 'hook-agents', 'lanes', 'draw', 'chart', 'tree', 'activation', 'package', 'live', 'open'];
const root = path.resolve(import.meta.dirname, '../..');

for (const bench of benches) {
  const { status } = spawnSync('npm', ['run', '--silent', `bench:${bench}`], { cwd: root, stdio: 'inherit' });
  // What failed is told and looked at by a person; the others are still worth their figures.
  if (status !== 0) process.stdout.write(`${bench} ended with ${String(status)}\n`);
}
