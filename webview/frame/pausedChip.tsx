import { numbers } from '../components/numbers.ts';
import { usePanel } from '../state/panelContext.ts';
import { useSignal } from '../state/signal.ts';
import type { Signal } from '../state/signal.ts';

/** Says that the run goes on out of sight, and goes back to it. */
export function PausedChip({ pausedAt }: { readonly pausedAt: Signal<number | undefined> }) {
  const panel = usePanel();
  const from = useSignal(pausedAt), trace = useSignal(panel.trace), summary = useSignal(panel.summary);
  if (from === undefined || trace === undefined || (summary?.openCount ?? 0) === 0) return null;
  const fresh = Math.max(0, trace.rows.count - from);
  const news = fresh === 0 ? '' : `, ${numbers.shortCount(fresh)} new ${fresh === 1 ? 'span' : 'spans'}`;
  return (
    <div class="paused-place">
      <button type="button" class="chip paused" title="Follow the run again (L)" onClick={() => { panel.view.follow.value = true; }}>{`Paused${news}`}</button>
    </div>
  );
}
