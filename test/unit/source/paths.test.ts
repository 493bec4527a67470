import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefusedPath, commonEnding, isNative, joinPaths, parsePath, pathText, segmentsBelow } from '../../../src/source/paths.ts';
import type { RecordedPath } from '../../../src/source/paths.ts';
import { refusedForms } from './support/refusedForms.ts';

function parsed(text: string): RecordedPath {
  const path = parsePath(text);
  if (path instanceof RefusedPath) throw new Error(path.reason);
  return path;
}

describe('a recorded path', () => {
  it.each([
    ['/app/agent/run.py', '/', ['app', 'agent', 'run.py']], ['agent/run.py', '', ['agent', 'run.py']], ['./agent//run.py', '', ['agent', 'run.py']],
    ['C:\\Users\\me\\run.py', 'c:/', ['Users', 'me', 'run.py']], ['c:/Users/me/run.py', 'c:/', ['Users', 'me', 'run.py']], ['C:\\\\Users\\\\me', 'c:/', ['Users', 'me']],
    ['agent\\run.py', '', ['agent', 'run.py']], ['file:///app/a%20b.py', '/', ['app', 'a b.py']], ['file:/app/x.py', '/', ['app', 'x.py']], ['file:///C:/x/y.py', 'c:/', ['x', 'y.py']],
    ['FILE:///app/x.py?query#part', '/', ['app', 'x.py']], ['/app/../lib/x.py', '/', ['lib', 'x.py']], ['../x.py', '', ['..', 'x.py']], ['/../../x.py', '/', ['x.py']], ['a/../../x.py', '', ['..', 'x.py']],
    ['/home/Grüße/日本.py', '/', ['home', 'Grüße', '日本.py']], ['/app/console.py', '/', ['app', 'console.py']], ['/app/nullable.ts', '/', ['app', 'nullable.ts']], ['/home/dev/x.py', '/', ['home', 'dev', 'x.py']],
  ])('%s is taken apart', (text, root, segments) => {
    expect(parsed(text)).toEqual({ root, segments });
  });

  it.each(refusedForms.map((form) => [form.slice(0, 40), form]))('%j is refused by its text alone', (_shown, form) => {
    expect(parsePath(form)).toBeInstanceOf(RefusedPath);
  });

  it('never has a segment that means something to a file system', () => {
    assert(property(string({ unit: 'binary', maxLength: 60 }), (text) => {
      const path = parsePath(text);
      if (path instanceof RefusedPath) return;
      for (const segment of path.segments) expect(/[\\/:\0]/.test(segment) || segment === '.' || (segment === '..' && path.root !== '')).toBe(false);
      expect(pathText({ root: '/', segments: path.segments }, 'posix')).not.toMatch(/^\/\//);
    }), { numRuns: 1000 });
  });
});

describe('paths', () => {
  it('are joined, compared and written as the machine does', () => {
    const folder = parsed('/app/agent');
    expect(pathText(joinPaths(folder, parsed('../lib/x.py')), 'posix')).toBe('/app/lib/x.py');
    expect(pathText(joinPaths(folder, parsed('../../../../x.py')), 'posix')).toBe('/x.py');
    expect(pathText(joinPaths(folder, parsed('/y.py')), 'posix')).toBe('/y.py');
    expect(pathText(parsed('C:/Users/x.py'), 'windows')).toBe('c:\\Users\\x.py');
    expect([isNative(folder, 'posix'), isNative(folder, 'windows'), isNative(parsed('c:/x'), 'windows'), isNative(parsed('c:/x'), 'posix')]).toEqual([true, false, true, false]);
  });

  it('are below a folder by whole segments, and by letters of either case on Windows', () => {
    expect(segmentsBelow(parsed('/app'), parsed('/app/x/y.py'))).toEqual(['x', 'y.py']);
    expect(segmentsBelow(parsed('/app'), parsed('/application/y.py'))).toBeUndefined();
    expect(segmentsBelow(parsed('/App'), parsed('/app/y.py'))).toBeUndefined();
    expect(segmentsBelow(parsed('C:\\App'), parsed('c:/app/y.py'))).toEqual(['y.py']);
  });

  it('are alike by how many segments at their ends are the same', () => {
    expect(commonEnding(['a', 'b', 'c'], ['x', 'b', 'c'])).toBe(2);
    expect(commonEnding(['c'], ['b', 'c'])).toBe(1);
    expect(commonEnding([], ['c'])).toBe(0);
  });
});
