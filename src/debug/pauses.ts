import type { RecordedPause } from '../model/recordedPauses.ts';

/** A stretch of time in which a program stood in the debugger, milliseconds since 1970; without an end it still does. */
export type Pause = readonly [from: number, to?: number];

/** Stepping through a program for hours makes many; then the two that are closest to one another become one. */
const mostPauses = 1000;

/** The pauses with one more, which begins; the same when one goes on already. */
export function pausedFrom(pauses: readonly Pause[], from: number): readonly Pause[] {
  const last = pauses.at(-1);
  if (last !== undefined && last[1] === undefined) return pauses;
  // The clock of the machine may have been set back.
  const begun: readonly Pause[] = [...pauses, [Math.max(from, last?.[1] ?? from)]];
  return begun.length > mostPauses ? withoutClosest(begun) : begun;
}

/** The pauses with the last one ended; the same when none goes on. */
export function resumedAt(pauses: readonly Pause[], to: number): readonly Pause[] {
  const last = pauses.at(-1);
  if (last === undefined || last[1] !== undefined) return pauses;
  return [...pauses.slice(0, -1), [last[0], Math.max(last[0], to)]];
}

/** What of saved pauses makes sense. Of one whose end nobody saw it is not known how long it was. */
export function savedPauses(saved: unknown): readonly Pause[] {
  const pauses: Pause[] = [];
  for (const each of Array.isArray(saved) ? saved.slice(-mostPauses) : []) {
    const [from, to] = Array.isArray(each) ? each as unknown[] : [];
    if (Number.isFinite(from) && Number.isFinite(to) && (from as number) >= (pauses.at(-1)?.[1] ?? 0) && (to as number) >= (from as number)) pauses.push([from as number, to as number]);
  }
  return pauses;
}

/** Those that are over. */
export const endedPauses = (pauses: readonly Pause[]): RecordedPause[] => pauses.flatMap(([from, to]): RecordedPause[] => (to === undefined ? [] : [[from, to]]));

function withoutClosest(pauses: readonly Pause[]): readonly Pause[] {
  let closest = 1;
  const gap = (i: number): number => (pauses[i] as Pause)[0] - ((pauses[i - 1] as Pause)[1] ?? Infinity);
  for (let i = 2; i < pauses.length; i++) if (gap(i) < gap(closest)) closest = i;
  const [from] = pauses[closest - 1] as Pause, [, to] = pauses[closest] as Pause;
  return [...pauses.slice(0, closest - 1), to === undefined ? [from] : [from, to], ...pauses.slice(closest + 1)];
}
