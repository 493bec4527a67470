import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeOptionsWith, pythonPathWith, resourceAttributesWith } from '../../../src/debug/pathVariables.ts';

const hook = '/ext/dist/hook/node/hook.cjs', folder = '/ext/dist/hook/python';

describe('NODE_OPTIONS', () => {
  it.each([
    ['', '--require /ext/dist/hook/node/hook.cjs'],
    ['--inspect', '--inspect --require /ext/dist/hook/node/hook.cjs'],
    ['--require "/my loader.js" -r ./b.js', '--require "/my loader.js" -r ./b.js --require /ext/dist/hook/node/hook.cjs'],
    [String.raw`--title="a \" b"`, String.raw`--title="a \" b" --require /ext/dist/hook/node/hook.cjs`],
    ['--require /ext/dist/hook/node/hook.cjs --inspect', '--inspect --require /ext/dist/hook/node/hook.cjs'],
    ['-r "/Old Versions/dist/hook/node/hook.cjs"', '--require /ext/dist/hook/node/hook.cjs'],
    ['--require=/old/dist/hook/node/hook.cjs --inspect', '--inspect --require /ext/dist/hook/node/hook.cjs'],
  ])('of %j load the hook once', (existing, result) => {
    expect(nodeOptionsWith(existing, hook)).toBe(result);
  });

  it('quote a path with spaces, with slashes on every system', () => {
    expect(nodeOptionsWith('', String.raw`C:\Users\Ann Lee\dist\hook\node\hook.cjs`)).toBe('--require "C:/Users/Ann Lee/dist/hook/node/hook.cjs"');
  });

  it('stay the same when they are made again', () => {
    fc.assert(fc.property(fc.array(fc.stringMatching(/^--[a-z-]+(="([a-z ]|\\[a-z"\\])*")?$/)), (options) => {
      const once = nodeOptionsWith(options.join(' '), hook);
      expect(nodeOptionsWith(once, hook)).toBe(once);
    }));
  });
});

describe('PYTHONPATH', () => {
  it.each([
    ['', ':', folder],
    ['/lib', ':', `${folder}:/lib`],
    [`/lib:${folder}:/more`, ':', `${folder}:/lib:/more`],
    ['/other version/dist/hook/python/:/lib', ':', `${folder}:/lib`],
    [String.raw`C:\lib;C:\x\dist\hook\python`, ';', String.raw`/ext/dist/hook/python;C:\lib`],
    // An empty entry is the current folder, which the user may want.
    ['/lib:', ':', `${folder}:/lib:`],
  ])('of %j has the hook first, once', (existing, delimiter, result) => {
    expect(pythonPathWith(existing, folder, delimiter)).toBe(result);
  });
});

describe('OTEL_RESOURCE_ATTRIBUTES', () => {
  it('encode what would end a value', () => {
    expect(resourceAttributesWith('', new Map([['spanscope.session.name', 'a=b,c "d" 100% (ü)']]))).toBe('spanscope.session.name=a%3Db%2Cc%20%22d%22%20100%25%20%28%C3%BC%29');
  });

  it('replace those of an earlier run and keep the rest', () => {
    const existing = ' a=1 ,spanscope.session.id=old, b = 2 ,';
    expect(resourceAttributesWith(existing, new Map([['spanscope.session.id', 'new']]))).toBe('a=1,b = 2,spanscope.session.id=new');
  });

  it('hold no quote, because some debuggers put them into one', () => {
    expect(resourceAttributesWith("team=o'hara", new Map([['k', "it's"]]))).toBe('team=o%27hara,k=it%27s');
  });

  it('never exceed what SDKs take, and can always be decoded', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (name) => {
      const value = resourceAttributesWith('', new Map([['k', name]])).slice(2);
      expect(value.length).toBeLessThanOrEqual(255);
      expect(name.toWellFormed().startsWith(decodeURIComponent(value))).toBe(true);
      expect(value).toMatch(/^[\w.~%-]*$/);
    }));
  });
});
