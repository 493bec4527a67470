import type { ChartBridge } from './chartBridge.ts';

/** What has the focus hears these keys itself. */
const ownKeys = 'input, textarea, select, [role=menu], [role=dialog], [role=separator]';
/** Where the keys of the chart are heard besides the chart. */
const chartKeys = '.table, .main, body';
/** These are heard wherever the focus is. */
const everywhere = new Set(['/', '?']);
/** Keys that press a button or scroll what has the focus. */
const pressKeys = new Set(['Enter', ' ', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End']);

/** Gives keys that nothing heard to the chart, which knows what they mean. */
export function passKey(event: KeyboardEvent, bridge: ChartBridge | undefined): void {
  if (event.defaultPrevented || bridge === undefined || !(event.target instanceof Element)) return;
  const { target, key } = event;
  if (target.closest(ownKeys) !== null) return;
  const isFind = everywhere.has(key) || ((event.ctrlKey || event.metaKey) && event.code === 'KeyF');
  const isInteractive = target.closest('button, [role=tabpanel]') !== null;
  if (!isFind && (target.closest('.details, .header') !== null || target.closest(chartKeys) === null || (isInteractive && pressKeys.has(key)))) return;
  if (bridge.press(event)) event.preventDefault();
}
