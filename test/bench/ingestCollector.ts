import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CollectorClient } from '../../src/collector/client.ts';
import type { Endpoints } from '../../src/protocol/collector.ts';
import type { GoalId } from './support/goals.ts';
import type { Report } from './support/report.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** How often a case is measured. */
export const rounds = 3;
const mebibyte = 1024 * 1024;

/** One case: what the client process sends where, and the goal that it decides. */
export interface Case {
  readonly name: string;
  readonly client: string;
  readonly endpoint: string;
  readonly spans: number;
  readonly goal?: GoalId;
}

export interface RunningCollector {
  readonly endpoints: Required<Endpoints>;
  receivedSpans(): Promise<number>;
  close(): Promise<void>;
}

/** The real worker from its real bundles, with a database in a temporary folder. */
export async function startCollector(): Promise<RunningCollector> {
  execFileSync(process.execPath, ['esbuild.mjs', '--production'], { cwd: root, stdio: 'ignore' });
  const storageDirectory = mkdtempSync(path.join(tmpdir(), 'spanscope-bench-'));
  const client = new CollectorClient(path.join(root, 'dist/collector.cjs'), { onEvent: () => undefined, onLost: (reason) => { throw new Error(reason); } });
  await client.call('configure', {
    storageDirectory, memoryBytes: 512 * mebibyte, databaseBytes: 4096 * mebibyte, retentionDays: 0, allowedHosts: [], allowedOrigins: [], grpcBundle: path.join(root, 'dist/otlpGrpc.cjs'), fileBundle: path.join(root, 'dist/fileWorker.cjs'),
  });
  const { endpoints } = await client.call('start', { httpPort: 0, grpcPort: 0 });
  return {
    endpoints: endpoints as Required<Endpoints>,
    receivedSpans: async () => (await client.call('stats')).receivedSpans,
    close: async () => {
      await client.close();
      rmSync(storageDirectory, { recursive: true, force: true });
    },
  };
}

/**
 * Lets a client process send the spans three times: spans a second, from its first byte until the last answer, and the
 * processor time that this process (the worker's) spent on a span, which other programs disturb less.
 */
export async function measure(report: Report, one: Case): Promise<void> {
  const rates: number[] = [], costs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    rates.push(await runClient(one, round));
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / one.spans);
  }
  report.add({ case: one.name, figure: 'spans stored', unit: 'spans/s', values: rates, ...(one.goal === undefined ? {} : { goal: one.goal }), notes: { spans: one.spans } });
  report.add({ case: one.name, figure: 'processor time a span', unit: 'µs', values: costs });
}

function runClient({ client, endpoint, spans, name }: Case, round: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, client), [endpoint, String(spans), name, String(round)]);
    child.once('message', (milliseconds) => resolve(Math.round((spans / Number(milliseconds)) * 1000)));
    child.once('error', reject).once('exit', (code) => { if (code !== 0) reject(new Error(`the client of ${name} ended with ${code}`)); });
  });
}
