import { hasDate } from '../../src/model/time.ts';
import { clock } from '../../src/analysis/numbers.ts';
import { locale, numbers } from '../components/numbers.ts';
import { positionOf } from '../state/trace.ts';
import type { Times } from '../state/trace.ts';

/** A point in time as an offset to the run, and for the tooltip the clock and the exact nanoseconds. */
export interface When { readonly offset: string; readonly exact: string }

/** `unixNano` is decimal text; a text that is none gives itself. */
export function whenOf(unixNano: string, times: Times, nowUnixMilli: number): When {
  if (!/^-?\d{1,20}$/.test(unixNano)) return { offset: '—', exact: unixNano };
  const at = BigInt(unixNano);
  return {
    offset: numbers.position(positionOf(times, at)),
    exact: hasDate(at) ? `${clockText(at, nowUnixMilli)}\n${unixNano} ns since 1970` : `${unixNano} ns on a clock of its own`,
  };
}

function clockText(unixNano: bigint, nowUnixMilli: number): string {
  const milli = Number(unixNano / 1_000_000n);
  const date = new Date(milli);
  return Number.isNaN(date.getTime()) ? '' : `${clock(milli, nowUnixMilli, locale)} (${date.toISOString()})`;
}
