import { buildSync, transformSync } from 'esbuild';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SpanRecord } from '../../../src/model/records.ts';
import type { FileAccess } from '../../../src/source/fileAccess.ts';
import type { SymbolFinder } from '../../../src/source/names.ts';
import { mappingsOf, mappingsOfLaunch } from '../../../src/source/pathMappings.ts';
import { resolveFrames, resolvePlace, resolveSource } from '../../../src/source/resolve.ts';
import type { SourceContext } from '../../../src/source/resolve.ts';
import { SourceMaps } from '../../../src/source/sourceMaps.ts';
import { WorkspaceIndex } from '../../../src/source/workspaceIndex.ts';
import { refusedForms } from './support/refusedForms.ts';
import { makeWorkspace, removeWorkspaces, spanWith } from './support/workspace.ts';
import type { Workspace } from './support/workspace.ts';

afterEach(removeWorkspaces);

const pythonAgent = `import x

@tool
def search(query):
    with trace_span("search files"):
        return find(query)

class Agent:
    def run(self, task):
        with tracer.start_as_current_span(f"iteration_{i}"):
            pass

planner = Agent(name="Planner")
`;

/** Candidates as `file:line how`. */
async function found(workspace: Workspace, parts: Partial<SpanRecord>, context: Partial<SourceContext> = {}): Promise<string[]> {
  const { candidates } = await resolveSource(spanWith(parts), { ...workspace.context, ...context });
  return candidates.map(({ path: file, line, origin }) => `${path.relative(workspace.folder, file)}:${line ?? ''} ${origin}`);
}

const python = (): Promise<Workspace> => makeWorkspace({ 'agent/run.py': pythonAgent });
const at = (file: string, line: unknown): Partial<SpanRecord> => ({ attributes: { 'code.file.path': file, 'code.line.number': line } });

