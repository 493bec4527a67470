import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useSize } from './components/useSize.ts';
import type { PanelRequest } from './flame/chartTypes.ts';
import type { ChartTheme } from './flame/theme.ts';
import type { ChartBridge } from './frame/chartBridge.ts';
import { foldPaused, runCommand } from './frame/commands.ts';
import type { PanelViews } from './frame/commands.ts';
import { DataSourceLost, Empty, NoTrace, TraceGone } from './frame/emptyStates.tsx';
import { FileInstead, FileLine } from './frame/fileLine.tsx';
import { Header } from './frame/header.tsx';
import { KeySheet } from './frame/keySheet.tsx';
import { LiveRegion } from './frame/liveRegion.tsx';
import { Notice } from './frame/notice.tsx';
import { passKey } from './frame/panelKeys.ts';
import { panelWidth } from './frame/panelWidth.ts';
import { Summary } from './frame/summary.tsx';
import { TimelineView } from './frame/timelineView.tsx';
import { Toolbar } from './frame/toolbar.tsx';
import { usePanel } from './state/panelContext.ts';
import { Signal, useSignal } from './state/signal.ts';

/** The whole panel: header, summary and the view, or what there is to say instead. */
export function App({ theme }: { readonly theme: Signal<ChartTheme> }) {
  const panel = usePanel();
  const root = useRef<HTMLDivElement | null>(null);
  const size = useSize(root, { width: innerWidth, height: innerHeight });
  const bridge = useMemo(() => new Signal<ChartBridge | undefined>(undefined), []);
  const [filterFocus, setFilterFocus] = useState(0);
  const [isKeySheet, setKeySheet] = useState(false);
  const trace = useSignal(panel.trace), summary = useSignal(panel.summary);
  const views = useMemo((): PanelViews => ({ focusFilter: () => setFilterFocus((count) => count + 1), showKeys: () => setKeySheet(true) }), []);
  useEffect(() => { panel.onCommand = (command) => runCommand(command, panel, bridge.value?.chart, views); }, []);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => passKey(event, bridge.value);
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
  const answer = (request: PanelRequest): void => {
    if (request === 'find') views.focusFilter();
    if (request === 'showKeys') views.showKeys();
    if (request === 'foldPaused') foldPaused(panel);
  };
  const pixels = size?.width ?? 0, width = panelWidth(pixels);
  const isShown = size !== undefined && trace !== undefined && trace.rows.count > 0;
  return (
    <div class={`panel ${width}`} ref={root}>
      <Header pixels={pixels} width={width} spanCount={trace?.rows.count ?? 0} bridge={bridge} filterFocus={filterFocus} views={views} />
      {summary !== undefined && isShown && <Summary summary={summary} width={width}>{width !== 'narrow' && <Toolbar width={width} bridge={bridge} />}</Summary>}
      {isShown && <FileLine />}
      <Notice />
      {isShown ? <TimelineView trace={trace} width={width} theme={theme} bridge={bridge} onRequest={answer} /> : <main class="body"><Instead /></main>}
      {isKeySheet && <KeySheet onClose={() => setKeySheet(false)} />}
      <LiveRegion />
    </div>
  );
}

/** What stands in the place of the view while there are no spans. */
function Instead() {
  const panel = usePanel();
  const failure = useSignal(panel.failure), isGone = useSignal(panel.gone), status = useSignal(panel.status), file = useSignal(panel.file), traceId = useSignal(panel.traceId);
  if (failure !== undefined) return <DataSourceLost message={failure} />;
  if (isGone) return <TraceGone />;
  // Rows follow at once, or the host is still starting: a moment of nothing is calmer than a message.
  if (file !== undefined) return <FileInstead file={file} />;
  if (status === undefined) return <div class="empty" />;
  if (traceId !== undefined) return <Empty title="Opening the trace"><p class="empty-text">Its spans show as they come.</p></Empty>;
  return <NoTrace status={status} />;
}
