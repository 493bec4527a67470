import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mask, unmask } from '../../../../src/collector/receivers/bufferUtil.ts';

it('unmasks what was masked, wherever it lies in memory, and nothing around it', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.nat({ max: 8 }), (payload, key, offset) => {
    const memory = new Uint8Array(payload.length + offset + 5).fill(7);
    mask(payload, key, memory, offset, payload.length);
    unmask(memory.subarray(offset, offset + payload.length), key);
    expect([...memory]).toEqual([...new Uint8Array(offset).fill(7), ...payload, 7, 7, 7, 7, 7]);
  }));
});
