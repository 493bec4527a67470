// Main-thread milliseconds per frame of the flame chart while zooming and panning, beside flame-chart-js and speedscope
// on the same spans (goals R1, R2, R4, R5). Run: npm run bench:draw [-- --quick]
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { buildPage, speedscopePage, writeSpeedscopeFile } from './draw/pages.ts';
import { drive, flameChartJs, framesIn, spanscope, speedscope, viewport } from './draw/subjects.ts';
import type { Subject } from './draw/subjects.ts';

const quick = process.argv.includes('--quick'), rounds = quick ? 1 : 3;
const million = quick ? 100_000 : 1_000_000, growth = quick ? [100_000, 1_000_000] : [100_000, 1_000_000, 10_000_000];
const chromiumFlags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const gestures = ['zoomIn', 'pan', 'zoomOut'] as const;
type Gesture = (typeof gestures)[number];
/** Milliseconds a frame in which the main thread was busy, and in which it computed. */
type MsAndCpu = readonly [ms: number, cpu: number];
type Samples = Map<string, number[]>;

const folder = mkdtempSync(path.join(tmpdir(), 'spanscope-draw-'));
const browser = await chromium.launch({ executablePath: process.env['SPANSCOPE_CHROMIUM'] ?? '/usr/bin/chromium', args: chromiumFlags });
try {
  const ours = spanscope(await buildPage(folder, 'page'));
  const peers = [flameChartJs(await buildPage(folder, 'peerPage')), speedscope(speedscopePage, await writeSpeedscopeFile(folder, million))];
  const samples = await compare(browser, [ours, ...peers]);
  const sizes = await grow(browser, ours);
  const live = await receive(browser, ours);
  table(samples, sizes, live);
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}

/** Every subject in a page of its own, in alternating order. */
async function compare(opened: Browser, subjects: readonly Subject[]): Promise<Samples> {
  const samples: Samples = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const page = await opened.newPage({ viewport }), begun = performance.now();
      await subject.open(page, million);
      const openMs = performance.now() - begun;
      await page.waitForTimeout(2_000);
      const costs = await gesture(page, subject);
      for (const name of gestures) keep(samples, `${subject.name} ${name}`, costs[name]);
      print({ case: 'gestures', subject: subject.name, spans: million, round, ...costs, openMs: Math.round(openMs) });
      await page.close();
    }
  }
  return samples;
}

/** From all of the trace to a thousandth and back, then across it at a thirtieth. A first time is for warming up. */
async function gesture(page: Page, { gestures: { target, zoomIn, zoomOut, pan } }: Subject): Promise<Record<Gesture, MsAndCpu>> {
  const cost = async (wheel: typeof zoomIn, frames: number): Promise<MsAndCpu> => {
    const { msPerFrame, cpuPerFrame } = await drive(page, target, wheel, frames);
    return [round2(msPerFrame), round2(cpuPerFrame)];
  };
  await cost(zoomIn, framesIn);
  await cost(zoomOut, framesIn);
  const [inward, outward] = [await cost(zoomIn, framesIn), await cost(zoomOut, framesIn)];
  await cost(zoomIn, framesIn / 2);
  return { zoomIn: inward, zoomOut: outward, pan: await cost(pan, framesIn) };
}

/** The same gestures on traces of different sizes: a hundred times the spans share the same pixels. */
async function grow(opened: Browser, ours: Subject): Promise<Samples> {
  const samples: Samples = new Map();
  for (const spans of growth) {
    const page = await opened.newPage({ viewport });
    await ours.open(page, spans);
    await page.waitForTimeout(2_000);
    for (let round = 0; round < rounds; round++) {
      const costs = await gesture(page, ours);
      for (const name of gestures) keep(samples, `${spans} ${name}`, costs[name]);
      print({ case: 'growth', subject: ours.name, spans, round, ...costs });
    }
    await page.close();
  }
  return samples;
}

/** Intervals between frames while 84 spans come with each of them and somebody zooms. */
async function receive(opened: Browser, ours: Subject): Promise<number> {
  const page = await opened.newPage({ viewport });
  await ours.open(page, million);
  await page.evaluate(() => window.receive(84));
  const all: number[] = [];
  for (let round = 0; round < rounds * 2; round++) {
    const { zoomIn, zoomOut, target } = ours.gestures;
    all.push(...(await drive(page, target, round % 2 === 0 ? zoomIn : zoomOut, framesIn * 2)).intervals);
  }
  await page.close();
  const sorted = all.toSorted((a, b) => a - b), p95 = sorted[Math.floor(sorted.length * 0.95)] ?? NaN;
  print({ case: 'receiving 5,000 spans/s', subject: ours.name, spans: million, frames: all.length, intervalP95: round2(p95), intervalMedian: round2(sorted[sorted.length >> 1] ?? NaN), intervalMost: round2(sorted.at(-1) ?? NaN) });
  return p95;
}

function table(samples: Samples, sizes: Samples, live: number): void {
  const least = (from: Samples, key: string): number => Math.min(...(from.get(key) ?? [NaN]));
  const rows: string[][] = [['goal', 'case', 'ours', 'peer', 'ratio', 'must', 'aim', 'reached']];
  const line = (goal: string, name: string, mine: number, other: number, must: number, aim: number): void => {
    const ratio = mine / other;
    rows.push([goal, name, mine.toFixed(2), other.toFixed(2), ratio.toFixed(3), must.toFixed(3), aim.toFixed(3), ratio <= aim ? 'aim' : ratio <= must ? 'must' : 'no']);
  };
  for (const [goal, peer, must, aim] of [['R1', 'flame-chart-js', 1 / 4, 1 / 7], ['R2', 'speedscope', 1 / 10, 1 / 15]] as const) {
    for (const unit of ['', ' cpu']) {
      const mean = (name: string): number => gestures.reduce((total, gesture) => total + least(samples, `${name} ${gesture}${unit}`), 0) / gestures.length;
      for (const name of gestures) line(goal, `${name}${unit}, ${peer}`, least(samples, `spanscope ${name}${unit}`), least(samples, `${peer} ${name}${unit}`), must, aim);
      line(goal, `mean${unit}, ${peer}`, mean('spanscope'), mean(peer), must, aim);
    }
  }
  for (const name of gestures) line('R5', `${name}, ${growth.at(-1)} spans against ${growth[0]}`, least(sizes, `${growth.at(-1)} ${name}`), least(sizes, `${growth[0]} ${name}`), 2, 1.2);
  rows.push(['R4', 'frame interval p95, ms', live.toFixed(2), '', '', '20', '17.5', live <= 17.5 ? 'aim' : live <= 20 ? 'must' : 'no']);
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const row of rows) console.log(row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  '));
  console.log(`minimum of ${rounds} rounds; load average ${loadavg().map((load) => load.toFixed(2)).join(' ')}${(loadavg()[0] ?? 0) > 1.5 ? ': too busy, repeat' : ''}`);
}

function keep(samples: Samples, key: string, [ms, cpu]: MsAndCpu): void {
  samples.set(key, [...(samples.get(key) ?? []), ms]);
  samples.set(`${key} cpu`, [...(samples.get(`${key} cpu`) ?? []), cpu]);
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function print(result: object): void {
  console.log(JSON.stringify({ bench: 'draw', ...result, load: round2(loadavg()[0] ?? 0) }));
}
