import { describe, expect, it } from 'vitest';
import { ContentArena } from '../../../../src/collector/store/contentArena.ts';

describe('the contents of a trace', () => {
  it('take the room that was made for them and no more', () => {
    const arena = new ContentArena(), content = Uint8Array.from({ length: 300 }, (_, i) => i);
    // Bytes without a structure are not packed, which is expected then.
    for (let i = 0; i < 10_000; i++) new ContentArena().append(0, content, 0, content.length);
    arena.reserve(16, 16 * content.length);
    const offsets = Array.from({ length: 16 }, (_, origin) => arena.append(origin, content, 0, content.length));
    expect(arena.byteLength).toBeLessThan(16 * (content.length + 10));
    arena.trim();
    expect(arena.byteLength).toBe(16 * (content.length + 6));
    for (const [origin, offset] of offsets.entries()) {
      const read = arena.read(offset);
      expect([read.origin, read.bytes.subarray(read.start, read.end)]).toEqual([origin, content]);
    }
  });

  it('come back whatever their size and however many origins there are', () => {
    const arena = new ContentArena();
    const records = [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152].map((size, i) => ({ origin: [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 5][i] as number, content: new Uint8Array(size).fill(i + 1) }));
    const offsets = records.map(({ origin, content }) => arena.append(origin, content, 0, content.length));
    for (const [i, { origin, content }] of records.entries()) {
      const read = arena.read(offsets[i] as number);
      expect(read.origin).toBe(origin);
      expect(Buffer.compare(read.bytes.subarray(read.start, read.end), content)).toBe(0);
    }
  });
});
