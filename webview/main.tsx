import { render } from 'preact';
import { App } from './app.tsx';
import { Boundary } from './frame/boundary.tsx';
import { keepFocusPlace } from './frame/focusPlace.ts';
import { watchTheme } from './frame/theme.ts';
import { onceAFrame } from './state/frames.ts';
import { acquireHost } from './state/host.ts';
import { Panel } from './state/panel.ts';
import { PanelContext } from './state/panelContext.ts';
import { saveWhenChanged } from './state/saving.ts';

const host = acquireHost();
const panel = new Panel(host, onceAFrame());
/** An error that comes back with every frame is told a few times. */
const mostReports = 10;
let reports = 0;
const report = (reason: unknown): void => {
  if (++reports > mostReports) return;
  host.post({ type: 'failure.report', message: reason instanceof Error ? `${reason.message}\n${reason.stack ?? ''}` : String(reason) });
};
window.addEventListener('error', (event) => report(event.error ?? event.message));
window.addEventListener('unhandledrejection', (event) => report(event.reason));
saveWhenChanged(panel);
keepFocusPlace();
/** How long a new page waits to be told what to show. */
const patienceMs = 50;
// A new page is told without asking; one that comes back asks, and so does one that nobody has told anything.
if (host.readState() === undefined) window.addEventListener('load', () => setTimeout(() => { if (panel.status.value === undefined) panel.start(); }, patienceMs));
else panel.start();
const draw = (): void => {
  const root = document.getElementById('app');
  if (root !== null) render(<PanelContext.Provider value={panel}><Boundary onError={report}><App theme={watchTheme()} /></Boundary></PanelContext.Provider>, root);
};
// What there is to show often comes together with how to show it: one picture is made sooner than two.
const stop = panel.status.subscribe(() => {
  stop();
  queueMicrotask(draw);
});
