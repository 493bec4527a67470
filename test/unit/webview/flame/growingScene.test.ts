import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LaneMips } from '../../../../src/analysis/mip.ts';
import type { LaneBins } from '../../../../src/analysis/mip.ts';
import { SpanTree } from '../../../../src/analysis/tree.ts';
import { Colouring } from '../../../../webview/flame/colouring.ts';
import { Scene } from '../../../../webview/flame/scene.ts';
import { traceOf } from '../../analysis/drawn.ts';
import type { SpanSpec } from '../../analysis/drawn.ts';

type Draft = { -readonly [K in keyof SpanSpec]: SpanSpec[K] };

/** Batches of spans one after another below a few agents; some stay open for a while, some fail. */
function* batches(numbers: readonly number[]): Generator<{ spans: readonly SpanSpec[]; changed: Uint32Array }> {
  const spans: Draft[] = [], open: number[] = [];
  let now = 0;
  for (const seed of numbers) {
    const changed = open.splice(0).map((row) => {
      const span = spans[row] as Draft;
      span.end = Math.max(span.start, now - (seed % 3));
      span.failed = seed % 4 === 0;
      return row;
    });
    for (let i = 0; i < 40 + (seed % 60); i++) {
      const row = spans.length, isAgent = row % 97 === 0;
      now += (seed + i) % 5;
      if ((seed + i) % 11 === 0) open.push(row);
      const end = open.at(-1) === row ? undefined : now + 1 + ((seed * i) % 4);
      spans.push({ name: `s${row % 7}`, parent: isAgent ? -1 : row - (row % 97), start: now, end: isAgent ? undefined : end, role: isAgent ? 'agent' : 'tool', failed: i % 29 === 0 });
    }
    yield { spans, changed: Uint32Array.from(changed) };
  }
}

const binsAsText = (bins: LaneBins | undefined, length: number): string =>
  JSON.stringify(bins?.levels.map(({ length: lengths, paint, flags }, k) => {
    const count = Math.ceil(length / (4 << k));
    return [k === 0 ? bins.starts.slice(0, count) : [], lengths.slice(0, count), paint.slice(0, count), flags.slice(0, count)].map((column) => Array.from(column));
  }));

test('a scene that grows without being packed anew has the marks, colours and bins that it would have had at once', () => {
  fc.assert(fc.property(fc.array(fc.nat(), { minLength: 3, maxLength: 9 }), fc.constantFrom('role', 'name', 'status' as const), fc.boolean(), (numbers, colourBy, sharesTree) => {
    const scene = new Scene(colourBy);
    scene.setLayout({ root: -1, folded: new Set(), packUpTo: 0 });
    for (const { spans, changed } of batches(numbers)) {
      const { rows, texts } = traceOf(spans), before = scene.rows.count, shared = sharesTree ? { tree: new SpanTree(rows) } : {};
      scene.setTrace(rows, texts, new Map(), before === 0 ? { reset: true, ...shared } : { appendedFrom: before, changed, ...shared });
      const fresh = new Scene(colourBy);
      fresh.setTrace(rows, texts, new Map(), { reset: true });
      const colouring = new Colouring(colourBy, scene), paint = colouring.paint.slice(0, rows.count), flags = fresh.flags;
      expect(Array.from(scene.flags.subarray(0, rows.count))).toEqual(Array.from(flags));
      expect(Array.from(scene.colouring.paint.subarray(0, rows.count))).toEqual(Array.from(paint));
      expect([scene.openCount, scene.extent]).toEqual([fresh.openCount, fresh.extent]);
      const { lists } = scene.layout, mips = new LaneMips({ lists, start: rows.start, duration: rows.duration, flags, paint });
      for (let lane = 0; lane < lists.count; lane++) {
        expect(binsAsText(scene.mips.binsOf(lane), lists.length(lane))).toBe(binsAsText(mips.binsOf(lane), lists.length(lane)));
      }
    }
  }), { numRuns: 40 });
});
