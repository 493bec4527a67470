import { beforeEach, describe, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { openLink } from '../../../../src/editor/links/openLink.ts';
import type { LinkServices } from '../../../../src/editor/links/openLink.ts';
import { env, window } from '../../../support/vscode.ts';
import { fakeCollector, keptLog } from '../collector/fakes.ts';
import { summaryOf } from '../traces/summaries.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c', spanId = 'b7ad6b7169203331', inFile = 'f'.repeat(32);
const linkTo = (path: string): vscode.Uri => ({ path, query: '', fragment: '' }) as vscode.Uri;

/** What was asked and told, and what was shown; the user answers as the test says. */
function editor(answer: string | undefined | Promise<string | undefined>) {
  const asked: { message: string; detail?: string; buttons: readonly string[] }[] = [], shown: unknown[][] = [];
  Object.assign(window, {
    showInformationMessage: (message: string, options: { modal: boolean; detail: string }, ...buttons: string[]) => {
      expect(options.modal).toBe(true);
      asked.push({ message, detail: options.detail, buttons });
      return Promise.resolve(answer);
    },
    showWarningMessage: (message: string, ...buttons: string[]) => { asked.push({ message, buttons }); return Promise.resolve(answer); },
  });
  const { host } = fakeCollector({
    summaryOf: (id) => (id === traceId ? summaryOf({ traceId, label: 'plan\u202Eevil\n$(x)', services: ['agent'] }) : undefined),
    spanById: (_trace, id) => (id === spanId ? { name: 'hold_seats' } as never : undefined),
  });
  const services = {
    collector: host, log: keptLog().log, panels: { show: (...args: unknown[]) => { shown.push(args); return Promise.resolve(); } },
    files: { files: [{ traces: [summaryOf({ traceId: `file:3/${inFile}`, label: 'saved' })] }] },
  } as unknown as LinkServices;
  return { asked, shown, open: (path: string) => openLink(services, linkTo(path)) };
}

beforeEach(() => { env.clipboard.text = ''; });

describe('a link from outside', () => {
  it('is followed when the user has agreed, who was told what it leads to', async () => {
    const { open, asked, shown } = editor('Open');
    await open(`/trace/${traceId}/span/${spanId}`);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.detail).toContain('Span: hold_seats');
    expect(asked[0]?.detail).toContain(`Trace ID: ${traceId}`);
    expect(asked[0]?.detail).toContain('Services: agent');
    expect(asked[0]?.message).not.toMatch(/[\u202E\n]/);
    expect(shown).toEqual([[traceId, { spanId }]]);
  });

  it('shows nothing when the user has not', async () => {
    const { open, asked, shown } = editor(undefined);
    await open(`/trace/${traceId}`);
    expect({ asked: asked.length, shown }).toEqual({ asked: 1, shown: [] });
  });

  it('says when its span is not there, and leads to the trace', async () => {
    const { open, asked, shown } = editor('Open');
    await open(`/trace/${traceId}/span/${'1'.repeat(16)}`);
    expect(asked[0]?.detail).toContain('is not in this trace');
    expect(shown).toEqual([[traceId, {}]]);
  });

  it('finds a trace of an open file', async () => {
    const { open, shown } = editor('Open');
    await open(`/trace/${inFile}`);
    expect(shown).toEqual([[`file:3/${inFile}`, {}]]);
  });

  it('to a trace that is not here says so, and what to do', async () => {
    const { open, asked, shown } = editor('Copy Trace ID');
    await open(`/trace/${'a'.repeat(32)}`);
    expect(asked[0]?.message).toContain('is not here');
    expect(asked[0]?.buttons).toEqual(['Open Trace File…', 'Copy Trace ID']);
    expect({ copied: env.clipboard.text, shown }).toEqual({ copied: 'a'.repeat(32), shown: [] });
  });

  it('that is none is named without repeating it', async () => {
    const { open, asked, shown } = editor('Open');
    await open('/trace/file:3/%24(x)');
    expect(asked.map(({ message }) => message).join()).not.toContain('$(x)');
    expect({ asked: asked.length, shown }).toEqual({ asked: 1, shown: [] });
  });

  it('waits for nobody: while one asks, others are let go', async () => {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const { open, asked, shown } = editor(promise);
    const first = open(`/trace/${traceId}`);
    await open(`/trace/${inFile}`);
    resolve('Open');
    await first;
    expect({ asked: asked.length, shown }).toEqual({ asked: 1, shown: [[traceId, {}]] });
    await open(`/trace/${inFile}`);
    expect(asked).toHaveLength(2);
  });
});
