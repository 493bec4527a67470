import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { roles } from '../../../../src/model/role.ts';
import { BarList, LanePainter } from '../../../../webview/flame/lanePainter.ts';
import { paintIndex, paletteOf } from '../../../../webview/flame/palette.ts';
import type { Paint } from '../../../../webview/flame/palette.ts';
import type { Scene } from '../../../../webview/flame/scene.ts';
import { traceOf } from '../../analysis/drawn.ts';
import type { SpanSpec } from '../../analysis/drawn.ts';
import { sceneOf, theme } from './support.ts';

const palette = paletteOf(theme('dark'), 'role'), width = 100;
const anyRole = fc.constantFrom('llm', 'tool', 'memory', 'other' as const);

interface Drawn { readonly pixels: Uint32Array; readonly bars: BarList }

/** One lane of spans one after another, drawn so that a pixel shows `nsPerPixel` nanoseconds. */
function drawn(scene: Scene, nsPerPixel: number, barWidth = 8): Drawn {
  const pixels = new Uint32Array(width), bars = new BarList();
  new LanePainter(scene, palette, { origin: 0, scale: 1 / nsPerPixel, width }, 1, barWidth).paint(0, pixels, bars);
  return { pixels, bars };
}

const pixelOf = ({ role = 'other', failed }: SpanSpec): number =>
  failed ? palette.error.pixel : (palette.paints[paintIndex(roles.indexOf(role), 0)] as Paint).pixel;

/** Spans one after another with pauses; one in some hundred failed. */
const anyLane = (longest: number): fc.Arbitrary<SpanSpec[]> =>
  fc.array(fc.record({ pause: fc.nat(6), length: fc.integer({ min: 1, max: longest }), role: anyRole, failed: fc.nat(150).map((n) => n === 0) }), { minLength: 1, maxLength: 1500, size: 'max' }).map((list) => {
    let now = 0;
    return list.map(({ pause, length, role, failed }) => {
      const start = now + pause;
      now = start + length;
      return { name: 's', parent: -1, start, end: now, role, failed };
    });
  });

describe('a lane in pixels', () => {
  test('shows in every pixel the longest of the few spans that begin there, and failed ones always', () => {
    fc.assert(fc.property(anyLane(3).map((spans) => spans.slice(0, 60)), (spans) => {
      const { pixels } = drawn(sceneOf(traceOf(spans)), 5);
      return pixels.every((pixel, x) => {
        const here = spans.filter(({ start }) => Math.floor(start / 5) === x);
        const most = Math.max(...here.map(({ start, end = 0 }) => end - start)), failed = here.some((span) => span.failed);
        const expected = failed ? [palette.error.pixel] : here.filter(({ start, end = 0 }) => end - start === most).map(pixelOf);
        return here.length === 0 ? pixel === 0 : expected.includes(pixel);
      });
    }));
  });

  test('loses no span and no failure when thousands share its pixels, and none strays by more than a pixel', () => {
    fc.assert(fc.property(anyLane(4), fc.constantFrom(3, 20, 70), (spans, nsPerPixel) => {
      const { pixels } = drawn(sceneOf(traceOf(spans)), nsPerPixel);
      const near = (x: number, wanted: (pixel: number) => boolean): boolean => wanted(pixels[x] ?? 0) || wanted(pixels[x - 1] ?? 0) || wanted(pixels[x + 1] ?? 0);
      const around: Set<number>[] = Array.from({ length: width + 2 }, () => new Set());
      for (const span of spans) {
        const x = Math.floor(span.start / nsPerPixel);
        for (const at of [x - 1, x, x + 1, x + 2]) around[at]?.add(pixelOf(span));
        // The last pixel may be rounded out of the picture.
        if (x < width - 1 && !near(x, (pixel) => (span.failed ? pixel === palette.error.pixel : pixel !== 0))) return false;
      }
      return pixels.every((pixel, x) => pixel === 0 || around[x]?.has(pixel));
    }), { numRuns: 50 });
  });

  test('keeps a pixel of background between bars, and gives wide ones to be drawn as shapes', () => {
    const { pixels, bars } = drawn(sceneOf(traceOf([
      { name: 'a', parent: -1, start: 0, end: 5, role: 'llm' },
      { name: 'b', parent: -1, start: 5, end: 10, role: 'tool' },
      { name: 'c', parent: -1, start: 10, end: 40 },
    ])), 1);
    const llm = pixelOf({ name: '', parent: 0, start: 0, end: 0, role: 'llm' }), tool = pixelOf({ name: '', parent: 0, start: 0, end: 0, role: 'tool' });
    expect(Array.from(pixels.subarray(0, 12))).toEqual([llm, llm, llm, llm, 0, tool, tool, tool, tool, 0, 0, 0]);
    expect([bars.count, bars.row[0], bars.left[0], bars.right[0]]).toEqual([1, 2, 10, 40]);
  });

  test('begins a wide bar beside the narrow spans before it, wherever in their pixel it begins', () => {
    const spans = (at: number): SpanSpec[] => [{ name: 'a', parent: -1, start: 203, end: 204, failed: true }, { name: 'b', parent: -1, start: at, end: at + 400 }];
    for (const at of [204, 205, 207, 209]) {
      const { pixels, bars } = drawn(sceneOf(traceOf(spans(at))), 10);
      expect([pixels[20], Math.round(bars.left[0] as number)]).toEqual([palette.error.pixel, 21]);
    }
  });

  test('shows what a filter found in full colour, and the rest dim', () => {
    const spans = Array.from({ length: 600 }, (_, i): SpanSpec => ({ name: 's', parent: -1, start: i, end: i + 1, role: 'llm' }));
    const scene = sceneOf(traceOf(spans));
    scene.setMatches(Uint32Array.of(77));
    const { pixels } = drawn(scene, 10), llm = palette.paints[paintIndex(roles.indexOf('llm'), 0)] as Paint;
    const bright = Array.from(pixels.subarray(0, 60), (pixel, x) => (pixel === llm.pixel ? x : -1)).filter((x) => x >= 0);
    expect(bright).toHaveLength(1);
    expect(Math.abs((bright[0] as number) - 7)).toBeLessThanOrEqual(1);
    expect(pixels.subarray(0, 60).filter((pixel) => pixel === llm.dimPixel)).toHaveLength(59);
  });

  test('draws an open span to the present', () => {
    const scene = sceneOf(traceOf([{ name: 'a', parent: -1, start: 10, end: undefined }]));
    scene.present = 60;
    const { bars } = drawn(scene, 1);
    expect([bars.left[0], bars.right[0]]).toEqual([10, 60]);
  });
});
