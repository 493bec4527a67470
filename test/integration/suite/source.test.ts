import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, int, listening, newSpanId, newTraceId, openFolder, send, span, text } from './support.ts';

const program = ['import tracer', '', 'def search_docs(query):', '    with tracer.start_as_current_span("search"):', '        return []', ''].join('\n');

describe('span to source', () => {
  let api: SpanscopeApi;
  let http: string;
  let file: vscode.Uri;

  before(async () => {
    api = await activated();
    http = await listening(api);
    file = vscode.Uri.joinPath(openFolder().uri, 'agent', 'search.py');
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(program));
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(file, '..'), { recursive: true });
    await api.clear();
    await api.stopReceiver();
  });

  async function sent(name: string, attributes: readonly { key: string; value: unknown }[]): Promise<{ traceId: string; spanId: string }> {
    const traceId = newTraceId(), spanId = newSpanId();
    await send(http, [span({ traceId, spanId, name, attributes })]);
    return { traceId, spanId };
  }

  it('finds the recorded line of a file', async () => {
    const { traceId, spanId } = await sent('search', [text('code.file.path', file.fsPath), int('code.line.number', 4)]);
    const [best] = await api.sourceOf(traceId, spanId);
    assert.equal(best?.location.uri.fsPath, file.fsPath);
    assert.equal(best?.location.range.start.line, 3);
    assert.match(best?.origin ?? '', /code\.file\.path/);
  });

  it('finds a file of another machine by the end of its path', async () => {
    const { traceId, spanId } = await sent('search', [text('code.filepath', '/app/agent/search.py'), int('code.lineno', 3)]);
    const [best] = await api.sourceOf(traceId, spanId);
    assert.equal(best?.location.uri.fsPath, file.fsPath);
    assert.equal(best?.location.range.start.line, 2);
  });

  it('finds the call that names the span where no line was recorded', async () => {
    const { traceId, spanId } = await sent('search', []);
    const deadline = Date.now() + 30_000;
    let best: { location: vscode.Location } | undefined;
    // The editor tells of a new file when it hears of it.
    while (best === undefined && Date.now() < deadline) [best] = await api.sourceOf(traceId, spanId);
    assert.equal(best?.location.uri.fsPath, file.fsPath);
    assert.equal(best?.location.range.start.line, 3);
  });

  it('asks the language of a file for a function whose begin takes several lines', async () => {
    const planner = vscode.Uri.joinPath(file, '..', 'planner.ts');
    const lines = ['// The word prepare( stands here and is none.', 'export class Planner {', '  prepare(', '    task: string,', '  ): string {', '    return task;', '  }', '}', ''];
    await vscode.workspace.fs.writeFile(planner, new TextEncoder().encode(lines.join('\n')));
    const { traceId, spanId } = await sent('no text of this name', [text('code.file.path', planner.fsPath), text('code.function.name', 'Planner.prepare')]);
    const deadline = Date.now() + 30_000;
    let best: { location: vscode.Location; origin: string } | undefined;
    // The language server starts with the first question.
    while (best?.location.range.start.line !== 2 && Date.now() < deadline) [best] = await api.sourceOf(traceId, spanId);
    assert.equal(best?.location.uri.fsPath, planner.fsPath);
    assert.equal(best.location.range.start.line, 2);
    assert.match(best.origin, /code\.file\.path/);
  });

  it('stands on the line', async () => {
    const { traceId, spanId } = await sent('search', [text('code.file.path', file.fsPath), int('code.line.number', 4)]);
    await api.showTrace(traceId, spanId);
    await vscode.commands.executeCommand('spanscope.revealSource');
    const editor = vscode.window.activeTextEditor;
    assert.equal(editor?.document.uri.fsPath, file.fsPath);
    assert.equal(editor?.selection.active.line, 3);
  });

  it('finds nothing for paths that are refused', async () => {
    const { traceId, spanId } = await sent('nowhere to be found', [text('code.file.path', String.raw`\\server\share\search.py`), int('code.line.number', 1)]);
    assert.deepEqual(await api.sourceOf(traceId, spanId), []);
  });
});
