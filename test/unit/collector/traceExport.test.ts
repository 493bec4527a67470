import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TraceStore } from '../../../src/collector/store/traceStore.ts';
import { exportKinds, exportSpans, RunningExports } from '../../../src/collector/traceExport.ts';
import { exporters } from '../../../src/export/registry.ts';
import { formats } from '../../../src/formats/registry.ts';
import { otlpJson } from '../../../src/formats/otlpJson.ts';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import { SpanBatch } from '../../../src/model/spanBatch.ts';
import type { ExportRequest } from '../../../src/protocol/export.ts';
import { lenient, strict } from '../formats/batches.ts';
import { makeDirectory, removeDirectories, request as encoded, spanOf, traceOf } from './collectorSupport.ts';
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
afterEach(() => {
  store.close();
  removeDirectories();
});

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

  it('writes log records that name no span where there is a place for them, and otherwise counts them among what is lost', async () => {
    const batch = new SpanBatch();
    const log = { traceId: traceOf(1), timeUnixNano: '1790000000000000001', body: { stringValue: 'hello' } };
    otlpJson.decode(new TextEncoder().encode(JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: [log, { ...log, spanId: spanOf(2) }] }] }] })), batch, { ...strict, signal: 'logs' });
    await arrive(store, batch);
    for (const format of ['otlp-json', 'otlp-json-lines']) {
      const { text, lost } = await write({ format });
      expect([format, lost, text.match(/"body":\{"stringValue":"hello"\}/g)?.length]).toEqual([format, [], 2]);
      const read = new SpanBatch();
      otlpJson.decode(new TextEncoder().encode(text), read, lenient);
      expect(read.logs.map(({ spanId }) => spanId).toSorted()).toEqual(['', spanOf(2)]);
    }
    expect((await write({ format: 'otlp-protobuf' })).lost).toEqual(['1 log record', '1 log record of no span']);
    expect((await write({ format: 'otlp-protobuf', query: 'name:plan' })).lost).toEqual(['1 log record']);
    expect((await write({ format: 'text-timeline' })).lost).toContain('1 log record');
  });

  it('goes into a file that only its owner reads, with the same bytes, in place of what was there', async () => {
    const file = path.join(makeDirectory(), 'run.json');
    writeFileSync(file, 'before');
    for (const { id } of exportKinds().filter((kind) => kind.id !== 'html')) {
      const request = { traceIds: [traceOf(1), traceOf(2)], format: id };
      const inMemory = await exportSpans(store, request, undefined), { bytes, ...report } = await exportSpans(store, { ...request, path: file }, undefined);
      expect([id, bytes.byteLength, readFileSync(file, 'utf8')]).toEqual([id, 0, new TextDecoder('utf-8', { ignoreBOM: true }).decode(inMemory.bytes)]);
      expect(report).toEqual({ ...inMemory, bytes: undefined });
    }
    expect(readdirSync(path.dirname(file))).toEqual(['run.json']);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('leaves the file as it was, and nothing beside it, when it fails or is stopped', async () => {
    const file = path.join(makeDirectory(), 'run.json'), exports = new RunningExports();
    writeFileSync(file, 'before');
    await expect(exports.run(store, { traceIds: [traceOf(1), 'gone'], format: 'csv', path: file }, undefined)).rejects.toThrow('not there any more');
    const work = exports.run(store, { traceIds: [traceOf(1)], format: 'csv', path: file, exportId: 7 }, undefined);
    expect(exports.progressOf(7)).toEqual({ spansWritten: 0, spansTotal: 0 });
    exports.stop(7);
    await expect(work).rejects.toThrow('The export was stopped.');
    expect([exports.progressOf(7), readFileSync(file, 'utf8'), readdirSync(path.dirname(file))]).toEqual([undefined, 'before', ['run.json']]);
    exports.stop(7);
    await expect(exports.run(store, { traceIds: [traceOf(1)], format: 'csv', path: path.join(file, 'x') }, undefined)).rejects.toThrow(/ENOTDIR|ENOENT/);
  });

  it('as Chrome trace counts from the earliest trace, wherever that stands', async () => {
    const batch = new SpanBatch(), early = { traceId: traceOf(3), spanId: spanOf(30), name: 'early', startTimeUnixNano: '1600000000000000000', endTimeUnixNano: '1600000001000000000' };
    otlpJson.decode(new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [early] }] }] })), batch, strict);
    await arrive(store, batch);
    const { baseTimeNanoseconds, traceEvents } = JSON.parse((await write({ format: 'chrome-trace', traceIds: [traceOf(1), traceOf(3)] })).text.replace('1600000000000000000', '"1600000000000000000"')) as { baseTimeNanoseconds: string; traceEvents: { ph: string; name: string; ts: number | string }[] };
    expect([baseTimeNanoseconds, ...traceEvents.filter(({ ph, ts }) => ph === 'X' && !(Number(ts) > 0)).map(({ name }) => name)]).toEqual(['1600000000000000000', 'early']);
  });

  it('leaves a span that was only told to be pending where it stands', async () => {
    const batch = new SpanBatch(), traceId = traceOf(5), key = (name: string, stringValue: string): object => ({ key: name, value: { stringValue } });
    const run = { traceId, spanId: spanOf(50), name: 'run', startTimeUnixNano: '1790000000000000000', endTimeUnixNano: '1790000001000000000' };
    const pending = { ...run, spanId: spanOf(52), parentSpanId: spanOf(51), name: 'never ends', endTimeUnixNano: run.startTimeUnixNano, attributes: [key('logfire.span_type', 'pending_span'), key('logfire.pending_parent_id', spanOf(50))] };
    otlpJson.decode(new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [run, pending] }] }] })), batch, strict);
    await arrive(store, batch);
    const { bytes } = await exportSpans(store, { traceIds: [traceId], format: 'otlp-json' }, undefined), { store: other } = await openStore(undefined), read = new SpanBatch();
    otlpJson.decode(new Uint8Array(bytes), read, lenient);
    await arrive(other, read);
    const places = (each: TraceStore): unknown => recordsOf(each, traceId).map(({ spanId, parentSpanId, name, endUnixNano }) => [spanId, parentSpanId, name, endUnixNano]);
    expect(places(other)).toEqual(places(store));
    expect(places(other)).toEqual([[spanOf(50), undefined, 'run', run.endTimeUnixNano], [spanOf(51), spanOf(50), 'never ends', undefined]]);
    other.close();
  });

  it('of a trace that has only log records is a whole file in every format', async () => {
    const batch = new SpanBatch();
    otlpJson.decode(new TextEncoder().encode(JSON.stringify({ resourceLogs: [{ resource: {}, scopeLogs: [{ logRecords: [{ traceId: traceOf(4), timeUnixNano: '1790000000000000001', body: { stringValue: 'hello' } }] }] }] })), batch, { ...strict, signal: 'logs' });
    await arrive(store, batch);
    for (const { id, isBinary } of exportKinds().filter(({ isForPeople }) => !isForPeople)) {
      const { text } = await write({ format: id, traceIds: [traceOf(4)] });
      if (!isBinary) expect([id, text.trim() === '' && id !== 'otlp-json-lines']).toEqual([id, false]);
      if (!isBinary && id !== 'otlp-json-lines') expect(() => { JSON.parse(text); }).not.toThrow();
    }
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
