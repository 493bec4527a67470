import { IconButton } from '../components/button.tsx';
import { hasEditor } from '../state/host.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Signal } from '../state/signal.ts';
import type { ChartBridge } from './chartBridge.ts';
import { foldPaused } from './commands.ts';
import type { PanelWidth } from './panelWidth.ts';

interface ToolbarProps {
  readonly width: PanelWidth;
  readonly bridge: Signal<ChartBridge | undefined>;
}

/** Follow, fit and fold, and at medium width what stands below the chart. */
export function Toolbar({ width, bridge }: ToolbarProps) {
  const panel = usePanel();
  const lower = useSignal(panel.view.lower), folded = useSignal(panel.view.foldedNames);
  const chart = useSignal(bridge)?.chart;
  return (
    <div class="toolbar" role="toolbar" aria-label="Timeline">
      <FollowButton />
      <IconButton icon="screen-full" label="Fit the whole run (0)" onClick={() => { chart?.command('fitAll'); }} />
      <IconButton icon="collapse-all" label="Fold repeats" pressed={folded.length > 0} onClick={() => chart?.toggleFoldRepeats()} />
      <FoldPausedButton />
      {width === 'medium' && (
        <IconButton icon="list-tree" label="Show the span table in the place of the details" pressed={lower === 'spans'} onClick={() => { panel.view.lower.value = lower === 'spans' ? 'details' : 'spans'; }} />
      )}
    </div>
  );
}

/** Only of use where the program has stood in a debugger. */
function FoldPausedButton() {
  const panel = usePanel();
  const isFolded = useSignal(panel.view.foldsPaused), trace = useSignal(panel.trace);
  if (trace === undefined || trace.paused.isEmpty) return null;
  return <IconButton icon="fold" label="Fold paused time (P)" pressed={isFolded} onClick={() => foldPaused(panel)} />;
}

/** Keeps the end of a running trace in view. One that has ended is not followed, and is again when it goes on; in an exported page nothing runs. */
export function FollowButton() {
  const panel = usePanel();
  const follow = useSignal(panel.view.follow), summary = useSignal(panel.summary), isRunning = (summary?.openCount ?? 0) > 0;
  return !hasEditor() ? null : <IconButton icon="target" label="Follow the run (L)" pressed={follow && isRunning} idle={isRunning ? undefined : 'it has ended'} onClick={() => { panel.view.follow.value = !follow; }} />;
}
