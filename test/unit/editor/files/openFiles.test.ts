import { describe, expect, it, vi } from 'vitest';
import * as vscode from 'vscode';
import { sourceOf } from '../../../../src/editor/files/fileInputs.ts';
import { OpenFiles } from '../../../../src/editor/files/openFiles.ts';
import { traceKeyOf } from '../../../../src/model/traceKey.ts';
import type { OpenedFile } from '../../../../src/protocol/files.ts';
import { workspace } from '../../../support/vscode.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';
import { summaryOf } from '../traces/summaries.ts';

const uri = vscode.Uri.file('/run.otlp.json');
const source = sourceOf(uri);

/** A collector whose files have two traces, of which one matches any filter. */
async function open() {
  const asked: unknown[][] = [];
  const { host, listeners } = fakeCollector({
    openFile: (...args) => { asked.push(['open', ...args]); },
    closeFile: (...args) => { asked.push(['close', ...args]); },
    listTraces: (query, _page, from = '') => {
      const traces = ['a', 'b'].slice(0, query === '' ? 2 : 1).map((id) => summaryOf({ traceId: traceKeyOf(from, id) }));
      return { traces, total: traces.length };
    },
  });
  const files = new OpenFiles(host, keptLog().log);
  await host.call('stats');
  const tell = (file: Partial<OpenedFile>): void => listeners.at(-1)?.onEvent({
    type: 'file.changed', traceIds: [],
    file: { source, name: 'run', state: 'read', bytesRead: 1, traceCount: 2, spanCount: 3, memoryBytes: 0, isKept: false, report: { parts: [], morePartsCount: 0, problems: [] }, ...file },
  });
  return { files, asked, tell, listeners };
}

describe('open files', () => {
  it('are read once for all of their tabs, and closed with the last of them', async () => {
    const { files, asked } = await open();
    expect(await files.openForTab(uri)).toBe(source);
    await files.openForTab(uri);
    await files.leave(source);
    expect(asked).toEqual([['open', source, { path: '/run.otlp.json' }, { follow: false }]]);
    await files.leave(source);
    expect(asked.at(-1)).toEqual(['close', source]);
  });

  it('stay after their tabs when they were opened into the Traces view', async () => {
    const { files, asked } = await open();
    await files.openForTab(uri);
    await files.openListed(uri);
    await files.leave(source);
    expect(asked).toHaveLength(1);
    await files.close(source);
    expect(asked.at(-1)).toEqual(['close', source]);
  });

  it('are followed when they were written a moment ago', async () => {
    const { files, asked } = await open();
    workspace.fs.mtime = Date.now();
    await files.openForTab(uri);
    workspace.fs.mtime = 0;
    expect(asked[0]?.at(-1)).toEqual({ follow: true });
  });

  it('have their traces, and those of them that match the filter', async () => {
    const { files, tell } = await open();
    await files.openForTab(uri);
    const first = files.firstTrace(source);
    tell({});
    expect(await first).toBe(`file:${source}/a`);
    expect(files.files[0]?.matching).toHaveLength(2);
    files.setFilter('b');
    await vi.waitFor(() => expect(files.file(source)).toMatchObject({ traces: [{}, {}], matching: [{}] }));
    expect(files.fileOfTrace(`file:${source}/b`)?.name).toBe('run');
  });

  it('say so when there is no trace in them', async () => {
    const { files, tell } = await open();
    const pasted = await files.openBytes('Pasted text', new Uint8Array(3));
    const first = files.firstTrace(pasted);
    tell({ source: pasted, state: 'failed', traceCount: 0 });
    expect(await first).toBeUndefined();
  });

  it('are opened again in a new worker', async () => {
    const { files, asked, listeners } = await open();
    await files.openForTab(uri);
    listeners.at(-1)?.onLost('out of memory');
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]).toEqual(asked[0]);
  });
});
