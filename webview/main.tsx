import { render } from 'preact';
import { App } from './app.tsx';
import { Boundary } from './frame/boundary.tsx';
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
// Rows are on their way while the page is made.
panel.start();
const root = document.getElementById('app');
if (root !== null) render(<PanelContext.Provider value={panel}><Boundary onError={report}><App theme={watchTheme()} /></Boundary></PanelContext.Provider>, root);
