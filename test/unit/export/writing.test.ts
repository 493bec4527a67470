import { describe, expect, it } from 'vitest';
import { formatExporters } from '../../../src/export/formatExporters.ts';
import { options, sketched } from './exportSpans.ts';

const spans = Array.from({ length: 20_000 }, (_, i) => sketched({ id: (i + 1).toString(16).padStart(16, '0'), name: `step ${i}`, from: i, to: i + 500 }));

describe.each(formatExporters.map((exporter) => [exporter.id, exporter] as const))('a file of %s', (_id, exporter) => {
  it('is written while its spans come, and a step at a time what has to wait for the last of them', () => {
    let size = 0;
    const writer = exporter.open(options, (bytes) => { size += bytes.length; });
    for (const span of spans) writer.add(span);
    const early = size;
    let between = size, most = 0;
    for (const _ of writer.rest?.() ?? []) {
      most = Math.max(most, size - between);
      between = size;
    }
    writer.finish();
    expect(early).toBeGreaterThan(100_000);
    expect(Math.max(most, size - between)).toBeLessThan(1_500_000);
  });

  it('is whole also when nobody went through the steps', () => {
    const whole = (isStepped: boolean): string => {
      const pieces: Uint8Array[] = [], writer = exporter.open(options, (bytes) => { pieces.push(bytes); });
      for (const span of spans.slice(0, 3000)) writer.add(span);
      if (isStepped) for (const _ of writer.rest?.() ?? []);
      writer.finish();
      return Buffer.concat(pieces).toString('latin1');
    };
    expect(whole(false)).toBe(whole(true));
  });
});
