import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPanelMessage, readSavedPanel } from '../../../../src/editor/panel/messages.ts';

describe('a message of a page', () => {
  it('is read when it is one of ours', () => {
    expect(readPanelMessage({ type: 'panel.ready' })).toEqual({ type: 'panel.ready' });
    expect(readPanelMessage({ type: 'selection.changed', ref: null })).toEqual({ type: 'selection.changed', ref: null });
    expect(readPanelMessage({ type: 'source.open', ref: { epoch: 1, row: 2 }, beside: true })).toEqual({ type: 'source.open', ref: { epoch: 1, row: 2 }, beside: true });
  });

  it('loses what does not belong to it', () => {
    expect(readPanelMessage({ type: 'source.open', ref: { epoch: 1, row: 2 }, beside: false, path: '/etc/passwd' }))
      .toEqual({ type: 'source.open', ref: { epoch: 1, row: 2 }, beside: false });
  });

  it.each([
    [undefined], [null], [7], ['panel.ready'], [[]], [{}],
    [{ type: 'constructor' }], [{ type: '__proto__' }], [{ type: 'file.open', path: '/etc/passwd' }],
    [{ type: 'source.open', ref: { epoch: 1, row: -1 }, beside: true }],
    [{ type: 'source.open', ref: { epoch: 1, row: 1.5 }, beside: true }],
    [{ type: 'source.open', ref: '1/2', beside: true }],
    [{ type: 'action.run', action: 'workbench.action.quit' }],
    [{ type: 'value.open', ref: { epoch: 1, row: 2 }, what: 'file' }],
    [{ type: 'image.save', kind: 'html', data: '' }],
  ])('is not read when it is %j', (message) => {
    expect(readPanelMessage(message)).toBeUndefined();
  });

  it('never breaks the reader', () => {
    fc.assert(fc.property(fc.anything(), (message) => { readPanelMessage(message); readSavedPanel(message); }));
  });
});

describe('the saved state of a page', () => {
  it('names trace and span', () => {
    expect(readSavedPanel({ version: 1, traceId: 'a', spanId: 'b', view: 'timeline' })).toEqual({ traceId: 'a', spanId: 'b' });
  });

  it('is empty when it is none of ours', () => {
    expect(readSavedPanel({ version: 2, traceId: 'a' })).toEqual({ traceId: undefined, spanId: undefined });
    expect(readSavedPanel({ version: 1, traceId: 7 })).toEqual({ traceId: undefined, spanId: undefined });
  });
});
