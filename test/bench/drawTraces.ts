import { roles } from '../../src/model/role.ts';
import type { Role } from '../../src/model/role.ts';
import { markBit } from '../../src/model/span.ts';
import { packMeta } from '../../src/model/traceRows.ts';
import type { TraceRows } from '../../src/model/traceRows.ts';

/** Columns with room for spans to come. */
export interface GrowingRows extends TraceRows { count: number }

export interface GeneratedTrace { readonly rows: GrowingRows; readonly texts: readonly string[] }

/** A small generator of numbers in [0, 1) that gives the same ones everywhere (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function emptyRows(room: number): GrowingRows {
  return {
    count: 0,
    start: new Float64Array(room),
    duration: new Float64Array(room),
    parent: new Int32Array(room),
    name: new Uint32Array(room),
    subject: new Uint32Array(room),
    service: new Uint16Array(room),
    meta: new Uint16Array(room),
    marks: new Uint16Array(room),
  };
}

/** The same columns with room for more rows. */
export function withRoom(rows: GrowingRows, room: number): GrowingRows {
  const larger = emptyRows(room);
  larger.count = rows.count;
  for (const column of ['start', 'duration', 'parent', 'name', 'subject', 'service', 'meta', 'marks'] as const) larger[column].set(rows[column]);
  return larger;
}

const nameCount = 240;
const words = ['plan', 'search', 'read', 'write', 'embed', 'rank', 'score', 'patch', 'test', 'fetch', 'parse', 'merge'];
export const texts: readonly string[] = ['', ...Array.from({ length: nameCount }, (_, i) => `${words[i % words.length]}_${words[(i * 7) % words.length]}_${i}`)];
const open = markBit('open');

/** Adds a span and gives its row. `end` of NaN leaves it open. */
export function addSpan(rows: GrowingRows, parent: number, start: number, end: number, name: number, failed = false): number {
  const row = rows.count++;
  rows.parent[row] = parent;
  rows.start[row] = start;
  rows.name[row] = name;
  rows.meta[row] = packMeta(roleOf(name), 1, failed ? 2 : 0);
  setEnd(rows, row, end);
  return row;
}

export function setEnd(rows: GrowingRows, row: number, end: number): void {
  rows.duration[row] = end - (rows.start[row] as number);
  rows.marks[row] = Number.isNaN(end) ? open : 0;
}

const mainRoles: readonly Role[] = ['agent', 'llm', 'tool', 'chain', 'tool', 'retriever', 'llm', 'embedding', 'memory', 'tool', 'decision', 'other'];
const roleOf = (name: number): number => roles.indexOf(mainRoles[name % mainRoles.length] as Role);

/** Calls as a profiler sees them: a stack of at most `depth`, steps of 1 to 100 µs, one failure in 200. */
export function callTree(count: number, depth = 12, seed = 1): GeneratedTrace {
  const random = randomFrom(seed), rows = emptyRows(count);
  const stack = [addSpan(rows, -1, 0, NaN, 1)];
  let now = 0;
  while (rows.count < count) {
    now += 1_000 + Math.floor(random() * 99_000);
    if (stack.length < depth && (stack.length === 1 || random() < 0.53)) {
      stack.push(addSpan(rows, stack.at(-1) as number, now, NaN, 1 + Math.floor(random() * nameCount), random() < 0.005));
    } else {
      setEnd(rows, stack.pop() as number, now);
    }
  }
  while (stack.length > 0) setEnd(rows, stack.pop() as number, (now += 1_000));
  return { rows, texts };
}

/** Agents at the same time under one run, each with iterations of a model call and tools that overlap and fail. */
export function concurrentAgents(count: number, agents = 8, seed = 2): GeneratedTrace {
  const random = randomFrom(seed), rows = emptyRows(count);
  const run = addSpan(rows, -1, 0, NaN, 12);
  const clocks = Array.from({ length: agents }, (_, i) => i * 50_000_000);
  const heads = clocks.map((at) => addSpan(rows, run, at, NaN, 24));
  for (let turn = 0; rows.count + 8 <= count; turn++) {
    const agent = turn % agents;
    const started = clocks[agent] as number, iteration = addSpan(rows, heads[agent] as number, started, NaN, 3);
    let now = started + 1_000_000 * (1 + random() * 200);
    addSpan(rows, iteration, started, now, 1);
    let last = now;
    for (let tool = 0; tool < 3; tool++) {
      const end = now + 1_000_000 * (1 + random() * 80);
      const row = addSpan(rows, iteration, now, end, 2 + 12 * tool, random() < 0.1);
      if (tool === 0) addSpan(rows, row, now + 100_000, end - 100_000, 11);
      last = Math.max(last, end);
      now += 2_000_000;
    }
    setEnd(rows, iteration, last);
    clocks[agent] = last + 1_000_000;
  }
  heads.forEach((row, i) => setEnd(rows, row, clocks[i] as number));
  setEnd(rows, run, Math.max(...clocks));
  return { rows, texts };
}

/** Every span the only child of the one before. */
export function chain(count: number): GeneratedTrace {
  const rows = emptyRows(count);
  for (let i = 0; i < count; i++) addSpan(rows, i - 1, i * 1_000, (count * 2 - i) * 1_000, 1 + (i % nameCount));
  return { rows, texts };
}

/** Children of one span, all at the same time or one after another. */
export function siblings(count: number, overlapping: boolean): GeneratedTrace {
  const rows = emptyRows(count);
  addSpan(rows, -1, 0, count * 3_000, 1);
  for (let i = 1; i < count; i++) addSpan(rows, 0, i * 1_000, i * 1_000 + (overlapping ? count * 2_000 : 900), 1 + (i % nameCount));
  return { rows, texts };
}
