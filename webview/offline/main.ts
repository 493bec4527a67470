import { numbers } from '../components/numbers.ts';
import { visibleName } from '../../src/model/visibleText.ts';
import type { FromPanel, ToPanel } from '../../src/protocol/panel.ts';
import type { OfflineManifest } from '../../src/protocol/offlinePage.ts';
import { readBlocks } from './blocks.ts';
import { OfflineHost } from './host.ts';

declare global {
  interface Window { acquireVsCodeApi: () => unknown }
}

const waiting: FromPanel[] = [];
let host: OfflineHost | undefined;

// Only this script speaks to the panel: messages of other windows end here.
window.addEventListener('message', (event) => { if (event.isTrusted) event.stopImmediatePropagation(); }, true);
window.acquireVsCodeApi = () => ({
  postMessage: (message: FromPanel) => { if (host === undefined) waiting.push(message); else host.receive(message); },
  getState: () => undefined,
  setState: () => undefined,
});
document.documentElement.dataset['numberLocale'] = navigator.language;
followTheme();
window.addEventListener('DOMContentLoaded', () => { begin().catch((error: unknown) => tell(`This page cannot be read: ${error instanceof Error ? error.message : String(error)}`)); });

async function begin(): Promise<void> {
  if (typeof DecompressionStream === 'undefined') throw new Error('the browser is too old. Browsers of 2023 and later can.');
  const data = await readBlocks(document);
  host = new OfflineHost(data, { say, copy, save });
  const { manifest } = data;
  if (manifest.traces.length > 1) addChoice(manifest, host);
  if (manifest.note !== '') tell(manifest.note);
  await host.show(0);
  for (const message of waiting.splice(0)) if (message.type !== 'panel.ready') host.receive(message);
}

function say(message: ToPanel): void {
  window.dispatchEvent(new MessageEvent('message', { data: message }));
}

/** Lets the reader choose among several traces. */
function addChoice({ traces }: OfflineManifest, shown: OfflineHost): void {
  const choice = document.createElement('select');
  choice.setAttribute('aria-label', 'Trace');
  choice.append(...traces.map(({ summary }, trace) => {
    const option = document.createElement('option');
    option.value = String(trace);
    option.textContent = `${visibleName(summary.name) || '(no name)'}, ${numbers.counted(summary.spanCount, 'span')}`;
    return option;
  }));
  choice.addEventListener('change', () => void shown.show(Number(choice.value)));
  const bar = document.createElement('nav');
  bar.className = 'offline-bar';
  bar.append(choice);
  document.body.prepend(bar);
}

/** A line below the panel. */
function tell(text: string): void {
  const line = document.createElement('footer');
  line.className = 'offline-note';
  line.textContent = visibleName(text);
  document.body.append(line);
}

async function copy(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
}

function save(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Gives the body the classes that the editor gives it, by what the reader prefers. */
function followTheme(): void {
  const light = matchMedia('(prefers-color-scheme: light)'), contrast = matchMedia('(prefers-contrast: more)');
  const update = (): void => {
    const { classList } = document.body;
    classList.toggle('vscode-dark', !light.matches && !contrast.matches);
    classList.toggle('vscode-light', light.matches && !contrast.matches);
    classList.toggle('vscode-high-contrast', contrast.matches);
    classList.toggle('vscode-high-contrast-light', contrast.matches && light.matches);
  };
  update();
  light.addEventListener('change', update);
  contrast.addEventListener('change', update);
}
