import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { timeline } from '../../../src/export/timeline.ts';
import type { ExportOptions, ExportSpan } from '../../../src/export/exporter.ts';
import { toTimeline } from '../../../src/instrument/node/render.ts';
import { Span, Trace } from '../../../src/instrument/node/span.ts';
import { agentRun, options, sketched, written } from './exportSpans.ts';

const silent = { resource: { 'service.name': 'planner' }, spanChanged: () => undefined, spanEnded: () => undefined };

/** The same spans as the agent kit has them. */
function kitTrace(spans: readonly ExportSpan[]): Trace {
  const trace = new Trace(spans[0]?.traceId ?? '');
  for (const one of spans) {
    const span = new Span({
      trace, name: one.name, spanId: one.spanId, parentSpanId: one.parentSpanId === '' ? undefined : one.parentSpanId, kind: 'internal', links: [],
      startTimeUnixNano: one.startUnixNano, attributes: {}, observer: silent,
    });
    if (one.status !== 'unset') span.setStatus(one.status);
    if (one.endUnixNano !== 0n) span.end(one.endUnixNano);
    trace.add(span);
  }
  return trace;
}

const drawn = (spans: readonly ExportSpan[], more: Partial<ExportOptions> = {}): string => written(timeline, spans, { ...options, ...more }).text;

describe('the text timeline', () => {
  it('is what the agent kit draws of the same trace, byte by byte', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.constantFrom('\u001b[31m\u202e evil', 'x'.repeat(300), '', 'a\nb'));
    const span = fc.record({ name, from: fc.nat({ max: 5000 }), length: fc.option(fc.nat({ max: 5000 })), parent: fc.nat({ max: 30 }), status: fc.constantFrom('ok', 'error') });
    fc.assert(fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 120 }), (all, width) => {
      const spans = all.toSorted((a, b) => a.from - b.from).map((one, i) => sketched({
        id: `s${i}`, ...(one.parent < i ? { parent: `s${one.parent}` } : {}), name: one.name, from: one.from / 7, ...(one.length === null ? {} : { to: (one.from + one.length) / 7, status: one.status }),
      }));
      expect(drawn(spans, { width })).toBe(toTimeline(kitTrace(spans), { width }));
    }));
  });

  it('has other strokes where the reader has more than ASCII', () => {
    expect(drawn(agentRun.slice(0, 3), { unicode: true, width: 20 })).toMatchInlineSnapshot(`
      "Trace 4bf92f3577b34da6a3ce929d0e0e4736, 3 spans, 9000.0ms
      ✓ agent_run [9000.0ms]
      │████████████████████│
        · chat [2900.3ms]
        │██████              │
        ✗ tool:hold_seats [2249.1ms]
        │      ████          │
      "
    `);
  });

  it('draws spans without a start, with an end before it, and orphans in place of failing', () => {
    const reversed = { ...sketched({ id: 'b', parent: 'nobody', name: 'reversed', from: 10, to: 5 }) }, lost = { ...sketched({ id: 'c', name: 'no start', from: 0, to: 8 }), startUnixNano: 0n };
    expect(drawn([lost, sketched({ id: 'a', name: 'root', from: 0, to: 20 }), reversed], { width: 10 })).toMatchInlineSnapshot(`
      "Trace 4bf92f3577b34da6a3ce929d0e0e4736, 3 spans, 20.0ms
      ? no start [no start]
      |==========|
      ? root [20.0ms]
      |==========|
      ? reversed [0.0ms]
      |     =    |
      "
    `);
  });

  it('is text for 10,000 levels too, and for parents that go in a circle', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => sketched({ id: `s${i}`, parent: i === 0 ? 's9999' : `s${i - 1}`, name: 'step', from: i, to: i + 1 }));
    expect(drawn(deep).split('\n')).toHaveLength(20_002);
  });
});
