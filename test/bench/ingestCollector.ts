import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import { CollectorClient } from '../../src/collector/client.ts';
import type { Endpoints } from '../../src/protocol/collector.ts';

const root = path.resolve(import.meta.dirname, '../..');
const rounds = 3;
const mebibyte = 1024 * 1024;

/** One case: what the client process sends where, and what is wanted. */
export interface Case {
  readonly goal: string;
  readonly name: string;
  readonly client: string;
  readonly endpoint: string;
  readonly spans: number;
  readonly must?: number;
  readonly aim?: number;
}

export interface Result extends Case { readonly median: number; readonly best: number }

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
 * Lets a client process send the spans three times and prints a JSON line: spans a second, from its first byte until the
 * last answer, and the processor time that this process (the worker's) spent on a span, which other programs disturb less.
 */
export async function measure(one: Case): Promise<Result> {
  const rates: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) rates.push(await runClient(one, round));
  const { user, system } = process.cpuUsage(before);
  const cpuMicroseconds = Math.round(((user + system) / (rounds * one.spans)) * 100) / 100;
  const sorted = rates.toSorted((a, b) => a - b);
  const result = { ...one, median: sorted[rounds >> 1] ?? 0, best: sorted.at(-1) ?? 0 };
  console.log(JSON.stringify({ goal: one.goal, case: one.name, spans: one.spans, spansPerSecond: result.median, best: result.best, cpuMicroseconds, must: one.must, aim: one.aim, load: loadavg()[0] }));
  return result;
}

function runClient({ client, endpoint, spans, name }: Case, round: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, client), [endpoint, String(spans), name, String(round)]);
    child.once('message', (milliseconds) => resolve(Math.round((spans / Number(milliseconds)) * 1000)));
    child.once('error', reject).once('exit', (code) => { if (code !== 0) reject(new Error(`the client of ${name} ended with ${code}`)); });
  });
}

const inThousands = (rate: number | undefined): string => (rate === undefined ? '' : `${Math.round(rate / 1000)}k`);

/** Results against their goals, and against the first of them when it is a floor without goals. */
export function printTable(results: readonly Result[]): void {
  const floor = results.find(({ must }) => must === undefined);
  console.log(`\n${['case', 'spans/s', 'best', 'must', 'aim', 'of floor'].map((title) => title.padEnd(16)).join('')}`);
  for (const { name, median, best, must, aim } of results) {
    const share = floor === undefined ? '' : `${Math.round((median / floor.median) * 100)} %`;
    console.log([name.slice(0, 15), inThousands(median), inThousands(best), inThousands(must), inThousands(aim), share].map((cell) => cell.padEnd(16)).join(''));
  }
}
