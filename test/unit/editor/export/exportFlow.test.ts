import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Display } from '../../../../src/editor/display.ts';
import { copyExport, exportFlow, exportMatching } from '../../../../src/editor/export/exportFlow.ts';
import type { Services } from '../../../../src/editor/services.ts';
import type { ExportKind, ExportRequest } from '../../../../src/protocol/export.ts';

interface Item { readonly label: string; readonly description?: string }

/** What the editor was asked, and what it answers. */
const editor = vi.hoisted(() => ({
  choices: [] as string[], offered: [] as string[][], input: undefined as string | undefined, problems: [] as (string | undefined)[], file: undefined as string | undefined,
  proposed: [] as string[], told: [] as string[][], button: undefined as string | undefined, clipboard: '', opened: [] as string[], statusBar: [] as string[], progress: [] as string[], stop: undefined as (() => void) | undefined,
}));

vi.mock('vscode', () => ({
  QuickPickItemKind: { Separator: -1, Default: 0 },
  ProgressLocation: { Notification: 15 },
  UIKind: { Desktop: 1, Web: 2 },
  Uri: { file: (name: string) => ({ scheme: 'file', path: name, fsPath: name }), joinPath: (base: { path: string }, name: string) => ({ scheme: 'file', path: `${base.path}/${name}`, fsPath: `${base.path}/${name}` }) },
  workspace: { workspaceFolders: undefined },
  window: {
    showQuickPick: (items: readonly Item[]) => {
      editor.offered.push(items.map(({ label }) => label));
      const wanted = editor.choices.shift();
      return Promise.resolve(items.find(({ label }) => label === wanted));
    },
    showInputBox: ({ validateInput }: { validateInput(text: string): string | undefined }) => {
      editor.problems.push(validateInput(''), validateInput('duration:>soon'));
      return Promise.resolve(editor.input);
    },
    showSaveDialog: ({ defaultUri }: { defaultUri: { path: string } }) => {
      editor.proposed.push(defaultUri.path);
      return Promise.resolve(editor.file === undefined ? undefined : { scheme: 'file', path: editor.file, fsPath: editor.file });
    },
    withProgress: (_options: unknown, task: (progress: unknown, token: unknown) => unknown) => task({ report: ({ message }: { message: string }) => { editor.progress.push(message); } }, { onCancellationRequested: (stop: () => void) => { editor.stop = stop; } }),
    showInformationMessage: (...words: string[]) => {
      editor.told.push(words);
      return Promise.resolve(editor.button);
    },
    setStatusBarMessage: (text: string) => { editor.statusBar.push(text); },
  },
  env: { remoteName: undefined, uiKind: 1, clipboard: { writeText: (text: string) => { editor.clipboard = text; return Promise.resolve(); } }, openExternal: (uri: { path: string }) => { editor.opened.push(`browser ${uri.path}`); return Promise.resolve(true); } },
  commands: { executeCommand: (id: string, uri: { path: string }) => { editor.opened.push(`${id} ${uri.path}`); return Promise.resolve(); } },
}));

const kinds: readonly ExportKind[] = [
  { id: 'html', label: 'HTML page', description: 'One file', extension: '.html', isBinary: false, isForPeople: true },
  { id: 'text-timeline', label: 'Text timeline', description: 'Bars', extension: '.txt', isBinary: false, isForPeople: true },
  { id: 'otlp-protobuf', label: 'OTLP (protobuf)', description: 'For programs', extension: '.otlp.pb', isBinary: true, isForPeople: false },
];

let requests: ExportRequest[] = [], folder = '', stopped = Promise.withResolvers<never>(), isSlow = false;
const services = {
  display: new Display('en'),
  log: { warn: () => undefined },
  collector: {
    call: (name: string, request: ExportRequest) => {
      if (name === 'exportKinds') return Promise.resolve(kinds);
      if (name === 'exportProgress') return Promise.resolve({ spansWritten: 30, spansTotal: 120 });
      if (name === 'stopExport') {
        stopped.reject(new Error('The export was stopped.'));
        return Promise.resolve();
      }
      const { exportId, ...wanted } = request;
      expect(exportId).toBeTypeOf('number');
      requests.push(wanted);
      if (isSlow) return stopped.promise;
      if (request.path !== undefined) writeFileSync(request.path, 'written');
      return Promise.resolve({ bytes: new TextEncoder().encode('written').buffer, spanCount: 2, maskedSecrets: 1, maskedContents: 0, omittedContents: 0, lost: ['3 links'] });
    },
  },
} as unknown as Services;
const wanted = { traceIds: ['t'], label: 'plan a trip: now/../..' };

