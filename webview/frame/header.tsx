import { useLayoutEffect, useState } from 'preact/hooks';
import { stepByTime } from '../../src/analysis/steps.ts';
import { IconButton } from '../components/button.tsx';
import { MenuButton } from '../components/menu.tsx';
import type { MenuEntry } from '../components/menu.tsx';
import { hasEditor } from '../state/host.ts';
import type { Panel } from '../state/panel.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Signal } from '../state/signal.ts';
import { parentsOf } from '../tree/visibleRows.ts';
import type { ChartBridge } from './chartBridge.ts';
import { foldPaused, saveImage } from './commands.ts';
import type { PanelViews } from './commands.ts';
import { FilterBox } from './filterBox.tsx';
import { colourEntries, legendEntries } from './legend.tsx';
import { smallestFilterWidth } from './panelWidth.ts';
import type { PanelWidth } from './panelWidth.ts';
import { FollowButton } from './toolbar.tsx';

interface HeaderProps {
  /** CSS pixels. */
  readonly pixels: number;
  readonly width: PanelWidth;
  readonly spanCount: number;
  readonly bridge: Signal<ChartBridge | undefined>;
  readonly filterFocus: number;
  readonly views: PanelViews;
}

/** The name of the view, the filter, export and everything else in a menu. */
export function Header({ pixels, width, spanCount, bridge, filterFocus, views }: HeaderProps) {
  const panel = usePanel();
  const { query } = useSignal(panel.search.state);
  const [isFilterOpen, setFilterOpen] = useState(false);
  const isSmall = pixels < smallestFilterWidth, hasTrace = spanCount > 0;
  const showsFilter = hasTrace && (!isSmall || isFilterOpen || query !== '');
  const isAlone = isSmall && showsFilter;
  useLayoutEffect(() => { if (filterFocus > 0) setFilterOpen(true); }, [filterFocus]);
  const leave = (): void => {
    setFilterOpen(false);
    bridge.value?.chart.focus();
  };
  return (
    <header class="header">
      {!isAlone && <h1 class="view-name">Timeline</h1>}
      {!isAlone && <span class="grow" />}
      {width === 'narrow' && hasTrace && !isAlone && <FollowButton />}
      {showsFilter
        ? <div class={isAlone ? 'filter alone' : ''}><FilterBox spanCount={spanCount} isWide={width === 'wide'} focusRequest={filterFocus} onStep={(direction) => stepThroughMatches(panel, direction)} onLeave={leave} /></div>
        : hasTrace && <IconButton icon="search" label="Filter (/)" onClick={() => views.focusFilter()} />}
      {hasTrace && width !== 'narrow' && <MenuButton icon="export" label="Export" entries={() => exportEntries(panel, bridge.value)} />}
      <MenuButton icon="ellipsis" label="More" entries={() => moreEntries(panel, bridge.value, width, views)} />
    </header>
  );
}

/** Selects the next or previous match by time, around the ends. */
function stepThroughMatches(panel: Panel, direction: 1 | -1): void {
  const trace = panel.trace.value, { matches } = panel.search.state.value;
  if (trace === undefined || matches === undefined) return;
  const row = panel.selectedRow;
  const next = stepByTime(trace.rows, row < 0 ? undefined : row, direction, () => true, matches);
  if (next !== undefined) panel.select(next);
}

function exportEntries(panel: Panel, bridge: ChartBridge | undefined): readonly MenuEntry[] {
  const image = (label: string, kind: 'png' | 'svg'): MenuEntry => ({ kind: 'item', label, run: () => { if (bridge !== undefined) void saveImage(kind, panel, bridge.chart); } });
  // A browser saves without asking where to.
  const asks = hasEditor() ? '…' : '';
  return [
    ...(hasEditor() ? [{ kind: 'item', label: 'Export trace…', icon: 'export', run: () => panel.run('exportTrace') }, { kind: 'line' }] as const : []),
    image(`Save as PNG${asks}`, 'png'),
    image(`Save as SVG${asks}`, 'svg'),
  ];
}

function moreEntries(panel: Panel, bridge: ChartBridge | undefined, width: PanelWidth, views: PanelViews): readonly MenuEntry[] {
  const trace = panel.trace.value;
  const always: readonly MenuEntry[] = [
    ...(hasEditor() ? [{ kind: 'item', label: 'Open a trace file', icon: 'folder-opened', run: () => panel.run('openFile') }] as const : []),
    { kind: 'item', label: 'Keys', hint: '?', icon: 'keyboard', run: () => views.showKeys() },
  ];
  if (trace === undefined) return always;
  const { folds } = panel.view;
  return [
    { kind: 'item', label: 'Expand all rows', run: () => folds.unfoldAll() },
    { kind: 'item', label: 'Collapse all rows', run: () => folds.set(trace, parentsOf(trace.tree, trace.rows.count), true) },
    ...(trace.paused.isEmpty ? [] : [{ kind: 'item', label: panel.view.foldsPaused.value ? 'Show paused time' : 'Fold paused time', hint: 'P', icon: 'fold', run: () => foldPaused(panel) }] as const),
    ...(width === 'narrow' ? [{ kind: 'line' } as const, ...exportEntries(panel, bridge)] : []),
    { kind: 'line' },
    ...(width === 'narrow' ? [] : colourEntries(panel)),
    ...(width === 'wide' ? [] : legendEntries(panel, bridge?.legend.value)),
    { kind: 'line' },
    ...always,
  ];
}
