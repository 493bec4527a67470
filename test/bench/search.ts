// R11: free text in the names and attributes of a million spans, until the first hit and until all are known.
// Run: npm run bench:search -- [spans]
import { searchRows } from '../../src/collector/traceSearch.ts';
import { RowSpan } from '../../src/collector/rowSpan.ts';
import { OriginTable } from '../../src/collector/store/origins.ts';
import { RowInput } from '../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../src/collector/store/traceColumns.ts';
import { requestLimits } from '../../src/formats/limits.ts';
import { otlpProtobuf } from '../../src/formats/otlpProtobuf.ts';
import { SpanBatch } from '../../src/model/spanBatch.ts';
import { parseQuery } from '../../src/query/parse.ts';
import { requestsOf } from './storeTraces.ts';
import { Report } from './support/report.ts';

const spans = Number(process.argv[2] ?? 1_000_000), rounds = 3;
const queries = [['a name', 'execute_tool'], ['nothing', 'zebra'], ['values', 'claude-sonnet'], ['a word of keys', 'usage'], ['a number', '443'], ['an attribute', 'gen_ai.request.model:claude']] as const;

function traceOf(count: number): TraceColumns {
  const trace = new TraceColumns('bench'), origins = new OriginTable();
  for (const bytes of requestsOf(count, count)) {
    const batch = new SpanBatch();
    otlpProtobuf.decode(bytes, batch, { limits: requestLimits, mode: 'strict', signal: 'traces' });
    const input = new RowInput(batch, origins);
    for (let row = 0; row < batch.count; row++) {
      input.read(row);
      trace.append(input);
    }
  }
  trace.settle();
  return trace;
}

/** Milliseconds until one row is found. */
function firstHit(trace: TraceColumns, text: string): number {
  const begin = performance.now(), { query } = parseQuery(text), span = new RowSpan(trace, 0n);
  let row = 0;
  while (row < trace.count && query?.matchesSpan(span.at(row)) !== true) row++;
  return performance.now() - begin;
}

const trace = traceOf(spans), report = new Report('search');
for (const [name, text] of queries) {
  const first: number[] = [], all: number[] = [];
  let hits = 0;
  for (let round = 0; round < rounds; round++) {
    first.push(firstHit(trace, text));
    const begin = performance.now();
    hits = (await searchRows(trace, text)).rows.byteLength / 4;
    all.push(performance.now() - begin);
  }
  if (hits > 0) report.add({ case: name, figure: 'first hit', unit: 'ms', values: first, goal: 'R11first' });
  report.add({ case: name, figure: 'all hits', unit: 'ms', values: all, goal: 'R11all', notes: { spans, hits } });
}
report.end();
