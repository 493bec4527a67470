import type { FromPanel, PanelState, ToPanel } from '../../src/protocol/panel.ts';

/** The editor's side of the panel: messages both ways, and state that survives a reload of this page. */
export interface Host {
  post(message: FromPanel): void;
  onMessage(listener: (message: ToPanel) => void): void;
  readState(): unknown;
  writeState(state: PanelState): void;
}

/** Whether the page stands in an editor; it is also the page of HTML documents. */
export const hasEditor = (): boolean => document.body.dataset['offline'] === undefined;

interface WebviewApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: PanelState): void;
}

declare function acquireVsCodeApi(): WebviewApi;

/** Takes the editor's API, which a page may do once. */
export function acquireHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    onMessage: (listener) => window.addEventListener('message', (event: MessageEvent<ToPanel>) => listener(event.data)),
    readState: () => api.getState(),
    writeState: (state) => api.setState(state),
  };
}
