import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { FlameChart } from '../flame/flameChart.ts';
import type { ChartTheme } from '../flame/theme.ts';
import type { PanelRequest } from '../flame/chartTypes.ts';
import { numbers } from '../components/numbers.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Signal } from '../state/signal.ts';
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
      {height === undefined && current !== undefined && <OverviewEnds trace={trace} chart={current.chart} />}
      <div class={`chart${height === undefined ? ' away' : ''}`} ref={chart} style={{ height: `${height ?? 0}px` }} />
    </>
  );
}

/** Start, middle and end of what the overview draws, where there is no ruler. */
function OverviewEnds({ trace, chart }: { readonly trace: Trace; readonly chart: FlameChart }) {
  const panel = usePanel();
  useSignal(panel.clock.tick);
  const { from, to } = chart.whole;
  return <div class="overview-ends num" aria-hidden="true">{[from, (from + to) / 2, to].map((ns, i) => <span key={i}>{placeText(ns - trace.origin)}</span>)}</div>;
}

/** These places are no round ones, as the marks of a ruler are. */
const placeText = (ns: number): string => (ns === 0 ? numbers.tick(0, 1e9) : numbers.duration(ns));

export const isMotionReduced = (): boolean =>
  document.body.classList.contains('vscode-reduce-motion') || matchMedia('(prefers-reduced-motion: reduce)').matches;
