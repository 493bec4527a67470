import { hexHalf, isHex, isNoId } from '../model/ids.ts';
import { markBit } from '../model/span.ts';
import { present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import type { Findings } from '../model/spanContentLimits.ts';
import { DecodeError } from './format.ts';
import type { DecodeOptions } from './format.ts';

/** The mark bits that decoders set. */
export const cutMark = markBit('cut');
export const repairedMark = markBit('repaired');
export const badParentMark = markBit('badParent');
export const noStartMark = markBit('noStart');
export const derivedMark = markBit('derived');

/** What a batch says once when something in it was cut. */
export const cutReport = 'values over a limit were cut';

/** All of `present`: what rows carry that are whole or begin a span. */
export const presentWhole = present.name | present.start | present.end | present.kind | present.status | present.parent;

/** Bits of the `opaque` column. */
export const opaqueBits = { span: 1, parent: 2 } as const;

/** Writes a span id in canonical form into a row. */
export function setSpanId(batch: SpanBatch, row: number, id: string): void {
  if (isHex(id, 16) && !isNoId(id)) {
    batch.idHigh[row] = hexHalf(id, 0);
    batch.idLow[row] = hexHalf(id, 8);
    return;
  }
  batch.idLow[row] = batch.intern(id);
  batch.opaque[row] = (batch.opaque[row] as number) | opaqueBits.span;
}

/** Writes a parent's id in canonical form into a row; empty and all-zero ids mean that there is none. */
export function setParentId(batch: SpanBatch, row: number, id: string): void {
  if (isNoId(id)) return;
  if (isHex(id, 16)) {
    batch.parentHigh[row] = hexHalf(id, 0);
    batch.parentLow[row] = hexHalf(id, 8);
    return;
  }
  batch.parentLow[row] = batch.intern(id);
  batch.opaque[row] = (batch.opaque[row] as number) | opaqueBits.parent;
}

/** Marks a row whose parent id cannot be one: it is kept as it came and the span is shown as a root. */
export function markBadParent(batch: SpanBatch, row: number): void {
  batch.present[row] = (batch.present[row] as number) | present.parentIsBad;
  batch.marks[row] = (batch.marks[row] as number) | badParentMark;
}

/** Whether a row names itself as its parent. */
export function isOwnParent(batch: SpanBatch, row: number): boolean {
  const opaque = batch.opaque[row] as number;
  return batch.idHigh[row] === batch.parentHigh[row] && batch.idLow[row] === batch.parentLow[row]
    && (opaque === 0 || opaque === (opaqueBits.span | opaqueBits.parent));
}

/** A start of zero or beyond 2^63 ns cannot be placed on a time axis. */
export const hasNoStart = (high: number, low: number): boolean => (high === 0 && low === 0) || high >= 0x8000_0000;

/** Values nested too deeply are cut in files; from the network they refuse the whole request. */
export function refuseTooDeep(findings: Findings, options: DecodeOptions, offset: number): void {
  if (!findings.isTooDeep || options.mode === 'lenient') return;
  throw new DecodeError('tooDeep', `values are nested more than ${options.limits.maxDepth} levels deep`, { offset });
}
