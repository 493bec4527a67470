import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parsePath } from '../../../src/source/paths.ts';
import type { RecordedPath } from '../../../src/source/paths.ts';
import { WorkspaceIndex } from '../../../src/source/workspaceIndex.ts';
import { makeWorkspace, removeWorkspaces } from './support/workspace.ts';

afterEach(removeWorkspaces);

const ending = (text: string): RecordedPath => parsePath(text) as RecordedPath;

describe('the index of a workspace', () => {
  it('finds what its files say, and only files of languages that it knows', async () => {
    const { context: { index }, at } = await makeWorkspace({ 'agent/run.py': 'def main():\n    with trace_span("fetch"):\n', 'src/run.ts': "startSpan('fetch')", 'notes.md': 'startSpan("fetch")' });
    expect(index.fileCount).toBe(2);
    expect(index.find('spanName', 'fetch')).toMatchObject([{ path: at('agent/run.py'), line: 2 }, { path: at('src/run.ts'), line: 1 }]);
    expect(index.find('function', 'main')).toMatchObject([{ path: at('agent/run.py'), line: 1, column: 5 }]);
    expect(index.find('function', 'constructor')).toEqual([]);
    expect(index.mentionsIn(at('src/run.ts'))).toHaveLength(1);
  });

  it('follows files that change, come and go', async () => {
    const { context: { index }, at } = await makeWorkspace({ 'a.py': 'trace_span("one")' });
    writeFileSync(at('a.py'), '\ntrace_span("two")');
    writeFileSync(at('b.py'), 'trace_span("three")');
    await Promise.all([index.update(at('a.py')), index.update(at('b.py')), index.update(at('c.md'))]);
    expect([index.find('spanName', 'one'), index.find('spanName', 'two'), index.find('spanName', 'three')].map((found) => found.map(({ line }) => line))).toEqual([[], [2], [1]]);
    rmSync(at('a.py'));
    await index.update(at('a.py'));
    expect([index.fileCount, index.find('spanName', 'two'), index.endingLike(ending('/x/a.py')).paths]).toEqual([1, [], []]);
    rmSync(at('b.py'));
    await index.build();
    expect([index.fileCount, index.find('spanName', 'three')]).toEqual([0, []]);
  });

  it('forgets the files of a folder that is gone, and of no other one', async () => {
    const { context: { index }, at } = await makeWorkspace({ 'a/one.py': 'trace_span("x")', 'a/deep/two.py': 'trace_span("x")', 'ab/three.py': 'trace_span("x")' });
    await index.forgetFolder(at('a'));
    expect(index.find('spanName', 'x').map(({ path }) => path)).toEqual([at('ab/three.py')]);
    await index.forgetFolder(at('ab/three.py'));
    expect(index.fileCount).toBe(1);
  });

  it('prefers the longest begin of a name that is made at run time', async () => {
    const { context: { index } } = await makeWorkspace({ 'a.py': 'trace_span(f"tool:{n}")\ntrace_span(f"tool:read_{n}")\ntrace_span(f"other{n}")' });
    expect(index.find('pattern', 'tool:read_file').map(({ line }) => line)).toEqual([2]);
    expect(index.find('pattern', 'tool:search').map(({ line }) => line)).toEqual([1]);
    expect(index.find('pattern', 'to')).toEqual([]);
  });

  it('knows the files whose paths end most like another', async () => {
    const { context: { index }, at } = await makeWorkspace({ 'a/src/run.py': '', 'b/src/run.py': '', 'b/run.py': '' });
    expect(index.endingLike(ending('/app/a/src/run.py'))).toEqual({ paths: [at('a/src/run.py')], common: 3 });
    expect(index.endingLike(ending('C:\\x\\src\\run.py'))).toEqual({ paths: [at('a/src/run.py'), at('b/src/run.py')], common: 2 });
    expect(index.endingLike(ending('/none.py'))).toEqual({ paths: [], common: 0 });
  });

  it('gives way to others while it reads, and stops when told to', async () => {
    const texts = new Map(Array.from({ length: 300 }, (_, i) => [`/w/${i}.py`, 'def f(): pass\n'.repeat(1000)]));
    const index = new WorkspaceIndex({
      listFiles: () => Promise.resolve([...texts.keys()]), readText: (path) => Promise.resolve(texts.get(path)), realPath: (path) => Promise.resolve({ path, isFile: true }),
    });
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    await index.build();
    clearInterval(counting);
    expect(turns).toBeGreaterThan(1);
    expect(index.fileCount).toBe(300);
    await expect(index.build(AbortSignal.abort())).rejects.toThrow();
    await index.update('/w/1.py');
    expect(index.fileCount).toBe(300);
  });
});
