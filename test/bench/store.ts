// Throughput of the store: requests of 512 spans × 12 attributes until they are durable, decoded and appended in the same
// thread, without sockets. Run: npm run bench:store -- [spans] [runs]
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Ingest } from '../../src/collector/ingest.ts';
import { decodeStored } from '../../src/collector/store/storedBatches.ts';
import { TraceStore } from '../../src/collector/store/traceStore.ts';
import { requestsOf } from './storeTraces.ts';
import { Report } from './support/report.ts';
import { rounded } from './support/statistics.ts';

/** Clients that each wait for their answer before they send again. */
const clients = 8;
const shapes = [{ name: 'runs of 200 spans', perTrace: 200 }, { name: 'one long run', perTrace: Infinity }, { name: 'runs of 8 spans', perTrace: 8 }];

interface Times { readonly wallMs: number; readonly cpuMs: number }

async function time(work: () => Promise<void> | void): Promise<Times> {
  const cpu = process.cpuUsage(), start = performance.now();
  await work();
  const used = process.cpuUsage(cpu);
  return { wallMs: performance.now() - start, cpuMs: (used.user + used.system) / 1000 };
}

function decodeOnly(requests: readonly Uint8Array[]): void {
  for (const bytes of requests) decodeStored({ format: 'otlp-protobuf', signal: 'traces', bytes });
}

/** Decodes and appends, and writes too when there is a directory. */
async function take(requests: readonly Uint8Array[], directory: string | undefined): Promise<Times> {
  const store = new TraceStore({ memoryBytes: 2e9, databaseBytes: 4e9, retentionDays: 0 }, { changed: () => undefined, removed: () => undefined, log: () => undefined });
  if (directory !== undefined) await store.open(directory);
  const ingest = new Ingest(store, (message) => { throw new Error(message); });
  ingest.open();
  let next = 0;
  const times = await time(async () => {
    await Promise.all(Array.from({ length: clients }, async () => {
      while (next < requests.length) await ingest.accept({ format: 'otlp-protobuf', signal: 'traces', bytes: requests[next++] as Uint8Array });
    }));
  });
  store.close();
  return times;
}

const spans = Number(process.argv[2] ?? 200_000), runs = Number(process.argv[3] ?? 3);
const report = new Report('store');
for (const { name, perTrace } of shapes) {
  const requests = [...requestsOf(spans, Math.min(perTrace, spans))];
  const times: Record<'decoded' | 'decoded and appended' | 'durable', Times[]> = { decoded: [], 'decoded and appended': [], durable: [] };
  for (let run = 0; run < runs; run++) {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'spanscope-bench-'));
    times.decoded.push(await time(() => decodeOnly(requests)));
    times['decoded and appended'].push(await take(requests, undefined));
    times.durable.push(await take(requests, directory));
    rmSync(directory, { recursive: true, force: true });
  }
  for (const [figure, measured] of Object.entries(times)) report.add({ case: name, figure, unit: 'spans/s', values: measured.map(({ wallMs }) => spans / wallMs * 1000), notes: { cpuMicroseconds: measured.map(({ cpuMs }) => rounded(cpuMs / spans * 1000)) } });
}
report.end();
