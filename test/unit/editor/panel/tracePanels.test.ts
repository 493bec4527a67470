import { afterEach, describe, expect, it, vi } from 'vitest';
import { EventEmitter, window } from '../../../support/vscode.ts';
import { Selection } from '../../../../src/editor/selection.ts';
import { TracePanels } from '../../../../src/editor/panel/tracePanels.ts';
import type { PanelServices } from '../../../../src/editor/panel/tracePanel.ts';
import type { ToPanel } from '../../../../src/protocol/panel.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';
import { summaryOf } from '../traces/summaries.ts';
import { packagedExtension } from './packaged.ts';

/** Panels in an editor whose pages keep what they are told. */
function editor() {
  const pages: { readonly told: ToPanel[]; close(): void }[] = [];
  Object.assign(window, {
    registerWebviewPanelSerializer: () => ({ dispose: () => undefined }),
    createWebviewPanel: () => {
      const told: ToPanel[] = [], disposed = new EventEmitter<void>(), never = new EventEmitter<unknown>().event;
      pages.push({ told, close: () => disposed.fire() });
      const webview = { options: {}, html: '', cspSource: '', onDidReceiveMessage: never, asWebviewUri: (uri: unknown) => uri, postMessage: (message: ToPanel) => Promise.resolve(told.push(message) > 0) };
      return { webview, title: '', visible: true, active: true, onDidChangeViewState: never, onDidDispose: disposed.event, reveal: () => undefined };
    },
  });
  const { host } = fakeCollector({ summaryOf: (traceId) => summaryOf({ traceId }), rowOf: (_traceId, spanId) => ({ epoch: 1, row: Number(spanId.slice(1)) }) });
  const quiet = { onDidChange: new EventEmitter<void>().event }, selection = new Selection();
  const services = {
    extensionUri: packagedExtension('', ''), collector: host, selection, log: keptLog().log, receiver: { ...quiet, status: { state: 'off', receivedSpans: 0 } }, source: quiet,
    files: { ...quiet, file: () => undefined }, runs: { onDidPause: new EventEmitter<string>().event }, standing: quiet, index: { summaryOf: () => undefined },
  } as unknown as PanelServices;
  return { panels: new TracePanels(services), pages, selection };
}

describe('the panel of a trace', () => {
  afterEach(() => { for (const name of ['registerWebviewPanelSerializer', 'createWebviewPanel']) Reflect.deleteProperty(window, name); });

  it('that is closed and opened again has the span selected that the trees still have, and that of no other trace', async () => {
    const { panels, pages, selection } = editor();
    await panels.show('trace-1', { spanId: 's3' });
    pages[0]?.close();
    await panels.show('trace-1');
    await vi.waitFor(() => expect(pages[1]?.told).toContainEqual({ type: 'selection.set', ref: { epoch: 1, row: 3 } }));
    expect(selection.current).toEqual({ traceId: 'trace-1', spanId: 's3' });
    await panels.show('trace-2');
    expect(selection.current).toEqual({ traceId: 'trace-2' });
  });
});
