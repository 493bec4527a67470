// How long it takes to give every span its lane (goal R13). Run: node test/bench/lanes.ts
import { loadavg } from 'node:os';
import { packedExtents } from '../../src/analysis/extents.ts';
import { packLanes } from '../../src/analysis/lanes.ts';
import { TraceLayout } from '../../src/analysis/layout.ts';
import { LaneMips } from '../../src/analysis/mip.ts';
import { SpanTree } from '../../src/analysis/tree.ts';
import { addSpan, callTree, chain, concurrentAgents, siblings, withRoom } from './drawTraces.ts';
import type { GeneratedTrace } from './drawTraces.ts';

const rounds = 5;
const cases: readonly (readonly [name: string, make: () => GeneratedTrace])[] = [
  ['call tree 100k', () => callTree(100_000)],
  ['call tree 1M', () => callTree(1_000_000)],
  ['8 agents 1M', () => concurrentAgents(1_000_000)],
  ['chain 10k', () => chain(10_000)],
  ['100k siblings at once', () => siblings(100_000, true)],
  ['100k siblings in turn', () => siblings(100_000, false)],
];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const rounded = (value: number): number => Math.round(value * 100) / 100;
const timed = (run: () => unknown): number => {
  const begun = performance.now();
  run();
  return performance.now() - begun;
};

for (const [name, make] of cases) {
  const { rows } = make(), lanes: number[] = [], open: number[] = [];
  let laneCount = 0;
  for (let round = 0; round < rounds; round++) {
    const tree = new SpanTree(rows), extents = packedExtents(rows, new Map());
    lanes.push(timed(() => { laneCount = packLanes(tree, extents).laneCount; }));
    open.push(timed(() => {
      const layout = new TraceLayout(rows);
      return new LaneMips({ lists: layout.lists, start: rows.start, duration: rows.duration, flags: new Uint8Array(rows.count), paint: new Uint8Array(rows.count) });
    }));
  }
  print({ case: name, spans: rows.count, laneCount, lanesMs: rounded(Math.min(...lanes)), lanesMedianMs: rounded(median(lanes)), treeLanesMipMs: rounded(Math.min(...open)) });
}
growing();

/** Spans that arrive on a million others, as many as come in a frame at 5,000 a second. */
function growing(): void {
  const { rows } = callTree(1_000_000), perFrame = 84, frames = 300;
  const larger = withRoom(rows, rows.count + perFrame * frames), layout = new TraceLayout(larger);
  const costs: number[] = [];
  let now = (rows.start[0] as number) + (rows.duration[0] as number);
  for (let frame = 0; frame < frames; frame++) {
    for (let i = 0; i < perFrame; i++) addSpan(larger, 0, (now += 1_000_000), now + 800_000, 1 + (i % 200));
    costs.push(timed(() => layout.update(larger, Uint32Array.of(0))));
  }
  print({ case: 'append 84 spans to 1M', spans: larger.count, laneCount: layout.laneCount, lanesMs: rounded(Math.min(...costs)), lanesMedianMs: rounded(median(costs)), mostMs: rounded(Math.max(...costs)) });
}

function print(result: object): void {
  console.log(JSON.stringify({ bench: 'lanes', ...result, load: rounded(loadavg()[0] ?? 0) }));
}
