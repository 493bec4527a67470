import { isDeepStrictEqual } from 'node:util';
import type { SpanContent } from '../../model/span.ts';
import { decodeContent } from '../../model/spanContent.ts';
import type { ByteRange } from './contentArena.ts';
import { withoutReserved } from './witness.ts';

/**
 * Whether two contents say the same. Equal bytes do; others may, when two formats carried the same span. `withReserved`:
 * attributes that a witness may have added to one of them do not count.
 */
export function isSameContent(left: ByteRange, right: ByteRange, withReserved = false): boolean {
  if (Buffer.compare(left.bytes.subarray(left.start, left.end), right.bytes.subarray(right.start, right.end)) === 0) return true;
  const read = ({ bytes, start, end }: ByteRange): SpanContent => (withReserved ? withoutReserved(decodeContent(bytes, start, end)) : decodeContent(bytes, start, end));
  return isDeepStrictEqual(read(left), read(right));
}
