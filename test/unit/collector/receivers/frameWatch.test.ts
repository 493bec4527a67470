import { assert, array, boolean, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameWatch } from '../../../../src/collector/receivers/frameWatch.ts';
import { opcodes, wsFrame } from './support/rawWebSocket.ts';

describe('a watch on frames', () => {
  it('knows whether a message is unfinished, however the bytes are cut', () => {
    const frames = array(record({ opcode: constantFrom(opcodes.text, opcodes.ping, opcodes.continuation), fin: boolean(), masked: boolean(), size: constantFrom(0, 1, 125, 126, 300, 70_000) }), { maxLength: 6 });
    assert(property(frames, array(integer({ min: 1, max: 5000 }), { minLength: 1 }), (parts, cuts) => {
      const watch = new FrameWatch();
      let isFragmented = false;
      for (const { size, ...kind } of parts) {
        const bytes = wsFrame(Buffer.alloc(size), kind);
        for (let at = 0, cut = 0; at < bytes.length; cut++) {
          const end = Math.min(bytes.length, at + (cuts[cut % cuts.length] as number));
          watch.feed(bytes.subarray(at, end));
          at = end;
          if (at < bytes.length) expect(watch.unfinishedSince).toBeDefined();
        }
        if (kind.opcode < 8) isFragmented = !kind.fin;
        expect(watch.unfinishedSince === undefined).toBe(!isFragmented);
      }
    }), { numRuns: 200 });
  });

  it('counts from the begin of the message that is unfinished, not of one before it', () => {
    const watch = new FrameWatch();
    const two = Buffer.concat([wsFrame('first'), wsFrame('second')]);
    watch.feed(two.subarray(0, 3), 1000);
    expect(watch.unfinishedSince).toBe(1000);
    watch.feed(two.subarray(3, -1), 2000);
    expect(watch.unfinishedSince).toBe(2000);
    watch.feed(two.subarray(-1), 3000);
    expect(watch.unfinishedSince).toBeUndefined();
  });
});
