import { useEffect, useRef, useState } from 'preact/hooks';
import type { Trace } from './trace.ts';

/** Views that go through all rows, and the many elements of a table, are not made anew with every frame. */
const leastPauseMs = 100;
/** A pass over a million rows takes about 150 ms, and this is twenty times that. */
const pauseMsPerRow = 0.003;

/** The trace, or while it grows what it was a moment ago: a tenth of a second, and longer for one of a hundred thousand spans. */
export function useCalmTrace(trace: Trace): Trace {
  const [calm, setCalm] = useState(trace);
  const latest = useRef(trace), takenAt = useRef(-Infinity);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  latest.current = trace;
  const isOther = trace.traceId !== calm.traceId || trace.epoch !== calm.epoch || trace.tree !== calm.tree || trace.isFolded !== calm.isFolded || trace.paused !== calm.paused;
  useEffect(() => {
    if (calm === trace || timer.current !== undefined) return;
    const pauseMs = Math.max(leastPauseMs, trace.rows.count * pauseMsPerRow);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      takenAt.current = performance.now();
      setCalm(latest.current);
    }, isOther ? 0 : Math.max(0, takenAt.current + pauseMs - performance.now()));
  }, [trace, calm]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return isOther ? trace : calm;
}
