// Live traces in the real workbench: how long a span takes from the socket to the pixel (I4), how late the extension
// host is meanwhile (I5), and how even the frames stay (R4).
// Run: npm run bench:live -- [case …]; cases are pixel, host, frames; all without any.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Frame } from 'playwright-core';
import type { Endpoints } from '../../src/protocol/collector.ts';
import type { Workbench } from '../e2e/pages/workbench.ts';
import { main } from '../launcher/processes.ts';
import { closePanels, framePanel, openBenchWorkbench, stored } from './support/benchWorkbench.ts';
import { LiveSender, nowNs } from './support/liveSender.ts';
import { RunningLoad } from './support/load.ts';
import { watchMarkers, zoomInAndOut } from './support/pageWatch.ts';
import type { MarkersSeen } from './support/pageWatch.ts';
import { Report } from './support/report.ts';
import { OtlpSender, traceOf } from './support/requests.ts';
import { percentile } from './support/statistics.ts';
import { randomOf } from './storeTraces.ts';

const repeats = 3;
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const wants = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const report = new Report('live');

/** Numbers of traces that were not there before. */
let traces = 0;

// ---- I4: span received → pixel

const markers = 80, markerNs = 60_000_000n;
/** Markers that follow one another closer would melt into one bar. */
const shortestPauseMs = 180, longestPauseMs = 320;
/** A run that has gone on for a while, so that markers are narrow and their colour is all there is of them. */
const runBeforeNs = 15_000_000_000n;
/** Smaller than the height of a bar, CSS pixels. */
const rowStep = 8;

interface Delays { readonly stored: number[]; readonly arrived: number[]; readonly seen: number[] }

/** Sends markers into a running trace that is shown; gives the milliseconds from each sending until it was stored, was in the page, and could be seen. */
async function markerDelays(workbench: Workbench, endpoints: Endpoints, spansPerSecond: number, seed: number): Promise<Delays> {
  const webSocket = endpoints.webSocket ?? '', traceId = `be9c${String(++traces).padStart(28, '0')}`, rootId = 'f'.repeat(16);
  const sender = await LiveSender.connect(webSocket), random = randomOf(seed);
  await sender.sendStored({ type: 'start', span: { traceId, spanId: rootId, name: 'run', service: 'bench', startTimeUnixNano: String(nowNs() - runBeforeNs) } });
  await workbench.probe.api('showTrace', traceId);
  const frame = await framePanel(workbench);
  await frame.evaluate(watchMarkers, { rowStep, shortestNs: Number(markerNs), count: markers });
  const load = spansPerSecond === 0 ? undefined : await RunningLoad.prepare({ kind: 'live', webSocket, spansPerSecond, seconds: 120, traceId, parentSpanId: rootId });
  load?.begin();
  await delay(1500);
  const sent: number[] = [], storedAt: number[] = [], waiting: Promise<unknown>[] = [];
  for (let i = 0; i < markers; i++) {
    const now = nowNs(), spanId = (i + 1).toString(16).padStart(16, '0');
    const span = {
      traceId, spanId, parentSpanId: rootId, name: 'marker', service: 'bench', status: { code: 'error' },
      startTimeUnixNano: String(now - markerNs - BigInt(i)), endTimeUnixNano: String(now),
    };
    sent.push(performance.timeOrigin + performance.now());
    waiting.push(sender.sendStored({ type: 'span', span }).then(() => { storedAt[i] = performance.timeOrigin + performance.now(); }));
    await delay(shortestPauseMs + random() * (longestPauseMs - shortestPauseMs));
  }
  await Promise.all(waiting);
  await delay(500);
  const { arrived, seen } = await seenIn(frame);
  const result = await load?.stop();
  if (result !== undefined && result.lateMs > 200) process.stdout.write(`note: the sender was ${Math.round(result.lateMs)} ms late\n`);
  sender.close();
  await closePanels(workbench);
  if (seen.length < markers) throw new Error(`Only ${seen.length} of ${markers} markers could be seen.`);
  const since = (times: readonly number[]): number[] => sent.map((at, i) => (times[i] ?? NaN) - at);
  return { stored: since(storedAt), arrived: since(arrived), seen: since(seen) };
}

const seenIn = (frame: Frame): Promise<Pick<MarkersSeen, 'arrived' | 'seen'>> => frame.evaluate(() => {
  window.markersSeen?.stop();
  return { arrived: window.markersSeen?.arrived ?? [], seen: window.markersSeen?.seen ?? [] };
});

async function pixels(workbench: Workbench, endpoints: Endpoints): Promise<void> {
  for (const [name, spansPerSecond] of [['idle', 0], ['5,000 spans/s into the same trace', 5000]] as const) {
    const runs: Delays[] = [];
    for (let i = 0; i < repeats; i++) runs.push(await markerDelays(workbench, endpoints, spansPerSecond, i + 1));
    const add = (figure: string, stage: keyof Delays, part: number): void =>
      report.add({ case: name, figure, unit: 'ms', values: runs.map((run) => percentile(run[stage], part)), ...(stage === 'seen' && part === 0.95 ? { goal: 'I4' } : {}) });
    add('span sent to stored, p50', 'stored', 0.5);
    add('span sent to page, p50', 'arrived', 0.5);
    add('span sent to page, p95', 'arrived', 0.95);
    add('span sent to pixel, p50', 'seen', 0.5);
    add('span sent to pixel, p95', 'seen', 0.95);
  }
}

// ---- I5: the extension host's event loop

const hostRate = 50_000, hostSeconds = 8;

interface HostDelay { readonly p50: number; readonly p99: number; readonly max: number; readonly busy: number }

