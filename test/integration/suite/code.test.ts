import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';
import { activated, int, listening, newSpanId, newTraceId, openFolder, send, span, text } from './support.ts';

const program = [
  'from tracer import span', '', 'def search_docs(query):', '    with span("search"):', '        return find(query)', '',
  'def plan(task):', '    notes = read(task)', '    return search_docs(notes)', '',
].join('\n');

/** Asks until it is there: what is shown in code follows the spans within a second or two. */
async function soon<T>(ask: () => Promise<T> | T, isThere: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const value = await ask();
    if (isThere(value)) return value;
    assert.ok(Date.now() < deadline, `it did not come: ${JSON.stringify(value)}`);
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
}

const plain = (words: string): string => words.replaceAll('\u00a0', ' ');

describe('traces in the code', () => {
  let api: SpanscopeApi;
  let http: string;
  let file: vscode.Uri;

  const settings = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('spanscope.code');

  before(async () => {
    api = await activated();
    http = await listening(api);
    file = vscode.Uri.joinPath(openFolder().uri, 'inCode', 'agent.py');
  });

  beforeEach(async () => {
    await api.clear();
    await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(program));
    await vscode.window.showTextDocument(file);
    await soon(lenses, (found) => found.length === 0);
  });

  afterEach(async () => {
    await settings().update('problems', undefined, vscode.ConfigurationTarget.Global);
    await settings().update('codeLens', undefined, vscode.ConfigurationTarget.Global);
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  after(async () => {
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(file, '..'), { recursive: true });
    await api.clear();
    await api.stopReceiver();
  });

  /** Sends one run: a planner with a search in it, which may fail. */
  async function run(failure?: string, agoMs = 0): Promise<void> {
    const traceId = newTraceId(), planId = newSpanId(), start = BigInt(Date.now() - agoMs) * 1_000_000n;
    const times = { startTimeUnixNano: String(start), endTimeUnixNano: String(start + 1_000_000_000n) };
    const at = (line: number, name: string): { key: string; value: unknown }[] => [text('spanscope.source.file', file.fsPath), int('spanscope.source.line', line), text('spanscope.source.function', name)];
    const tool = [text('gen_ai.operation.name', 'execute_tool'), text('gen_ai.tool.name', 'search_docs'), text('gen_ai.tool.call.arguments', '{"query":"**bold** [x](command:evil)"}'), text('gen_ai.tool.call.result', 'found nothing')];
    const failed = failure === undefined ? {} : { status: { code: 2, message: failure } };
    await send(http, [
      span({ traceId, spanId: planId, name: 'plan', attributes: at(9, 'plan'), ...times, ...failed }),
      span({ traceId, spanId: newSpanId(), parentSpanId: planId, name: 'search', attributes: [...at(4, 'search_docs'), ...tool], ...times, ...failed }),
    ]);
  }

  async function lenses(): Promise<{ line: number; title: string }[]> {
    const found = await vscode.commands.executeCommand<vscode.CodeLens[]>('vscode.executeCodeLensProvider', file, 100);
    return found.filter(({ command }) => command?.command.startsWith('spanscope.')).map(({ range, command }) => ({ line: range.start.line, title: plain(command?.title ?? '') }));
  }

  async function hovers(line: number): Promise<vscode.MarkdownString[]> {
    const found = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', file, new vscode.Position(line, 8));
    return found.flatMap(({ contents }) => contents).filter((content) => content instanceof vscode.MarkdownString).filter(({ value }) => /span/.test(value));
  }

  it('stands above the functions that made spans', async () => {
    await run();
    await run('no luck');
    const shown = await soon(lenses, (found) => found.length >= 4);
    assert.deepEqual(shown, [
      { line: 2, title: '2 spans, last 1.00 s, p95 1.00 s' }, { line: 2, title: '$(error) 1 error' },
      { line: 6, title: '2 spans, last 1.00 s, p95 1.00 s' }, { line: 6, title: '$(error) 1 error' },
    ]);
    await settings().update('codeLens', false, vscode.ConfigurationTarget.Global);
    assert.deepEqual(await soon(lenses, (found) => found.length === 0), []);
  });

  it('shows a span that runs, and how it ended', async () => {
    const socket = new WebSocket(`${http.replace('http', 'ws')}/v1/spans`), traceId = newTraceId(), spanId = newSpanId(), began = BigInt(Date.now()) * 1_000_000n;
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('no connection')));
    });
    const attributes = { 'spanscope.source.file': file.fsPath, 'spanscope.source.line': 4, 'spanscope.source.function': 'search_docs' };
    socket.send(JSON.stringify({ type: 'start', span: { traceId, spanId, name: 'search', startTimeUnixNano: String(began), attributes } }));
    assert.deepEqual(await soon(lenses, (found) => found.length > 0), [{ line: 2, title: '1 span' }, { line: 2, title: '$(loading~spin) 1 running' }]);
    socket.send(JSON.stringify({ type: 'end', traceId, spanId, endTimeUnixNano: String(began + 2_000_000_000n) }));
    assert.deepEqual(await soon(lenses, (found) => found.length === 1), [{ line: 2, title: '1 span, last 2.00 s' }]);
    socket.close();
  });

  it('follows what is written since, and says which code has changed', async () => {
    await run();
    await soon(lenses, (found) => found.length === 2);
    const moved = new vscode.WorkspaceEdit();
    moved.insert(file, new vscode.Position(0, 0), '# one\n# two\n');
    await vscode.workspace.applyEdit(moved);
    assert.deepEqual((await lenses()).map(({ line }) => line), [4, 8]);
    const changed = new vscode.WorkspaceEdit();
    changed.insert(file, new vscode.Position(6, 8), 'x = 1; ');
    await vscode.workspace.applyEdit(changed);
    const shown = await soon(lenses, (found) => found.some(({ title }) => title.includes('older')));
    assert.deepEqual(shown, [{ line: 4, title: '1 span, last 1.00 s, older code' }, { line: 8, title: '1 span, last 1.00 s' }]);
  });

  it('says that a file was written after the run', async () => {
    await run(undefined, 3_600_000);
    const shown = await soon(lenses, (found) => found.length > 0);
    assert.deepEqual(shown.map(({ title }) => title), ['1 span, last 1.00 s, older code', '1 span, last 1.00 s, older code']);
  });

  it('tells where it is pointed at what went in and came out, and links with numbers of its own alone', async () => {
    await run();
    await soon(lenses, (found) => found.length === 2);
    const [said, links, ...others] = await hovers(3);
    assert.ok(said !== undefined && links !== undefined && others.length === 0, JSON.stringify(others));
    assert.match(said.value, /search\\_docs/);
    assert.match(said.value, /found nothing/);
    assert.ok(!said.value.includes('**bold**') && !said.value.includes('](command'), said.value);
    assert.notEqual(said.isTrusted, true);
    const [command] = /command:[^)]+/.exec(links.value) ?? [];
    assert.match(links.value, /^Open span: \[1\]\(command:spanscope\.code\.openSpan\?%5B\d+%5D\)$/);
    const { path, query } = vscode.Uri.parse(command ?? '');
    await vscode.commands.executeCommand(path, ...JSON.parse(query) as unknown[]);
    await soon(() => vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputWebview), (tabs) => tabs.length > 0);
  });

  it('finds spans that record no line by what the code calls them, as it is written now', async () => {
    await send(http, [span({ name: 'search' }), span({ name: 'search', status: { code: 2 } }), span({ name: 'read the mail' })]);
    assert.deepEqual(await soon(lenses, (found) => found.length === 2), [{ line: 2, title: '2 spans, last 1.00 s, p95 1.00 s, by name' }, { line: 2, title: '$(error) 1 error' }]);
    const [said] = await hovers(3);
    assert.match(said?.value ?? '', /found by the name of the spans/);
    const moved = new vscode.WorkspaceEdit();
    moved.insert(file, new vscode.Position(0, 0), '# one\n');
    await vscode.workspace.applyEdit(moved);
    assert.deepEqual((await soon(lenses, ([first]) => first?.line === 3))[0]?.line, 3);
  });

  it('finds them again when the folder is gone in which another file called them the same', async () => {
    const other = vscode.Uri.joinPath(file, '..', '..', 'copied');
    await send(http, [span({ name: 'search' })]);
    await soon(lenses, (found) => found.length === 1);
    const sendUntil = async (isShown: boolean): Promise<unknown> => soon(async () => {
      await send(http, [span({ name: 'search' })]);
      return lenses();
    }, (found) => found.length > 0 === isShown);
    await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(other, 'agent.py'), new TextEncoder().encode(program));
    await sendUntil(false);
    await vscode.workspace.fs.delete(other, { recursive: true });
    await sendUntil(true);
  });

  it('counts spans of a file while it is open, and says so', async () => {
    await run();
    await soon(lenses, (found) => found.length === 2);
    const [{ traceId } = { traceId: '' }] = await api.listTraces();
    const saved = new TextDecoder().decode(await api.exportTrace(traceId, 'otlp-json'));
    const copy = vscode.Uri.joinPath(file, '..', 'saved.otlp.json');
    await vscode.workspace.fs.writeFile(copy, new TextEncoder().encode(saved.replaceAll(traceId, newTraceId())));
    await api.clear();
    await soon(lenses, (found) => found.length === 0);
    await vscode.commands.executeCommand('vscode.openWith', copy, 'spanscope.traceFile', vscode.ViewColumn.Beside);
    assert.deepEqual((await soon(lenses, (found) => found.length === 2)).map(({ title }) => title), ['1 span, last 1.00 s, from saved.otlp.json', '1 span, last 1.00 s, from saved.otlp.json']);
    const [said] = await hovers(3);
    assert.match(said?.value ?? '', /from saved\\\.otlp\\\.json/);
    await vscode.window.tabGroups.close(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).filter(({ input }) => input instanceof vscode.TabInputCustom));
    await soon(lenses, (found) => found.length === 0);
  });

  it('lists what failed among the problems until the next run, when that is wanted', async () => {
    const problems = (): vscode.Diagnostic[] => vscode.languages.getDiagnostics(file).filter(({ source }) => source === 'Spanscope');
    await run('no luck');
    await soon(lenses, (found) => found.length === 4);
    assert.deepEqual(problems(), []);
    await settings().update('problems', true, vscode.ConfigurationTarget.Global);
    const [problem, ...others] = await soon(problems, (found) => found.length > 0);
    assert.ok(problem !== undefined && others.length === 0);
    assert.equal(problem.message, 'no luck\nSpan: plan › search_docs');
    assert.deepEqual([problem.range.start.line, problem.range.start.character], [3, 4]);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>('vscode.executeCodeActionProvider', file, problem.range);
    const [open] = actions.filter(({ title }) => title === 'Open Span');
    assert.equal(open?.command?.command, 'spanscope.code.openSpan');
    await run();
    assert.deepEqual(await soon(problems, (found) => found.length === 0), []);
    await run('again');
    await soon(problems, (found) => found.length === 1);
    await api.clear();
    await soon(problems, (found) => found.length === 0);
    assert.deepEqual(await soon(lenses, (found) => found.length === 0), []);
  });
});
