import { useEffect, useRef, useState } from 'preact/hooks';
import type { Trace } from './trace.ts';

/** From this many rows on, what takes a pass over all of them is done less often than with every frame. */
const largeCount = 50_000;
const pauseMs = 250;

/** The trace, or for a large one that grows what it was up to a quarter of a second ago. */
export function useCalmTrace(trace: Trace): Trace {
  const [calm, setCalm] = useState(trace);
  const latest = useRef(trace);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  latest.current = trace;
  const isCurrent = trace.rows.count < largeCount || trace.traceId !== calm.traceId || trace.epoch !== calm.epoch || trace.tree !== calm.tree;
  useEffect(() => {
    if (calm === trace || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      setCalm(latest.current);
    }, isCurrent ? 0 : pauseMs);
  }, [trace, calm]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return isCurrent ? trace : calm;
}
