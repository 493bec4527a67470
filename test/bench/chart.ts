// R6, R8: a speedscope file of a million spans, from being chosen to its picture, and the memory of the renderer then: beside
// speedscope and flame-chart-js with the same file. Ours is read by the collector and its worker in this process, as the editor
// has it, and sent to the page of the chart. Run: npm run bench:chart [-- spans] [repeats]
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { Collector } from '../../src/collector/collector.ts';
import type { CollectorEvent } from '../../src/protocol/collector.ts';
import { buildPage, speedscopePage, writeSpeedscopeFile } from './draw/pages.ts';
import { viewport } from './draw/subjects.ts';
import { Report } from './support/report.ts';

const wanted = Number(process.argv[2] ?? 1_000_000), repeats = Number(process.argv[3] ?? 3), megabyte = 1e6, patienceMs = 300_000;
const root = path.resolve(import.meta.dirname, '../..'), folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-chart-'));
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Milliseconds to the first picture of anything, and to that of all. */
interface Opened { readonly first: number; readonly all: number }
interface Subject { readonly name: string; open(page: Page): Promise<Opened> }

const fileBundle = path.join(folder, 'fileWorker.cjs');
buildSync({ entryPoints: [path.join(root, 'src/collector/files/fileWorker.ts')], bundle: true, platform: 'node', target: 'node22', format: 'cjs', outfile: fileBundle });
const file = await writeSpeedscopeFile(folder, wanted), ourPage = await buildPage(folder, 'openPage'), peerPage = await buildPage(folder, 'openPeerPage');

/** The collector opens the file and sends the rows of its trace as they come; the page tells what it has painted. */
async function openOurs(page: Page): Promise<Opened> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 }), connected = Promise.withResolvers<WebSocket>();
  server.on('connection', connected.resolve);
  await new Promise((resolve) => { server.once('listening', resolve); });
  await page.goto(`file://${ourPage}?port=${(server.address() as AddressInfo).port}`);
  const socket = await connected.promise, done = Promise.withResolvers<Opened>();
  let first = NaN, painted = 0, spans = -1, trace: string | undefined, began = 0;
  const check = (): void => { if (painted === spans) done.resolve({ first, all: performance.now() - began }); };
  const collector = new Collector((event: CollectorEvent) => {
    if (event.type === 'rows.changed') {
      const { buffer, ...head } = event.rows;
      socket.send(JSON.stringify(head));
      socket.send(buffer);
    }
    if (event.type !== 'file.changed') return;
    if (trace === undefined && event.traceIds[0] !== undefined) void collector.subscribe(1, trace = event.traceIds[0]);
    if (event.file.state === 'read') spans = event.file.spanCount;
    if (event.file.state === 'failed') done.reject(new Error(event.file.problem));
    check();
  });
  socket.on('message', (data: Buffer) => {
    const told = JSON.parse(data.toString()) as { readonly painted?: number; readonly revision?: number };
    if (told.revision !== undefined) collector.acknowledge(1, told.revision);
    if (told.painted === undefined) return;
    if (Number.isNaN(first)) first = performance.now() - began;
    painted = told.painted;
    check();
  });
  await collector.configure({ storageDirectory: undefined, memoryBytes: 8e9, databaseBytes: 0, retentionDays: 0, allowedHosts: [], allowedOrigins: [], grpcBundle: '', fileBundle });
  began = performance.now();
  await collector.openFile('bench', { path: file });
  const opened = await done.promise;
  await collector.shutdown();
  server.close();
  return opened;
}

/** Chooses the file in a page, and waits until `isPainted` holds there. */
async function openPeer(page: Page, url: string, isPainted: () => boolean | undefined): Promise<Opened> {
  await page.goto(`file://${url}`);
  const began = performance.now();
  await page.locator('input[type=file]').first().setInputFiles(file);
  await page.waitForFunction(isPainted, undefined, { timeout: patienceMs, polling: 'raf' });
  const all = performance.now() - began;
  return { first: all, all };
}

const subjects: readonly Subject[] = [
  { name: 'spanscope', open: openOurs },
  { name: 'flame-chart-js', open: (page) => openPeer(page, peerPage, () => window.painted) },
  { name: 'speedscope', open: (page) => openPeer(page, speedscopePage, () => document.body.textContent?.includes('Time Order') && !document.body.textContent.includes('Loading')) },
];

/** Megabytes of the process that draws a page, when it has had time to tidy up; NaN where the system does not tell. */
async function memoryOf(browser: Browser, page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  await delay(3000);
  await session.send('HeapProfiler.collectGarbage');
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const sizes = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentBytes(id) / megabyte);
  return Math.max(...sizes);
}

function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? NaN) * 1024;
  } catch {
    return NaN;
  }
}

interface Measured { readonly first: number[]; readonly all: number[]; readonly memory: number[] }

const measured = new Map<string, Measured>(subjects.map(({ name }) => [name, { first: [], all: [], memory: [] }]));
const report = new Report('chart');
try {
  for (let round = 0; round < repeats; round++) {
    for (const { name, open } of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const browser = await chromium.launch({ executablePath: process.env['SPANSCOPE_CHROMIUM'] ?? '/usr/bin/chromium', args: flags });
      try {
        const page = await browser.newPage({ viewport }), { first, all } = await open(page), into = measured.get(name);
        into?.first.push(first);
        into?.all.push(all);
        into?.memory.push(await memoryOf(browser, page));
      } finally {
        await browser.close();
      }
    }
  }
  const spans = `${wanted.toLocaleString('en-GB')} spans of a speedscope file`, ofOurs = measured.get('spanscope');
  for (const [name, { first, all, memory }] of measured) {
    report.add({ case: `${spans}, ${name}`, figure: 'chosen to picture of all', unit: 'ms', values: all });
    // The others show nothing before they show all.
    if (name === 'spanscope') report.add({ case: `${spans}, ${name}`, figure: 'chosen to first picture', unit: 'ms', values: first });
    report.add({ case: `${spans}, ${name}`, figure: 'memory of the renderer', unit: 'MB', values: memory });
  }
  const ratios = (ours: readonly number[] = [], peers: readonly number[] = []): number[] => ours.map((value, i) => value / (peers[i] ?? NaN));
  for (const [name, open, openAll, memory] of [['speedscope', 'R6speedscope', 'R6speedscopeAll', 'R8speedscope'], ['flame-chart-js', 'R6flameChart', 'R6flameChartAll', 'R8flameChart']] as const) {
    report.add({ case: spans, figure: `first picture, times ${name}`, unit: 'times', values: ratios(ofOurs?.first, measured.get(name)?.first), goal: open });
    report.add({ case: spans, figure: `picture of all, times ${name}`, unit: 'times', values: ratios(ofOurs?.all, measured.get(name)?.all), goal: openAll });
    report.add({ case: spans, figure: `memory, times ${name}`, unit: 'times', values: ratios(ofOurs?.memory, measured.get(name)?.memory), goal: memory });
  }
  report.end();
} finally {
  rmSync(folder, { recursive: true });
}
