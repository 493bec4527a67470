import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packContent, packed, unpackContent } from '../../../../src/collector/store/packedContent.ts';
import { encodeContent } from '../../../../src/model/spanContent.ts';
import { WireWriter } from '../../../../src/model/wireWriter.ts';
import { spans as anySpans } from '../../formats/spanArbitraries.ts';

/** What is there after packing and unpacking, from the middle of other bytes. */
function again(content: Uint8Array): Uint8Array {
  const around = new Uint8Array(content.length + 8).fill(0x4a);
  around.set(content, 3);
  packContent(around, 3, 3 + content.length);
  const kept = Uint8Array.from([7, ...packed.bytes.subarray(0, packed.length), 9]);
  packContent(new Uint8Array(64).fill(0xff), 0, 64);
  return unpackContent(kept, 1, kept.length - 1);
}

function attributes(...pairs: readonly (readonly [key: string, value: string])[]): Uint8Array {
  const writer = new WireWriter();
  for (const [key, value] of pairs) {
    const start = writer.begin(9);
    writer.textField(1, key);
    const valueStart = writer.begin(2);
    writer.textField(1, value);
    writer.end(valueStart);
    writer.end(start);
  }
  return writer.finish();
}

describe('a packed content', () => {
  it('is the same bytes again, whatever a span holds', () => {
    fc.assert(fc.property(anySpans, (spans) => {
      for (const { content } of spans) {
        const bytes = encodeContent(content);
        expect(again(bytes)).toEqual(bytes);
      }
    }));
  });

  it('is the same bytes again, whatever the bytes are', () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.tuple(fc.constantFrom(0x4a, 0x32, 0x5a), fc.nat(140), fc.nat(130), fc.nat(130)).map(([tag, size, key, value]) => (
      Uint8Array.from([tag, size, 0x0a, key, ...Array.from({ length: key }, (_, i) => 97 + i % 26), 0x12, value, ...Array.from({ length: value }, (_, i) => i)])
    )));
    fc.assert(fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const bytes = new Uint8Array(Buffer.concat(pieces));
      expect(again(bytes)).toEqual(bytes);
    }), { numRuns: 2000 });
  });

  it('takes much less room when the keys of its attributes have come before', () => {
    const bytes = attributes(['gen_ai.request.model', 'small-1'], ['gen_ai.operation.name', 'chat'], ['server.address', 'localhost']);
    again(bytes);
    packContent(bytes, 0, bytes.length);
    expect(packed.length).toBeLessThan(bytes.length / 2);
  });

  it('takes hardly any room when its attributes say what others said before, in whatever order', () => {
    const pairs = Array.from({ length: 20 }, (_, i) => [`place.${i}`, `somewhere ${i}`] as const), bytes = attributes(...pairs);
    for (let i = 0; i < 3; i++) again(bytes);
    packContent(bytes, 0, bytes.length);
    expect(packed.length).toBeLessThanOrEqual(pairs.length * 3);
    const mixed = attributes(...pairs.toReversed(), ...pairs);
    expect(again(mixed)).toEqual(mixed);
    packContent(mixed, 0, mixed.length);
    expect(packed.length).toBeLessThanOrEqual(pairs.length * 6);
  });

  it('is the same bytes again when more is said twice than is remembered', () => {
    for (let i = 0; i < 30_000; i++) {
      const bytes = attributes(['session', `session ${i}`], ['state', `state ${i % 7}`]);
      for (let times = 0; times < 2; times++) packContent(bytes, 0, bytes.length);
      if (i % 100 === 0 || i > 29_900) expect(again(bytes)).toEqual(bytes);
    }
  });

  it('keeps keys that are too many or too long as they are', () => {
    for (let i = 0; i < 9000; i++) {
      const bytes = attributes([`key ${i}`, 'x'], ['k'.repeat(100 + i % 30), 'y']);
      expect(again(bytes)).toEqual(bytes);
    }
  });
});
