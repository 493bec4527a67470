// R9: bytes that a span takes in columns and index, content apart. Run: node --expose-gc test/bench/memory.ts [spans]
import { otlpProtobuf } from '../../src/formats/otlpProtobuf.ts';
import { requestLimits } from '../../src/formats/limits.ts';
import { OriginTable } from '../../src/collector/store/origins.ts';
import { RowInput } from '../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../src/collector/store/traceColumns.ts';
import { SpanBatch } from '../../src/model/spanBatch.ts';
import { requestsOf } from './storeTraces.ts';

const must = 48, aim = 32;
const collect = (globalThis as { gc?: () => void }).gc ?? ((): void => undefined);

function measure(spans: number): void {
  collect();
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
  collect();
  const after = process.memoryUsage();
  const columns = trace.byteLength, index = trace.spanIds.byteLength, content = trace.contents.byteLength;
  const all = after.arrayBuffers - before.arrayBuffers + after.heapUsed - before.heapUsed;
  const perSpan = (bytes: number): number => Math.round((bytes / spans) * 10) / 10;
  console.log(JSON.stringify({
    goal: 'R9', spans, whileGrowing: perSpan(growing), columns: perSpan(columns), index: perSpan(index), columnsAndIndex: perSpan(columns + index), must, aim,
    sums: perSpan(trace.sums.byteLength), texts: perSpan(trace.texts.byteLength), content: perSpan(content),
    counted: perSpan(trace.bytesInMemory), measured: perSpan(all),
  }));
}

for (const spans of process.argv[2] === undefined ? [10_000, 100_000, 1_000_000] : [Number(process.argv[2])]) measure(spans);
