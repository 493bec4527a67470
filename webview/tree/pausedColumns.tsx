import type { TimeAxis } from '../state/timeAxis.ts';
import type { Trace } from '../state/trace.ts';

/** Pauses that are nearer to one another than this part of the axis are drawn as one. */
const nearest = 0.005;

interface PausedPart { readonly left: number; readonly right: number }

/** Paused time as parts of the axis, 0 to 1. Folded pauses have no width of their own. */
export function pausedParts({ paused, isFolded }: Pick<Trace, 'paused' | 'isFolded'>, axis: TimeAxis): readonly PausedPart[] {
  const span = axis.to - axis.from, parts: PausedPart[] = [];
  if (span <= 0) return parts;
  for (const { from, to } of paused.intervals) {
    const left = ((isFolded ? paused.folded(from) : from) - axis.from) / span, right = ((isFolded ? paused.folded(from) : to) - axis.from) / span;
    if (right < 0 || left > 1) continue;
    const last = parts.at(-1), part = { left: Math.max(0, left), right: Math.min(1, right) };
    if (last !== undefined && part.left - last.right < nearest) parts[parts.length - 1] = { left: last.left, right: Math.max(last.right, part.right) };
    else parts.push(part);
  }
  return parts;
}

/** Paused time over the bars of all rows. The details say the same in words. */
export function PausedColumns({ trace, axis, width }: { readonly trace: Trace; readonly axis: TimeAxis; readonly width: number }) {
  if (trace.paused.isEmpty || width === 0) return null;
  return (
    <div class="paused-columns" aria-hidden="true" style={{ width: `${width}px` }}>
      <div>
        {pausedParts(trace, axis).map(({ left, right }, i) => (
          <span key={i} class={trace.isFolded ? 'folded' : ''} style={{ left: `${left * 100}%`, width: `${(right - left) * 100}%` }} />
        ))}
      </div>
    </div>
  );
}
