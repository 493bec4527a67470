import * as vscode from 'vscode';
import type { OpenFiles } from '../files/openFiles.ts';
import type { TracePanels } from '../panel/tracePanels.ts';

/** For files whose names tell what they are, and for all others. */
const tellingEditor = 'spanscope.traceFile', otherEditor = 'spanscope.otherFile';
const tellingName = /\.(?:otlp\.jsonl?|otlp\.pb|trace\.json|jaeger\.json|zipkin\.json|spans\.jsonl|trajectory\.json|speedscope\.json)(?:\.gz)?$/i;

/** The type of editor that is meant for a file by package.json. */
export const editorTypeOf = (uri: vscode.Uri): string => (tellingName.test(uri.path) ? tellingEditor : otherEditor);

/** Every type of editor that shows a file as a trace. */
export const fileEditorTypes: readonly string[] = [tellingEditor, otherEditor];

/** A file in an editor of ours; `source` is undefined when it could not be opened. */
class TraceFileDocument implements vscode.CustomDocument {
  readonly uri: vscode.Uri;
  readonly source: string;
  readonly #leave: () => void;

  constructor(uri: vscode.Uri, source: string, leave: () => void) {
    this.uri = uri;
    this.source = source;
    this.#leave = leave;
  }

  dispose(): void { this.#leave(); }
}

/** Shows trace files in the tab that the editor opens for them. Files are read and never written. */
export class TraceFileEditor implements vscode.CustomReadonlyEditorProvider<TraceFileDocument> {
  readonly #files: OpenFiles;
  readonly #panels: TracePanels;

  constructor(files: OpenFiles, panels: TracePanels) {
    this.#files = files;
    this.#panels = panels;
  }

  static register(files: OpenFiles, panels: TracePanels): vscode.Disposable {
    const editor = new TraceFileEditor(files, panels), options = { supportsMultipleEditorsPerDocument: true };
    return vscode.Disposable.from(...fileEditorTypes.map((type) => vscode.window.registerCustomEditorProvider(type, editor, options)));
  }

  async openCustomDocument(uri: vscode.Uri): Promise<TraceFileDocument> {
    const source = await this.#files.openForTab(uri);
    return new TraceFileDocument(uri, source, () => { this.#files.leave(source).catch(() => undefined); });
  }

  async resolveCustomEditor({ source }: TraceFileDocument, panel: vscode.WebviewPanel): Promise<void> {
    await this.#panels.embed(panel, source);
  }
}