describe('a place that a span records', () => {
  it('is found by the attributes of today and of before', async () => {
    const workspace = await python();
    const file = workspace.at('agent/run.py');
    const { candidates } = await resolveSource(spanWith({ attributes: { 'code.file.path': file, 'code.line.number': 5, 'code.column.number': '3', 'code.function.name': 'search' } }), workspace.context);
    expect(candidates).toEqual([{ path: file, realPath: file, line: 5, column: 3, functionName: 'search', origin: 'recorded in code.file.path', isInWorkspace: true, rank: 0 }]);
    expect(await found(workspace, { attributes: { 'code.filepath': file, 'code.lineno': '5', 'code.function': 'search' } })).toEqual(['agent/run.py:5 recorded in code.filepath']);
  });

  it('is best where a hook in the program saw it, with the path mappings of all others', async () => {
    const workspace = await python();
    const seen = { 'spanscope.source.file': workspace.at('agent/run.py'), 'spanscope.source.line': 9, 'spanscope.source.function': 'Agent.run' };
    expect(await found(workspace, { attributes: { ...at(workspace.at('agent/run.py'), 5).attributes, ...seen } })).toEqual(['agent/run.py:9 recorded where the span was made']);
    const elsewhere = { ...seen, 'spanscope.source.file': '/app/agent/run.py' };
    expect(await found(workspace, { attributes: elsewhere })).toEqual([expect.stringMatching(/^agent\/run\.py:9 recorded where the span was made, as the file/)]);
  });

  it('is found without its span too, unless it is refused', async () => {
    const workspace = await python();
    const lines = async (file: string, folders: readonly string[] = []): Promise<unknown[]> => (await resolvePlace({ path: file, line: 5, origin: '' }, folders, workspace.context)).map(({ path: found, line }) => [path.relative(workspace.folder, found), line]);
    expect(await lines(workspace.at('agent/run.py'))).toEqual([['agent/run.py', 5]]);
    expect(await lines('run.py', [workspace.at('agent')])).toEqual([['agent/run.py', 5]]);
    expect(await lines('//server/share/run.py')).toEqual([]);
  });

  it('names no function that has no name', async () => {
    const workspace = await python();
    for (const name of ['<anonymous>', 'Object.<anonymous>']) {
      const { candidates } = await resolveSource(spanWith({ attributes: { 'code.file.path': workspace.at('agent/run.py'), 'code.line.number': 5, 'code.function.name': name } }), workspace.context);
      expect(candidates[0]).not.toHaveProperty('functionName');
    }
  });

  it.each([
    ['absolute', (w: Workspace) => w.at('agent/run.py'), ''],
    ['a file address', (w: Workspace) => `file://${w.at('agent/run.py')}`, ''],
    ['relative to the workspace', () => 'agent/run.py', ', in the workspace folder'],
    ['relative with backslashes', () => '.\\agent\\run.py', ', in the workspace folder'],
    ['of a container', () => '/srv/app/agent/run.py', ', as the file of the workspace whose path ends most like it'],
    ['of Windows', () => 'C:\\build\\agent\\run.py', ', as the file of the workspace whose path ends most like it'],
    ['of another folder', () => 'somewhere/run.py', ', as the file of the workspace whose path ends most like it'],
  ])('is found when it is %s', async (_what, recorded, how) => {
    const workspace = await python();
    expect(await found(workspace, at(recorded(workspace), 5))).toEqual([`agent/run.py:5 recorded in code.file.path${how}`]);
  });

  it('is relative to the folder that the program ran in', async () => {
    const workspace = await makeWorkspace({ 'a/run.py': '', 'b/run.py': '' });
    expect(await found(workspace, { attributes: { 'code.file.path': 'run.py' }, resource: { 'process.working_directory': workspace.at('b') } }))
      .toEqual(['b/run.py: recorded in code.file.path, in the folder that the program ran in']);
    expect(await found(workspace, { attributes: { 'code.file.path': './run.py' }, resource: { 'process.working_directory': '//server/share' } })).toHaveLength(2);
  });

  it('is found through a mapping of the setting or of launch.json', async () => {
    const workspace = await makeWorkspace({ 'backend/run.py': '', 'run.py': '' });
    const mappings = [...mappingsOf([{ remoteRoot: '/app', localRoot: '${workspaceFolder}/backend' }, { remoteRoot: 1 }, null, 'x']), ...mappingsOfLaunch([
      { type: 'debugpy', pathMappings: [{ remoteRoot: 'C:\\build', localRoot: '${workspaceFolder}' }] }, { type: 'node', remoteRoot: '/node', localRoot: '${workspaceFolder}/backend' },
      { type: 'php', pathMappings: { '/php': '${workspaceFolder}' } }, { type: 'go', substitutePath: [{ from: '${workspaceFolder}', to: '/go' }] }, null, 1,
    ])];
    const paths = ['/app/run.py', 'c:\\BUILD\\run.py', '/node/run.py', '/php/run.py', '/go/run.py', '/app/../app/run.py'];
    const results = await Promise.all(paths.map((recorded) => found(workspace, at(recorded, 1), { mappings })));
    expect(results.map(([first]) => first?.split(' ')[0])).toEqual(['backend/run.py:1', 'run.py:1', 'backend/run.py:1', 'run.py:1', 'run.py:1', 'backend/run.py:1']);
    expect(results.every(([first]) => first?.endsWith('through a path mapping'))).toBe(true);
  });

  it('maps a relative path from the folder that the program ran in', async () => {
    const workspace = await makeWorkspace({ 'backend/run.py': '', 'other/run.py': '' });
    const mappings = [{ remoteRoot: '/app', localRoot: workspace.at('backend') }];
    expect(await found(workspace, { attributes: { 'code.file.path': 'run.py' }, resource: { 'process.working_directory': '/app' } }, { mappings })).toEqual(['backend/run.py: recorded in code.file.path, through a path mapping']);
  });

  it('is found by the end of its path where the index does not know the file yet', async () => {
    const workspace = await makeWorkspace({ 'agent/run.py': '' });
    const context = { index: new WorkspaceIndex(workspace.files) };
    for (const recorded of ['/app/agent/run.py', 'D:\\build\\x\\agent\\run.py', '../../agent/run.py']) {
      expect(await found(workspace, at(recorded, 2), context), recorded).toEqual(['agent/run.py:2 recorded in code.file.path, as the file of the workspace whose path ends most like it']);
    }
    workspace.files.asked.length = 0;
    expect(await found(workspace, at('../x/../../outside/secret.py', 2), context)).toEqual([]);
    expect(workspace.files.asked.filter((file) => file.includes('..'))).toEqual([]);
  });

  it('that may be several files gives all of them, equally good', async () => {
    const workspace = await makeWorkspace({ 'a/src/run.py': '', 'b/src/run.py': '' });
    const { candidates } = await resolveSource(spanWith(at('/app/src/run.py', 1)), workspace.context);
    expect(candidates.map(({ rank }) => rank)).toEqual([0, 0]);
    expect(await found(workspace, at('/app/lib/run.py', 1))).toEqual([]);
  });

  it.each([-1, 0, 10 ** 18, '1000000000000000000', 'x', 1.5, null, {}, Number.NaN])('with line %s keeps the file alone', async (line) => {
    expect(await found(await python(), at('agent/run.py', line))).toEqual(['agent/run.py: recorded in code.file.path, in the workspace folder']);
  });

  it('without a line is the function that it names', async () => {
    expect(await found(await python(), { attributes: { 'code.file.path': 'agent/run.py', 'code.function.name': 'Agent.run' } })).toEqual(['agent/run.py:9 recorded in code.file.path, in the workspace folder']);
  });

  it('outside the workspace says so, also through a link inside', async () => {
    const workspace = await makeWorkspace({ '../lib/other.py': '', 'link.py': '-> ../lib/other.py', 'inner.py': '-> agent/run.py', 'agent/run.py': '' });
    const isInside = async (recorded: string): Promise<unknown> => (await resolveSource(spanWith(at(recorded, 1)), workspace.context)).candidates.map(({ isInWorkspace, realPath }) => [isInWorkspace, path.relative(workspace.outside, realPath)]);
    expect(await isInside(path.join(workspace.outside, 'lib/other.py'))).toEqual([[false, 'lib/other.py']]);
    expect(await isInside('link.py')).toEqual([[false, 'lib/other.py']]);
    expect(await isInside('../lib/other.py')).toEqual([[false, 'lib/other.py']]);
    expect(await isInside('inner.py')).toEqual([[true, 'workspace/agent/run.py']]);
  });

  it('that is a folder or is not there gives none, and says why', async () => {
    const workspace = await python();
    expect(await found(workspace, at(workspace.at('agent'), 1))).toEqual([]);
    const { whyNone, isMappable } = await resolveSource(spanWith(at('/app/none.py', 1)), workspace.context);
    expect(isMappable).toBe(true);
    expect(whyNone).toBe('/app/none.py (recorded in code.file.path) was not found in this workspace. If its folder lies elsewhere here, map it with the setting spanscope.source.pathMappings.');
  });

  it.each(refusedForms.filter((form) => form !== '').map((form) => [form.slice(0, 40), form]))('of the form %j touches no file', async (_shown, form) => {
    const workspace = await makeWorkspace({ 'x.py': '', 'NUL.txt': '', 'x.js': '' });
    const attributes = { 'code.file.path': form, 'code.line.number': 1 };
    const events = [{ name: 'exception', timeUnixNano: '1', attributes: { 'exception.stacktrace': `  File "${form}", line 1, in f\n    at f (${form}:1:1)` } }];
    const { candidates, whyNone, isMappable } = await resolveSource(spanWith({ name: '', attributes, events }), workspace.context);
    expect(isMappable).toBeUndefined();
    await resolveFrames(spanWith({ name: '', events }), workspace.context);
    await resolveSource(spanWith({ name: '', attributes: { 'code.file.path': 'missing/q.py' }, resource: { 'process.working_directory': form } }), { ...workspace.context, folders: [] });
    expect(candidates).toEqual([]);
    expect(whyNone).toMatch(/^The span's code is not opened: the recorded path /);
    expect(workspace.files.asked).toEqual([]);
  });
});

describe('on Windows', () => {
  const texts = new Map([['c:\\work\\agent\\run.py', 'def run():\n  pass'], ['c:\\work\\agent\\other.py', ''], ['c:\\lib\\os.py', '']]);
  const files: FileAccess = {
    listFiles: () => Promise.resolve(['c:\\work\\agent\\run.py', 'c:\\work\\agent\\other.py']),
    readText: (file) => Promise.resolve(texts.get(file.toLowerCase())),
    realPath: (file) => Promise.resolve(texts.has(file.toLowerCase()) || file.toLowerCase() === 'c:\\work' ? { path: file.toLowerCase().replace('c:', 'C:'), isFile: texts.has(file.toLowerCase()) } : undefined),
  };

  it.each([
    ['C:\\work\\agent\\run.py', true], ['c:/Work/agent/run.py', true], ['file:///C:/work/agent/run.py', true], ['agent\\run.py', true], ['/app/agent/run.py', true], ['C:\\lib\\os.py', false],
  ])('%s is found', async (recorded, isInside) => {
    const index = new WorkspaceIndex(files);
    await index.build();
    const context: SourceContext = { files, index, maps: new SourceMaps(files, 'windows'), platform: 'windows', folders: ['C:\\Work'], mappings: [] };
    const { candidates } = await resolveSource(spanWith(at(recorded, 2)), context);
    expect(candidates.map(({ realPath, isInWorkspace }) => [realPath, isInWorkspace])).toEqual([[isInside ? 'C:\\work\\agent\\run.py' : 'C:\\lib\\os.py', isInside]]);
  });
});

describe('a stack that a span records', () => {
  const traceback = 'Traceback (most recent call last):\n  File "agent/run.py", line 9, in run\n  File "agent/run.py", line 5, in search\n  File "/usr/lib/nowhere/os.py", line 3, in open\nValueError: x';

  it('leads to its innermost frame in the workspace', async () => {
    const workspace = await python();
    expect(await found(workspace, { attributes: { 'code.stacktrace': traceback } })).toEqual(['agent/run.py:5 a stack frame in code.stacktrace, in the workspace folder']);
    const events = [{ name: 'exception', timeUnixNano: '1', attributes: { 'exception.stacktrace': traceback } }];
    expect(await found(workspace, { name: 'nothing', events })).toEqual(['agent/run.py:5 a stack frame in exception.stacktrace of an exception, in the workspace folder']);
    expect(await found(workspace, { name: 'search files', events })).toEqual(['agent/run.py:5 the name of the span at a call that makes spans']);
  });

  it('has a link for each frame with a file here', async () => {
    const workspace = await python();
    const events = [{ name: 'other', timeUnixNano: '1', attributes: {} }, { name: 'exception', timeUnixNano: '2', attributes: { 'exception.stacktrace': traceback } }];
    const frames = await resolveFrames(spanWith({ events }), workspace.context);
    expect(frames.map(({ event, textLine, candidate: { line, functionName } }) => [event, textLine, line, functionName])).toEqual([[1, 1, 9, 'run'], [1, 2, 5, 'search']]);
  });

  it('of Java leads to the file of its class', async () => {
    const workspace = await makeWorkspace({ 'src/main/java/com/example/Tools.java': '', 'src/test/java/com/other/Tools.java': '' });
    expect(await found(workspace, { name: '', attributes: { 'exception.stacktrace': 'java.lang.X\n\tat com.example.Tools.search(Tools.java:33)' } }))
      .toEqual(['src/main/java/com/example/Tools.java:33 a stack frame in exception.stacktrace, as the file of the workspace whose path ends most like it']);
  });
});

describe('a span without a place', () => {
  it.each([
    ['its name at a call', { name: 'search files' }, ['agent/run.py:5 the name of the span at a call that makes spans']],
    ['the begin of its name', { name: 'iteration_3' }, ['agent/run.py:10 the name of the span at a call that makes spans, which begins like it']],
    ['its tool', { name: 'x', agent: { role: 'tool', toolName: 'search', sources: { toolName: 'gen_ai.tool.name' } } }, ['agent/run.py:4 the tool named in gen_ai.tool.name']],
    ['its agent', { name: 'x', agent: { role: 'agent', agentName: 'Planner', sources: { agentName: 'gen_ai.agent.name' } } }, ['agent/run.py:13 the agent named in gen_ai.agent.name']],
    ['the function with its name', { name: 'search' }, ['agent/run.py:4 a function with the name of the span']],
    ['the method with its name', { name: 'Agent.run' }, ['agent/run.py:9 a function with the name of the span']],
    ['function.name', { name: 'x', attributes: { 'function.name': 'Agent.run', 'function.module': 'agent.run' } }, ['agent/run.py:9 the function named in function.name']],
    ['code.namespace', { name: 'x', attributes: { 'code.function': 'run', 'code.namespace': 'agent.run.Agent' } }, ['agent/run.py:9 the function named in code.function']],
  ] as const)('is found by %s', async (_what, parts, expected) => {
    expect(await found(await python(), parts as Partial<SpanRecord>)).toEqual(expected);
  });

  it('is found by the module of its function among others of that name', async () => {
    const workspace = await makeWorkspace({ 'tools/files.py': 'def run():\n  pass', 'tools/web.py': 'def run():\n  pass', 'main.py': 'def run():\n  pass' });
    expect(await found(workspace, { name: 'x', attributes: { 'function.name': 'run', 'function.module': 'tools.web' } })).toEqual(['tools/web.py:1 the function named in function.name']);
    expect(await found(workspace, { name: 'run' })).toHaveLength(3);
  });

  it('prefers the call with its name to a function of that name, and gives both', async () => {
    const workspace = await makeWorkspace({ 'a.ts': 'function plan() {}\nstartSpan("plan")' });
    expect(await found(workspace, { name: 'plan' })).toEqual(['a.ts:2 the name of the span at a call that makes spans', 'a.ts:1 a function with the name of the span']);
  });

  it('asks the editor for functions that the index does not know', async () => {
    const workspace = await makeWorkspace({ 'run.rb': 'def plan' });
    const symbols: SymbolFinder = {
      named: (name) => Promise.resolve(name === 'plan' ? [{ path: workspace.at('run.rb'), line: 1, column: 5 }] : []),
      namedIn: () => Promise.resolve([]),
    };
    expect(await found(workspace, { name: 'plan' }, { symbols })).toEqual(['run.rb:1 a function with the name of the span']);
  });

  it('asks the editor about the file that is recorded without a line, or named before the function', async () => {
    const workspace = await makeWorkspace({ 'src/planner.ts': 'class Planner {\n  prepare(\n    task: string,\n  ) {}\n}\n', 'run.rb': 'def go\nend\ndef stop\nend\n' });
    const asked: string[] = [];
    const symbols: SymbolFinder = {
      named: () => Promise.resolve([]),
      namedIn: (path, name) => {
        asked.push(`${path.slice(workspace.at('').length).replace(/^\//, '')} ${name}`);
        return Promise.resolve(name === 'prepare' || name === 'stop' ? [{ path, line: name === 'stop' ? 3 : 2, column: 3 }] : []);
      },
    };
    const recorded = { 'code.file.path': workspace.at('src/planner.ts'), 'code.function.name': 'Planner.prepare' };
    expect(await found(workspace, { attributes: recorded }, { symbols })).toEqual(['src/planner.ts:2 recorded in code.file.path']);
    expect(await found(workspace, { attributes: { 'code.file.path': workspace.at('run.rb'), 'code.function.name': 'stop' } }, { symbols })).toEqual(['run.rb:3 recorded in code.file.path']);
    expect(await found(workspace, { attributes: { 'function.name': 'prepare', 'function.module': 'planner' } }, { symbols })).toEqual(['src/planner.ts:2 the function named in function.name']);
    expect(asked).toEqual(['src/planner.ts prepare', 'run.rb stop', 'src/planner.ts prepare']);
  });

  it('and without any trace in the workspace says so', async () => {
    const workspace = await python();
    const help = 'F5, the agent kit and code.* attributes record one.';
    expect(await resolveSource(spanWith({ name: 'GET /users' }), workspace.context)).toEqual({ candidates: [], whyNone: `The span records no place in code, and its name was not found in this workspace. ${help}` });
    const agent = { role: 'tool', toolName: 'nothing', sources: {} } as const;
    expect((await resolveSource(spanWith({ name: 'x', agent }), workspace.context)).whyNone).toBe(`The span records no place in code, and neither its name nor its tool was found in this workspace. ${help}`);
  });
});

describe('compiled JavaScript', () => {
  const source = 'interface A { x: number }\n\nexport function fail(a: A): never {\n  throw new Error(String(a.x));\n}\n';
  const compiled = (sourcemap: 'inline' | 'external'): { code: string; map: string } =>
    transformSync(source, { loader: 'ts', sourcemap, sourcefile: '../src/fail.ts', minify: true });

  it('leads to its source through a map in the file, or beside it', async () => {
    const inline = compiled('inline');
    const beside = compiled('external');
    const workspace = await makeWorkspace({ 'src/fail.ts': source, 'dist/inline.js': inline.code, 'dist/beside.mjs': `${beside.code}//# sourceMappingURL=beside%20map.json`, 'dist/beside map.json': beside.map });
    const column = inline.code.indexOf('throw') + 1;
    for (const file of ['dist/inline.js', 'dist/beside.mjs']) {
      const place = { 'code.file.path': workspace.at(file), 'code.line.number': 1, 'code.column.number': column };
      expect(await found(workspace, { attributes: place })).toEqual(['src/fail.ts:4 recorded in code.file.path, through its source map']);
    }
    expect((await found(workspace, at('dist/inline.js', 1)))[0]).toMatch(/^src\/fail\.ts:[0-9]+ /);
  });

  it('of a bundler that knows only its own folder leads to the file of the workspace', async () => {
    const { outputFiles } = buildSync({ stdin: { contents: source, loader: 'ts', sourcefile: 'fail.ts' }, bundle: true, write: false, sourcemap: 'inline', format: 'esm' });
    const map = /base64,([\w+/=]+)/.exec(outputFiles[0]?.text ?? '')?.[1] ?? '';
    const renamed = Buffer.from(Buffer.from(map, 'base64').toString().replace('"fail.ts"', '"webpack://app/./src/fail.ts"')).toString('base64');
    const code = (outputFiles[0]?.text ?? '').replace(map, renamed);
    const workspace = await makeWorkspace({ 'packages/app/src/fail.ts': source, 'dist/out.js': code });
    const line = code.split('\n').findIndex((one) => one.includes('throw')) + 1;
    expect((await found(workspace, at('dist/out.js', line)))[0]).toMatch(/^packages\/app\/src\/fail\.ts:4 /);
  });

  it.each([
    ['no map', 'throw 1'], ['a missing map', 'throw 1\n//# sourceMappingURL=none.map'], ['a broken map', 'throw 1\n//# sourceMappingURL=data:application/json,nonsense'],
    ['broken base64', 'throw 1\n//# sourceMappingURL=data:application/json;base64,%%%'], ['a map elsewhere', 'throw 1\n//# sourceMappingURL=https://evil.example/x.map'],
    ['a map on a server', 'throw 1\n//# sourceMappingURL=//server/share/x.map'], ['a map that names a device', `throw 1\n//# sourceMappingURL=data:application/json,${encodeURIComponent('{"version":3,"sources":["/dev/zero"],"names":[],"mappings":"AAAA"}')}`],
    ['a source that is not there', `throw 1\n//# sourceMappingURL=data:application/json,${encodeURIComponent('{"version":3,"sources":["none.ts"],"names":[],"mappings":"AAAA"}')}`],
    ['a map with hostile numbers', `throw 1\n//# sourceMappingURL=data:application/json,${encodeURIComponent('{"version":3,"sources":[null,{}],"names":[],"mappings":"gggggggggggggggA;;;;A"}')}`],
  ])('with %s leads to itself', async (_what, code) => {
    const workspace = await makeWorkspace({ 'out.js': code });
    expect(await found(workspace, at('out.js', 1))).toEqual(['out.js:1 recorded in code.file.path, in the workspace folder']);
    expect(workspace.files.asked.filter((file) => !file.startsWith(workspace.outside))).toEqual([]);
  });
});
