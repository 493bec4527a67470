import { isDeepStrictEqual } from 'node:util';
import { decodeContent } from '../../model/spanContent.ts';
import type { ByteRange } from './contentArena.ts';

/** Whether two contents say the same. Equal bytes do; others may, when two formats carried the same span. */
export function isSameContent(left: ByteRange, right: ByteRange): boolean {
  if (Buffer.compare(left.bytes.subarray(left.start, left.end), right.bytes.subarray(right.start, right.end)) === 0) return true;
  return isDeepStrictEqual(decodeContent(left.bytes, left.start, left.end), decodeContent(right.bytes, right.start, right.end));
}
