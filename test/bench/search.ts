// R11: free text in the names and attributes of a million spans, until the first hit and until all are known.
// Run: npm run bench:search -- [spans]
import { searchRows } from '../../src/collector/traceSearch.ts';
import { OriginTable } from '../../src/collector/store/origins.ts';
import { RowInput } from '../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../src/collector/store/traceColumns.ts';
import { requestLimits } from '../../src/formats/limits.ts';
import { otlpProtobuf } from '../../src/formats/otlpProtobuf.ts';
import { SpanBatch } from '../../src/model/spanBatch.ts';
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

/** Milliseconds until a part of the answer with a match is there, and until all of it is, as a panel asks for it; and what this thread computed for it. */
async function timed(trace: TraceColumns, text: string): Promise<{ readonly first: number; readonly all: number; readonly computed: number; readonly hits: number }> {
  const begin = performance.now(), before = process.threadCpuUsage();
  let first = Number.NaN, hits = 0, from: { epoch: number; row: number } | undefined;
  do {
    const { epoch, rows, next } = await searchRows(trace, text, from);
    hits += rows.byteLength / 4;
    if (hits > 0 && Number.isNaN(first)) first = performance.now() - begin;
    from = next === undefined ? undefined : { epoch, row: next };
  } while (from !== undefined);
  const { user, system } = process.threadCpuUsage(before);
  return { first, all: performance.now() - begin, computed: (user + system) / 1000, hits };
}

const trace = traceOf(spans), report = new Report('search');
for (const [name, text] of queries) {
  const first: number[] = [], all: number[] = [], computed: number[] = [];
  let hits = 0;
  for (let i = 0; i < rounds; i++) {
    const round = await timed(trace, text);
    first.push(round.first);
    all.push(round.all);
    computed.push(round.computed);
    ({ hits } = round);
  }
  if (hits > 0) report.add({ case: name, figure: 'first hit', unit: 'ms', values: first, goal: 'R11first' });
  report.add({ case: name, figure: 'all hits', unit: 'ms', values: all, goal: 'R11all', notes: { spans, hits } });
  report.add({ case: name, figure: 'processor time of all hits', unit: 'ms', values: computed });
}
report.end();
