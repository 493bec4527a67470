import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { exportKinds, exportSpans } from '../../../src/collector/traceExport.ts';
import { exporters } from '../../../src/export/registry.ts';
import { formats } from '../../../src/formats/registry.ts';
import { otlpJson } from '../../../src/formats/otlpJson.ts';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import type { ExportRequest } from '../../../src/protocol/export.ts';
import { strict } from '../formats/batches.ts';
import { request as encoded, spanOf, traceOf } from './collectorSupport.ts';
import { arrive, openStore, recordsOf } from './store/storeSupport.ts';

const secret = ['sk', 'Ab3dEf6hIj9kLmN0pQrS'].join('-');

let store: TraceStore;
beforeEach(async () => {
  ({ store } = await openStore(undefined));
  const batch = new SpanBatch();
  otlpProtobuf.decode(encoded(
    { id: 1, name: 'run' }, { id: 2, parent: 1, name: 'plan', attributes: { note: `uses ${secret}` } }, { id: 3, parent: 2, name: 'search', error: true }, { id: 4, parent: 1, name: 'answer' },
    { trace: 2, id: 9, name: 'other' },
  ), batch, { ...strict, signal: 'traces' });
  await arrive(store, batch);
});
afterEach(() => store.close());

const write = async (request: Omit<ExportRequest, 'traceIds'> & { readonly traceIds?: readonly string[] }): Promise<{ readonly text: string; readonly spanCount: number; readonly maskedSecrets: number; readonly lost: readonly string[] }> => {
  const { bytes, ...report } = await exportSpans(store, { traceIds: [traceOf(1)], ...request }, undefined);
  return { text: new TextDecoder().decode(bytes), ...report };
};
const namesIn = (text: string): string[] => [...text.matchAll(/"name":"([^"]*)","kind"/g)].map(([, name = '']) => name);

describe('an export', () => {
  it('can be every format that encodes, and the documents', () => {
    const ids = exportKinds().map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['html', 'markdown', 'text-timeline', 'csv', ...formats.filter(({ encode }) => encode !== undefined).map(({ id }) => id)]));
    expect(ids).toHaveLength(exporters.length);
  });

  it('is of a trace, of several, of a subtree, or of what matches', async () => {
    expect(namesIn((await write({ format: 'otlp-json' })).text)).toEqual(['run', 'plan', 'search', 'answer']);
    expect(namesIn((await write({ format: 'otlp-json', traceIds: [traceOf(1), traceOf(2)] })).text)).toEqual(['run', 'plan', 'search', 'answer', 'other']);
    expect(namesIn((await write({ format: 'otlp-json', spanId: spanOf(2) })).text)).toEqual(['plan', 'search']);
    expect(namesIn((await write({ format: 'otlp-json', query: 'status:error' })).text)).toEqual(['search']);
    expect(namesIn((await write({ format: 'otlp-json', query: 'name:search OR name:run', spanId: spanOf(2) })).text)).toEqual(['search']);
  });

  it('masks secrets in what is made for people, in what programs read only when asked, and counts them', async () => {
    for (const [format, isMasked] of [['markdown', true], ['csv', true], ['text-timeline', true], ['otlp-json', false], ['tutorial-json', false]] as const) {
      const { text, maskedSecrets } = await write({ format });
      expect([format, text.includes(secret), maskedSecrets]).toEqual([format, !isMasked && !text.includes('[masked]'), isMasked ? 1 : 0]);
      const asked = await write({ format, redaction: { content: 'keep', secrets: !isMasked } });
      expect(asked.maskedSecrets).toBe(isMasked ? 0 : 1);
    }
  });

  it('masks what was received as bytes and would be written as these bytes', async () => {
    for (const format of ['otlp-protobuf', 'otlp-json', 'otlp-json-lines']) {
      expect((await write({ format })).text).toContain(secret);
      expect((await write({ format, redaction: { content: 'keep', secrets: true } })).text).not.toContain(secret);
    }
  });

  it('counts log records that belong to no span among what is lost, unless only some spans are wanted', async () => {
    const batch = new SpanBatch();
    const log = { traceId: traceOf(1), timeUnixNano: '1790000000000000001', body: { stringValue: 'hello' } };
    otlpJson.decode(new TextEncoder().encode(JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: [log, { ...log, spanId: spanOf(2) }] }] }] })), batch, { ...strict, signal: 'logs' });
    await arrive(store, batch);
    expect((await write({ format: 'otlp-json' })).lost).toEqual(['1 log record of no span']);
    expect((await write({ format: 'otlp-json', query: 'name:plan' })).lost).toEqual([]);
    expect((await write({ format: 'text-timeline' })).lost).toContain('1 log record');
  });

  it('leaves what is stored as it is', async () => {
    const before = recordsOf(store, traceOf(1));
    await write({ format: 'markdown', redaction: { content: 'omit', secrets: true } });
    expect(recordsOf(store, traceOf(1))).toEqual(before);
  });

  it('tells what the format cannot hold', async () => {
    expect((await write({ format: 'zipkin-json' })).lost).toEqual(['the nanoseconds of 4 spans', 'the scopes of 4 spans']);
    expect((await write({ format: 'otlp-json' })).lost).toEqual([]);
  });

  it('says so when the rest of a large trace is on the disk alone', async () => {
    const trace = store.trace(traceOf(1));
    if (trace !== undefined) trace.isCut = true;
    expect((await exportSpans(store, { traceIds: [traceOf(1)], format: 'csv' }, undefined)).leftOut).toContain('too large for the memory');
  });

  it('says why when it cannot be', async () => {
    await expect(write({ format: 'nothing' })).rejects.toThrow('Traces cannot be exported as nothing. Known: html, markdown,');
    await expect(write({ format: 'csv', traceIds: ['nobody'] })).rejects.toThrow('The trace is not there any more.');
    await expect(write({ format: 'csv', spanId: 'nobody' })).rejects.toThrow('The span is not there any more.');
    await expect(write({ format: 'csv', query: 'name:nobody' })).rejects.toThrow('No span matches');
    await expect(write({ format: 'csv', query: 'duration:>soon' })).rejects.toThrow('duration');
    await expect(write({ format: 'html' })).rejects.toThrow('Install the extension anew');
  });
});
