import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Sash } from '../components/sash.tsx';
import { useSize } from '../components/useSize.ts';
import { Details } from '../details/details.tsx';
import type { PanelRequest } from '../flame/chartTypes.ts';
import type { ChartTheme } from '../flame/theme.ts';
import { useCalmTrace } from '../state/calmTrace.ts';
import { afterNextPicture } from '../state/frames.ts';
import { usePanel } from '../state/panelContext.ts';
import { widthLimits } from '../state/savedState.ts';
import { useOptionalSignal, useSignal } from '../state/signal.ts';
import type { Signal } from '../state/signal.ts';
import { traceContext } from '../state/spanContext.ts';
import type { Trace } from '../state/trace.ts';
import { SpanTable } from '../tree/spanTable.tsx';
import type { ChartBridge } from './chartBridge.ts';
import { ChartPane, isMotionReduced } from './chartPane.tsx';
import { Drawer } from './drawer.tsx';
import { LegendStrip } from './legend.tsx';
import { NoMatch } from './noMatch.tsx';
import { PausedChip } from './pausedChip.tsx';
import type { PanelWidth } from './panelWidth.ts';

interface TimelineViewProps {
  readonly trace: Trace;
  readonly width: PanelWidth;
  readonly theme: Signal<ChartTheme>;
  readonly bridge: Signal<ChartBridge | undefined>;
  readonly onRequest: (request: PanelRequest) => void;
}

const tickMs = 250, calmTickMs = 1000;

/** Overview, flame chart, span table and details, arranged by the width of the panel. */
export function TimelineView({ trace, width, theme, bridge, onRequest }: TimelineViewProps) {
  const panel = usePanel();
  const summary = useSignal(panel.summary), search = useSignal(panel.search.state), lower = useSignal(panel.view.lower);
  const main = useRef<HTMLDivElement | null>(null);
  const size = useSize(main);
  const isRunning = (summary?.openCount ?? 0) > 0;
  useEffect(() => panel.clock.run(isRunning ? (isMotionReduced() ? calmTickMs : tickMs) : undefined), [isRunning]);

  // The table says everything that the chart draws, in a form that can be read aloud row by row.
  const usesTable = document.body.classList.contains('vscode-using-screen-reader');
  const hasNoMatch = search.matches?.length === 0;
  const showsChart = width !== 'narrow' && !usesTable && !hasNoMatch;
  const heights = useChartHeight(bridge, size?.height ?? 0, width === 'wide' ? 0.55 : 0.6);
  const showsTable = width !== 'medium' || lower === 'spans' || usesTable;
  // The first picture has the chart: rows of a table take longer.
  const [isDrawn, setDrawn] = useState(!showsChart);
  useLayoutEffect(() => afterNextPicture(() => setDrawn(true)), []);
  const calm = useCalmTrace(trace);
  const table = useMemo(() => <SpanTable trace={calm} />, [calm]);
  return (
    <div class="body" data-vscode-context={traceContext(trace)}>
      <main class="main" ref={main}>
        <ChartPane trace={trace} theme={theme} height={showsChart ? heights.height : undefined} bridge={bridge} onRequest={onRequest} />
        {showsChart && <BelowChart width={width} bridge={bridge} heights={heights} />}
        {hasNoMatch && <NoMatch query={search.query} spanCount={trace.rows.count} />}
        {!hasNoMatch && showsTable && isDrawn && table}
        {width === 'medium' && (!showsTable || hasNoMatch) && <div class="lower"><Details trace={trace} /></div>}
        {width === 'narrow' && <Drawer trace={trace} />}
      </main>
      {width === 'wide' && <Side trace={trace} />}
    </div>
  );
}

interface ChartHeights {
  readonly height: number;
  readonly largest: number;
  readonly set: (height: number | undefined) => void;
}

const smallestChart = 60;

/** The height of the chart: what a person chose, else what shows every lane within its share of the room. */
function useChartHeight(bridge: Signal<ChartBridge | undefined>, available: number, share: number): ChartHeights {
  const { view } = usePanel();
  const chosen = useSignal(view.chartHeight);
  const content = useOptionalSignal(useSignal(bridge)?.contentHeight);
  const largest = Math.max(smallestChart, available * 0.85);
  const usual = Math.max(smallestChart, Math.min(content ?? 200, available * share));
  return { height: Math.round(Math.min(chosen ?? usual, largest)), largest, set: (height) => { view.chartHeight.value = height; } };
}

function BelowChart({ width, bridge, heights }: Pick<TimelineViewProps, 'width' | 'bridge'> & { readonly heights: ChartHeights }) {
  const current = useSignal(bridge);
  const legend = useOptionalSignal(current?.legend);
  return (
    <>
      {current !== undefined && <PausedChip pausedAt={current.pausedAt} />}
      {width === 'wide' && legend !== undefined && <LegendStrip legend={legend} />}
      <Sash orientation="horizontal" label="Height of the chart" size={heights.height} smallest={smallestChart} largest={heights.largest} grows={1} onResize={heights.set} onReset={() => heights.set(undefined)} />
    </>
  );
}

function Side({ trace }: { readonly trace: Trace }) {
  const { view } = usePanel();
  const { smallest, largest, usual } = widthLimits;
  const width = Math.min(largest, Math.max(smallest, useSignal(view.detailsWidth) ?? usual));
  return (
    <>
      <Sash orientation="vertical" label="Width of the details" size={width} smallest={smallest} largest={largest} grows={-1} onResize={(size) => { view.detailsWidth.value = size; }} onReset={() => { view.detailsWidth.value = undefined; }} />
      <aside class="side" style={{ width: `${width}px` }}><Details trace={trace} /></aside>
    </>
  );
}
