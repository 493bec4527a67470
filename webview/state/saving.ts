import type { Panel } from './panel.ts';

const pauseMs = 250;

/** Saves what the panel shows soon after it changes, and at once when the page goes away. */
export function saveWhenChanged(panel: Panel): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const save = (): void => {
    clearTimeout(timer);
    timer = undefined;
    panel.save();
  };
  const saveSoon = (): void => { timer ??= setTimeout(save, pauseMs); };
  panel.view.subscribe(saveSoon);
  panel.traceId.subscribe(saveSoon);
  panel.selection.subscribe(saveSoon);
  panel.search.state.subscribe(saveSoon);
  panel.details.state.subscribe(saveSoon);
  window.addEventListener('pagehide', save);
}
