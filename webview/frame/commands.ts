import type { ChartCommand } from '../../src/protocol/panel.ts';
import type { FlameChart } from '../flame/flameChart.ts';
import type { Panel } from '../state/panel.ts';
import { quoted, withTerm } from '../state/queryText.ts';
import { labelOf, roleOf } from '../state/trace.ts';

/** What the panel itself can be asked to show. */
export interface PanelViews {
  focusFilter(): void;
  showKeys(): void;
}

/** Does a command that the editor sent: in the chart where it is the chart's, else in the panel. */
export function runCommand(command: ChartCommand, panel: Panel, chart: FlameChart | undefined, views: PanelViews): void {
  if (chart?.command(command) === true) return;
  switch (command) {
    case 'find': views.focusFilter(); break;
    case 'showKeys': views.showKeys(); break;
    case 'foldPaused': foldPaused(panel); break;
    case 'toggleFollow': if ((panel.summary.value?.openCount ?? 0) > 0) panel.view.follow.value = !panel.view.follow.value; break;
    case 'savePng': case 'saveSvg':
      if (chart !== undefined) void saveImage(command === 'savePng' ? 'png' : 'svg', panel, chart);
      break;
    case 'filterByName': case 'filterByRole': case 'exclude': filterBySelection(command, panel); break;
    // The others mean something in the chart only.
    case 'zoomToSpan': case 'fitAll': case 'nextError': case 'previousError': case 'showSubtree': case 'foldName': break;
  }
}

/** Shows times without those that the program stood in a debugger, or with them. */
export function foldPaused(panel: Panel): void {
  const { foldsPaused } = panel.view;
  if (panel.trace.value?.paused.isEmpty === true && !foldsPaused.value) panel.notice.value = 'There is no paused time to fold: no debugger is known to have stopped this run.';
  else foldsPaused.value = !foldsPaused.value;
}

function filterBySelection(command: 'filterByName' | 'filterByRole' | 'exclude', panel: Panel): void {
  const trace = panel.trace.value, row = panel.selectedRow;
  if (trace === undefined || row < 0) return;
  const name = `name=${quoted(labelOf(trace, row))}`;
  const role = roleOf(trace, row);
  const term = command === 'filterByName' ? name : command === 'exclude' ? `-${name}` : `role:${role}`;
  panel.search.setQuery(withTerm(panel.search.state.value.query, term));
}

/** Hands the chart as an image to the host, which asks where to put it. */
export async function saveImage(kind: 'png' | 'svg', panel: Panel, chart: FlameChart): Promise<void> {
  try {
    const data = kind === 'svg' ? chart.toSvg() : await base64Of(await chart.toPng());
    panel.post({ type: 'image.save', kind, data });
  } catch (error) {
    panel.notice.value = `The image could not be made. ${error instanceof Error ? error.message : ''}`;
  }
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const chunks: string[] = [];
  const chunk = 0x8000;
  for (let at = 0; at < bytes.length; at += chunk) chunks.push(String.fromCharCode(...bytes.subarray(at, at + chunk)));
  return btoa(chunks.join(''));
}