beforeEach(() => {
  requests = [];
  isSlow = false;
  stopped = Promise.withResolvers();
  folder = mkdtempSync(path.join(os.tmpdir(), 'spanscope-export-'));
  Object.assign(editor, { choices: [], offered: [], input: undefined, problems: [], file: path.join(folder, 'run.html'), proposed: [], told: [], button: undefined, clipboard: '', opened: [], statusBar: [], progress: [], stop: undefined });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('an export', () => {
  it('asks for format and masking, has the file written, and says what was masked and lost', async () => {
    editor.choices = ['HTML page', 'Mask secrets'];
    await exportFlow(services, wanted, 'Export Trace');
    expect(requests).toEqual([{ traceIds: ['t'], format: 'html', redaction: { content: 'keep', secrets: true }, path: path.join(folder, 'run.html') }]);
    expect(editor.proposed).toEqual(['plan-a-trip-now.html']);
    expect(readFileSync(path.join(folder, 'run.html'), 'utf8')).toBe('written');
    expect(editor.told).toEqual([['2 spans written to run.html. 1 secret masked. HTML page cannot hold 3 links.', 'Open in Browser', 'Copy Path']]);
  });

  it('shows how far a long one is, and can be stopped', async () => {
    isSlow = true;
    editor.choices = ['HTML page', 'As recorded'];
    const work = exportFlow(services, wanted, '');
    await expect.poll(() => editor.progress, { timeout: 15_000 }).toContain('25 %');
    editor.stop?.();
    await work;
    expect([editor.told, editor.statusBar]).toEqual([[], ['The export was stopped. Nothing was written.']]);
  });

  it('masks first where people read, and writes first as recorded where programs do', async () => {
    editor.choices = ['HTML page'];
    await exportFlow(services, wanted, '');
    editor.choices = ['OTLP (protobuf)'];
    await exportFlow(services, wanted, '');
    expect(editor.offered[0]).toEqual(['For people', 'HTML page', 'Text timeline', 'For programs', 'OTLP (protobuf)']);
    expect([editor.offered[1]?.[0], editor.offered[3]?.[0]]).toEqual(['Mask secrets', 'As recorded']);
  });

  it('opens what it wrote, a page in the browser', async () => {
    editor.choices = ['HTML page', 'As recorded'];
    editor.button = 'Open in Browser';
    await exportFlow(services, wanted, '');
    await expect.poll(() => editor.opened).toEqual([`browser ${editor.file}`]);
    editor.choices = ['OTLP (protobuf)', 'As recorded'];
    editor.button = 'Copy Path';
    await exportFlow(services, wanted, '');
    await expect.poll(() => editor.clipboard).toBe(editor.file);
  });

  it('keeps a secret out of the name of the file', async () => {
    editor.choices = ['HTML page', 'Mask secrets'];
    await exportFlow(services, { traceIds: ['t'], label: `run ${['sk', 'Ab3dEf6hIj9kLmN0pQrS'].join('-')}` }, '');
    expect(editor.proposed).toEqual(['run-masked.html']);
  });

  it('asks how bars are drawn, and copies instead of saving', async () => {
    editor.choices = ['Text timeline', 'Mask secrets', 'Another width…', '$(copy) Copy to the clipboard'];
    editor.input = '100';
    await exportFlow(services, wanted, '');
    expect(requests[0]).toMatchObject({ format: 'text-timeline', width: 100, unicode: true });
    expect(editor.clipboard).toBe('written');
    expect(editor.told[0]?.[0]).toContain('written to the clipboard');
  });

  it('ends without doing anything when a question is not answered', async () => {
    for (const choices of [[], ['HTML page'], ['Text timeline', 'Mask secrets'], ['Text timeline', 'Mask secrets', 'ASCII']]) {
      editor.choices = choices;
      await exportFlow(services, wanted, '');
    }
    editor.choices = ['HTML page', 'Mask secrets'];
    editor.file = undefined;
    await exportFlow(services, wanted, '');
    expect([requests, editor.told, editor.clipboard]).toEqual([[], [], '']);
  });

  it('of what matches asks for a query that can be read', async () => {
    editor.input = ' role:tool ';
    editor.choices = ['HTML page', 'Mask secrets'];
    await exportMatching(services, wanted, '');
    expect(requests[0]).toMatchObject({ query: 'role:tool' });
    expect(editor.problems).toEqual(['Write what the spans have in common.', expect.stringContaining('duration')]);
    editor.input = undefined;
    await exportMatching(services, wanted, '');
    expect(requests).toHaveLength(1);
  });

  it('does not put on the clipboard what is too long for it', async () => {
    const long = { display: services.display, collector: { call: () => Promise.resolve({ bytes: new ArrayBuffer(17 * 1024 * 1024), spanCount: 1, maskedSecrets: 0, maskedContents: 0, omittedContents: 0, lost: [] }) } } as unknown as Services;
    await expect(copyExport(long, { traceIds: ['t'], format: 'markdown' }, 'Markdown')).rejects.toThrow('too long for the clipboard');
    expect(editor.clipboard).toBe('');
    expect(vscode.env.remoteName).toBeUndefined();
  });
});
