import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, eventually, listening, newSpanId, newTraceId, openFolder, send, span } from './support.ts';

interface Manifest { readonly contributes: { readonly commands: readonly { readonly command: string }[] } }

describe('commands and views', () => {
  let api: SpanscopeApi;
  let http: string;

  before(async () => {
    api = await activated();
    http = await listening(api);
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await api.clear();
    await api.stopReceiver();
  });

  it('registers every command of the manifest', async () => {
    const extension = vscode.extensions.getExtension('spanscope.spanscope');
    assert.ok(extension);
    const { contributes } = extension.packageJSON as Manifest;
    const known = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(contributes.commands.map(({ command }) => command).filter((command) => !known.has(command)), []);
  });

  it('opens both views', async () => {
    await vscode.commands.executeCommand('spanscope.traces.focus');
    await vscode.commands.executeCommand('spanscope.spans.focus');
  });

  it('copies the environment for a shell', async () => {
    const copied = await vscode.commands.executeCommand<string>('spanscope.copyEnvironment', 'bash');
    assert.ok(copied.includes(`export OTEL_EXPORTER_OTLP_ENDPOINT=${http}\n`), copied);
    assert.equal((await vscode.env.clipboard.readText()).replaceAll('\r\n', '\n'), copied);
  });

  it('shows a trace in one panel, however often it is asked for, and a second one to the side', async () => {
    const traceId = newTraceId(), spanId = newSpanId();
    await send(http, [span({ traceId, spanId, name: 'shown' })]);
    const panels = (): vscode.Tab[] => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('spanscope.trace'));
    await api.showTrace(traceId);
    await api.showTrace(traceId, spanId);
    await until(() => panels().length === 1 && panels()[0]?.label === 'shown');
    await vscode.commands.executeCommand('spanscope.openTraceBeside', traceId);
    await until(() => panels().length === 2);
    await assert.rejects(api.showTrace('no-such-trace'));
  });

  it('deletes one trace and leaves the others', async () => {
    const [gone, kept] = [newTraceId(), newTraceId()];
    await send(http, [span({ traceId: gone }), span({ traceId: kept })]);
    await vscode.commands.executeCommand('spanscope.deleteTrace', gone);
    assert.deepEqual((await api.listTraces()).map(({ traceId }) => traceId).filter((traceId) => traceId === gone || traceId === kept), [kept]);
  });

  it('gives no more of a trace than the interface says', async () => {
    await send(http, [span({ name: 'plain' })]);
    const [summary] = await api.listTraces('name:plain');
    assert.ok(summary);
    assert.deepEqual(Object.keys(summary).filter((key) => key === 'label' || key === 'role'), []);
  });

  it('opens a file of traces through the dialog-free way', async () => {
    const traceId = newTraceId();
    await send(http, [span({ traceId, name: 'saved' })]);
    const bytes = await api.exportTrace(traceId, 'otlp-json');
    await api.clear();
    const file = vscode.Uri.joinPath(openFolder().uri, 'saved.otlp.json');
    await vscode.workspace.fs.writeFile(file, bytes);
    try {
      const told = eventually(api.onDidChangeTraces, ({ traceIds }) => traceIds.includes(traceId));
      const report = await api.importFile(file);
      assert.deepEqual({ format: report.format, traceIds: report.traceIds, spanCount: report.spanCount }, { format: 'otlp-json', traceIds: [traceId], spanCount: 1 });
      await told;
      await assert.rejects(api.importFile(openFolder().uri), /not a file/);
    } finally {
      await vscode.workspace.fs.delete(file);
    }
  });
});

/** Waits for a state of the window that no event tells of in time. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => { setTimeout(resolve, 20); });
}