/** The host's figures while spans come, or while none do; and how late the loop of this process was, which does nothing. */
async function hostDelay(workbench: Workbench, load: RunningLoad | undefined): Promise<HostDelay & { readonly machine: number }> {
  const own = monitorEventLoopDelay({ resolution: 1 });
  await workbench.probe.call('watchEventLoop');
  own.enable();
  load?.begin();
  if (load === undefined) await delay(hostSeconds * 1000);
  else await load.done();
  own.disable();
  return { ...await workbench.probe.call('eventLoopDelay') as HostDelay, machine: own.percentile(99) / 1e6 - 1 };
}

interface HostCase { readonly name: string; readonly spansPerSecond: number; readonly prepare: (traceNumber: number) => Promise<void> }

async function hosts(workbench: Workbench, endpoints: Endpoints): Promise<void> {
  const http = endpoints.http ?? '', sender = new OtlpSender(http);
  const showLongTrace = async (traceNumber: number): Promise<void> => {
    const { traceId, bodies } = traceOf(512, traceNumber);
    await sender.sendAll(bodies);
    await workbench.openSideBar();
    await workbench.probe.api('showTrace', traceId);
    await framePanel(workbench);
  };
  const closeAll = async (): Promise<void> => { await closePanels(workbench); await workbench.probe.executeCommand('workbench.view.explorer'); };
  const cases: readonly HostCase[] = [
    { name: 'no spans', spansPerSecond: 0, prepare: async () => undefined },
    { name: '50,000 spans/s, nothing of ours visible', spansPerSecond: hostRate, prepare: async () => undefined },
    { name: '50,000 spans/s, views and a growing trace open', spansPerSecond: hostRate, prepare: showLongTrace },
  ];
  const runs = new Map<string, (HostDelay & { machine: number })[]>(cases.map(({ name }) => [name, []]));
  for (let i = 0; i < repeats; i++) {
    for (const { name, spansPerSecond, prepare } of cases) {
      const firstTrace = 100_000 + 10_000 * ++traces;
      const load = spansPerSecond === 0 ? undefined : await RunningLoad.prepare({ kind: 'otlp', http, spansPerSecond, seconds: hostSeconds, perTrace: 1000, firstTrace });
      await prepare(firstTrace);
      await delay(1000);
      runs.get(name)?.push(await hostDelay(workbench, load));
      const result = await load?.done();
      if (result !== undefined && (result.failed > 0 || result.seconds > hostSeconds * 1.2)) {
        process.stdout.write(`note: ${result.spans} spans took ${result.seconds.toFixed(1)} s, ${result.failed} requests failed, the sender was ${Math.round(result.lateMs)} ms late\n`);
      }
      await closeAll();
    }
  }
  for (const { name, spansPerSecond } of cases) {
    const of = (key: keyof HostDelay | 'machine', times = 1): number[] => (runs.get(name) ?? []).map((run) => run[key] * times);
    report.add({
      case: name, figure: 'event-loop delay of the host, p99', unit: 'ms', values: of('p99'), ...(spansPerSecond > 0 ? { goal: 'I5' } : {}),
      notes: { maximum: of('max').map(Math.round), 'p99 of an idle process beside it': of('machine').map((ms) => Number(ms.toFixed(1))) },
    });
    report.add({ case: name, figure: 'time that the host is busy', unit: '%', values: of('busy', 100) });
  }
  sender.close();
}

// ---- R4: frames of a large trace while spans come

const zoomFrames = 60, zoomDelta = Math.log2(1000 ** (1 / zoomFrames)) / 0.02;

async function frames(workbench: Workbench, endpoints: Endpoints): Promise<void> {
  for (const spans of [100_000, 1_000_000]) {
    const { traceId, bodies } = traceOf(spans, 90_000 + ++traces);
    // Connections from before have been closed meanwhile.
    const sender = new OtlpSender(endpoints.http ?? '');
    await sender.sendAll(bodies);
    sender.close();
    await stored(workbench, traceId, spans);
    await workbench.probe.api('showTrace', traceId);
    const frame = await framePanel(workbench);
    await frame.getByText('spans').first().waitFor();
    await delay(5000);
    const still: number[] = [], receiving: number[] = [];
    for (let i = 0; i < repeats; i++) {
      still.push(percentile(await frame.evaluate(zoomInAndOut, { frames: zoomFrames, deltaY: zoomDelta }), 0.95));
      const load = await RunningLoad.prepare({ kind: 'live', webSocket: endpoints.webSocket ?? '', spansPerSecond: 5000, seconds: 60, traceId, parentSpanId: '' });
      load.begin();
      await delay(1000);
      receiving.push(percentile(await frame.evaluate(zoomInAndOut, { frames: zoomFrames, deltaY: zoomDelta }), 0.95));
      await load.stop();
    }
    const name = `${spans.toLocaleString('en-GB')} spans`;
    report.add({ case: `${name}, zooming`, figure: 'frame interval, p95', unit: 'ms', values: still });
    report.add({ case: `${name}, zooming and receiving 5,000 spans/s`, figure: 'frame interval, p95', unit: 'ms', values: receiving, ...(spans === 1_000_000 ? { goal: 'R4' } : {}) });
    await closePanels(workbench);
  }
}

await main(async () => {
  // A million spans with all that they hold take half a gigabyte.
  const workbench = await openBenchWorkbench({ 'spanscope.memory.maxMegabytes': 2000, 'spanscope.storage.maxMegabytes': 4000 });
  try {
    const endpoints = await workbench.probe.api<Endpoints>('startReceiver');
    if (wants('pixel')) await pixels(workbench, endpoints);
    if (wants('host')) await hosts(workbench, endpoints);
    if (wants('frames')) await frames(workbench, endpoints);
  } finally {
    await workbench.close();
  }
  report.end();
});
