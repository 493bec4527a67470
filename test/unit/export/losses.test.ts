import { describe, expect, it } from 'vitest';
import { LossCounter } from '../../../src/export/losses.ts';
import { exporterById, exporters } from '../../../src/export/registry.ts';
import { agentRun, options, sketched } from './exportSpans.ts';

describe('what a format cannot hold', () => {
  it('is told with numbers, and only when there was some of it', () => {
    const losses = new LossCounter(exporterById('zipkin-json')?.losses ?? []);
    for (const span of agentRun) losses.add(span);
    expect(losses.report()).toEqual(['the types of 6 values that are no texts', 'the attributes of 1 event']);
    losses.add(sketched({ id: 'short', name: 'x', from: 0.000001, to: 1 }));
    expect(losses.report()).toContain('the nanoseconds of 1 span');
  });

  it('is known for every format, and every format writes an empty list of spans and one span', () => {
    const page = { panelScript: 'a', hostScript: 'b', style: 'c', font: new Uint8Array(1), hash: () => 'hash', deflate: (bytes: Uint8Array) => bytes };
    for (const exporter of exporters) {
      const report = (count: number): number => {
        let length = 0;
        const writer = exporter.open({ ...options, page }, (bytes) => { length += bytes.length; });
        for (const span of agentRun.slice(0, count)) writer.add(span);
        writer.finish();
        return length;
      };
      expect([exporter.id, report(1) > 0, report(0) >= 0]).toEqual([exporter.id, true, true]);
      expect(exporter.extension).toMatch(/^\.[a-z.]+$/);
      expect(exporter.description).not.toBe('');
    }
    expect(new Set(exporters.map(({ id }) => id)).size).toBe(exporters.length);
  });
});
