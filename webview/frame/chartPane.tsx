import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import type { ChartTheme } from '../flame/theme.ts';
import type { PanelRequest } from '../flame/chartTypes.ts';
import { numbers } from '../components/numbers.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Signal } from '../state/signal.ts';
import { useCalmTrace } from '../state/calmTrace.ts';
import { runExtent, timeAxis } from '../state/timeAxis.ts';
import type { Trace } from '../state/trace.ts';
import { ChartBridge } from './chartBridge.ts';

interface ChartPaneProps {
  readonly trace: Trace;
  readonly theme: Signal<ChartTheme>;
  /** CSS pixels; undefined hides the chart and leaves the overview. */
  readonly height: number | undefined;
  readonly bridge: Signal<ChartBridge | undefined>;
  readonly onRequest: (request: PanelRequest) => void;
}

/** The overview strip and the flame chart. */
export function ChartPane({ trace, theme, height, bridge, onRequest }: ChartPaneProps) {
  const panel = usePanel();
  const overview = useRef<HTMLDivElement | null>(null), chart = useRef<HTMLDivElement | null>(null);
  const current = useSignal(bridge);
  const summary = useSignal(panel.summary), follow = useSignal(panel.view.follow);
  const isRunning = (summary?.openCount ?? 0) > 0;
  useLayoutEffect(() => {
    if (overview.current === null || chart.current === null) return undefined;
    const made = new ChartBridge(panel, { chart: chart.current, overview: overview.current }, theme, onRequest);
    bridge.value = made;
    return () => {
      bridge.value = undefined;
      made.dispose();
    };
  }, []);
  useEffect(() => current?.animate(isRunning && follow && height !== undefined && !isMotionReduced()), [current, isRunning, follow, height === undefined]);
  return (
    <>
      <div class="overview" ref={overview} />
      {height === undefined && <OverviewEnds trace={trace} />}
      <div class={`chart${height === undefined ? ' away' : ''}`} ref={chart} style={{ height: `${height ?? 0}px` }} />
    </>
  );
}

/** Start, middle and end of the run, where there is no ruler. */
function OverviewEnds({ trace }: { readonly trace: Trace }) {
  const panel = usePanel();
  useSignal(panel.clock.tick);
  const calm = useCalmTrace(trace);
  const extent = useMemo(() => runExtent(calm.rows), [calm]);
  const { from, to } = timeAxis(extent, panel.clock.now(trace.baseUnixNano));
  const step = (to - from) / 2;
  return <div class="overview-ends num" aria-hidden="true">{[from, from + step, to].map((ns, i) => <span key={i}>{numbers.tick(ns - from, step)}</span>)}</div>;
}

export const isMotionReduced = (): boolean =>
  document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches;
