// R9: bytes that a span takes in columns and index, content apart. Run: npm run bench:memory -- [spans]
import { setTimeout as delay } from 'node:timers/promises';
import { otlpProtobuf } from '../../src/formats/otlpProtobuf.ts';
import { requestLimits } from '../../src/formats/limits.ts';
import { OriginTable } from '../../src/collector/store/origins.ts';
import { RowInput } from '../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../src/collector/store/traceColumns.ts';
import { SpanBatch } from '../../src/model/spanBatch.ts';
import { requestsOf } from './storeTraces.ts';
import { Report } from './support/report.ts';

const report = new Report('memory');
const gc = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);

/** Buffers are given back in another thread, a while after they were collected. */
async function collect(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    gc();
    await delay(300);
  }
}

async function measure(spans: number): Promise<void> {
  await collect();
  const before = process.memoryUsage();
  const trace = new TraceColumns('bench');
  const origins = new OriginTable();
  for (const bytes of requestsOf(spans, spans)) {
    const batch = new SpanBatch();
    otlpProtobuf.decode(bytes, batch, { limits: requestLimits, mode: 'strict', signal: 'traces' });
    const input = new RowInput(batch, origins);
    for (let row = 0; row < batch.count; row++) {
      input.read(row);
      trace.append(input);
    }
  }
  const growing = trace.byteLength + trace.spanIds.byteLength;
  trace.settle();
  trace.trim();
  await collect();
  const after = process.memoryUsage();
  const columns = trace.byteLength, index = trace.spanIds.byteLength, content = trace.contents.byteLength;
  const all = after.arrayBuffers - before.arrayBuffers + after.heapUsed - before.heapUsed;
  const add = (figure: string, bytes: number, goal?: 'R9'): void => report.add({ case: `${spans.toLocaleString('en-GB')} spans`, figure, unit: 'bytes', values: [bytes / spans], ...(goal === undefined ? {} : { goal }) });
  add('columns and index', columns + index, 'R9');
  add('the same while growing', growing);
  add('index alone', index);
  add('sums', trace.sums.byteLength);
  add('texts', trace.texts.byteLength);
  add('content', content);
  add('all, as the store counts it', trace.bytesInMemory);
  add('all, as the engine counts it', all);
}

for (const spans of process.argv[2] === undefined ? [10_000, 100_000, 1_000_000] : [Number(process.argv[2])]) await measure(spans);
report.end();
