import { deserialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { encodeBatch, partsToSend } from '../../../../src/collector/store/batchRows.ts';
import { otlpJson } from '../../../../src/formats/otlpJson.ts';
import { otlpProtobuf } from '../../../../src/formats/otlpProtobuf.ts';
import { SpanBatch } from '../../../../src/model/spanBatch.ts';
import { decoded, lenient, spansOf } from '../../formats/batches.ts';

const spans = Array.from({ length: 300 }, (_, i) =>
  `{"traceId":"${String(1 + i % 3).padStart(32, '0')}","spanId":"${String(i + 1).padStart(16, '0')}","name":"span ${i % 7}","startTimeUnixNano":"${1000 + i}","endTimeUnixNano":"2000","attributes":[{"key":"number","value":{"intValue":"${i}"}}]}`);
const json = `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"scope":{"name":"x"},"spans":[${spans.join()}]}]}],`
  + `"resourceLogs":[{"resource":{},"scopeLogs":[{"scope":{},"logRecords":[{"traceId":"${'1'.padStart(32, '0')}","spanId":"${'1'.padStart(16, '0')}","body":{"stringValue":"said"}}]}]}]}`;

const sent = (batch: SpanBatch): SpanBatch => {
  const { parts, transfer } = partsToSend(batch);
  return SpanBatch.of(structuredClone(parts, { transfer }));
};

/** What its bytes hold: the same number may be written in several ways. */
const encoded = (batch: SpanBatch): unknown => deserialize(encodeBatch(batch));

describe('a batch that goes to another thread', () => {
  it('is there what it was here, its logs too', () => {
    const batch = decoded(otlpJson, json, lenient), before = encoded(batch), there = sent(batch);
    expect([there.count, there.logs.length]).toEqual([300, 1]);
    expect(encoded(there)).toEqual(before);
  });

  it('leaves the input as it is where its contents are parts of that', () => {
    const bytes = otlpProtobuf.encode?.(spansOf(decoded(otlpJson, json, lenient))) ?? new Uint8Array(), input = bytes.slice();
    const batch = decoded(otlpProtobuf, input, lenient), before = encoded(batch), there = sent(batch);
    expect(input).toEqual(bytes);
    expect(there.buffers.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(bytes.length);
    expect(encoded(there)).toEqual(before);
  });

  it('takes further rows here when those that went are forgotten, and there after those that came', () => {
    const batch = decoded(otlpJson, json, lenient), there = sent(batch);
    batch.forgetRows();
    for (const each of [batch, there]) for (let i = 0; i < 400; i++) each.kind[each.addRow()] = 3;
    expect([batch.count, there.count, batch.kind[399], there.kind[699], there.texts[there.name[299] as number]]).toEqual([400, 700, 3, 3, 'span 5']);
  });

  it('may have several of its contents in one piece of memory', () => {
    const batch = decoded(otlpJson, json, lenient), [bytes = new Uint8Array()] = batch.buffers;
    batch.buffers.push(new Uint8Array(bytes.buffer));
    batch.buffer[5] = 1;
    const before = encoded(batch);
    expect(encoded(sent(batch))).toEqual(before);
  });

  it('may be without any row', () => {
    expect([sent(new SpanBatch()).count, sent(new SpanBatch()).count]).toEqual([0, 0]);
  });
});
