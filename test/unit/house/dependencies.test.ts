import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, readGraph, sourceFiles } from './importGraph.ts';
import type { ImportGraph } from './importGraph.ts';
import { violations } from './rules.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folders = ['src', 'webview'];

function graphOf(files: Record<string, string>): ImportGraph {
  return new Map(Object.entries(files).map(([file, text]) => [file, importsOf(file, text)]));
}

function brokenRules(files: Record<string, string>): string[] {
  return violations(graphOf(files)).map(({ rule, path: chain }) => `${rule.slice(0, 1)} ${chain.join(' → ')}`);
}

describe('the house', () => {
  it('keeps its dependency rules', () => {
    const broken = violations(readGraph(root, folders));
    expect(broken.map(({ rule, path: chain }) => `${rule}\n  ${chain.join('\n  → ')}`).join('\n')).toBe('');
  });

  it('has no file above 500 lines', () => {
    const long = sourceFiles(root, folders)
      .map((file) => ({ file, lines: readFileSync(path.join(root, file), 'utf8').split('\n').length - 1 }))
      .filter(({ lines }) => lines > 500);
    expect(long).toEqual([]);
  });
});

describe('the rooms of the house', () => {
  const rooms = folders.flatMap((folder) => [
    folder,
    ...readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))),
  ]);

  it('say in at most 15 lines what they are for', () => {
    const long = rooms
      .map((room) => path.join(room, 'README.md'))
      .filter((file) => existsSync(path.join(root, file)) && readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n').length > 15);
    expect(long).toEqual([]);
  });

  it('each have such a README on the first floor', () => {
    const silent = rooms.filter((room) => room.split(path.sep).length === 2 && !existsSync(path.join(root, room, 'README.md')));
    expect(silent).toEqual([]);
  });
});

describe('the dependency rules', () => {
  it('see imports of every spelling and none in comments', () => {
    const text = `
      import a from 'a';
      import type { B } from './b.ts';
      import {
        c,
      } from "../c.ts";
      import 'd';
      export { e } from './e.ts';
      // import f from 'f';
      /* import g from 'g'; */
      const h = await import('./h.ts');
      const i = require('i');
    `;
    expect(importsOf('src/x/y.ts', text).map((step) => step.file ?? step.specifier)).toEqual([
      'a',
      'src/x/b.ts',
      'src/c.ts',
      'd',
      'src/x/e.ts',
      'src/x/h.ts',
      'i',
    ]);
  });

  it.each([
    ['the editor in a plain folder', { 'src/query/a.ts': `import type { Uri } from 'vscode';` }, ["1 src/query/a.ts → vscode"]],
    [
      'the editor behind another file',
      { 'src/collector/a.ts': `import '../x/b.ts';`, 'src/x/b.ts': `import '../editor/c.ts';`, 'src/editor/c.ts': `import 'vscode';` },
      ['1 src/collector/a.ts → src/x/b.ts → src/editor/c.ts → vscode', '1 src/x/b.ts → src/editor/c.ts → vscode'],
    ],
    ['Node in a plain folder', { 'src/formats/a.ts': `import { existsSync, readFileSync, readdirSync } from 'node:fs';` }, ['2 src/formats/a.ts → node:fs']],
    ['a layer that imports a later one', { 'src/model/a.ts': `import '../query/b.ts';`, 'src/query/b.ts': '' }, ['3 src/model/a.ts → src/query/b.ts']],
    ['a protocol that knows the store', { 'src/protocol/a.ts': `import '../collector/b.ts';` }, ['3 src/protocol/a.ts → src/collector/b.ts']],
    ['a webview that reaches into the editor', { 'webview/a.ts': `import '../src/editor/b.ts';` }, ['4 webview/a.ts → src/editor/b.ts']],
    ['d3 outside the webview', { 'src/analysis/a.ts': `import { scaleLinear } from 'd3-scale';` }, ['4 src/analysis/a.ts → d3-scale']],
    [
      'a format that uses another format',
      {
        'src/formats/registry.ts': `import { a } from './a.ts';\nimport { b } from './b.ts';\nimport type { Format } from './format.ts';\nimport { id } from '../model/id.ts';`,
        'src/formats/a.ts': `import { b } from './b.ts';\nimport type { Format } from './format.ts';\nimport { id } from '../model/id.ts';`,
        'src/formats/b.ts': '',
        'src/formats/format.ts': '',
        'src/model/id.ts': '',
      },
      ['5 src/formats/a.ts → src/formats/b.ts'],
    ],
    ['a package in the agent kit', { 'src/instrument/node/a.ts': `import ws from 'ws';` }, ['6 src/instrument/node/a.ts → ws']],
    ['a cycle', { 'src/query/a.ts': `import './b.ts';`, 'src/query/b.ts': `import type { A } from './a.ts';` }, ['7 src/query/a.ts → src/query/b.ts → src/query/a.ts']],
  ])('catch %s', (_what, files, expected) => {
    expect(brokenRules(files as Record<string, string>)).toEqual(expected);
  });
});
