import { OriginTable } from '../../../../src/collector/store/origins.ts';
import { RowInput } from '../../../../src/collector/store/rowInput.ts';
import { TraceColumns } from '../../../../src/collector/store/traceColumns.ts';
import { marks as markNames } from '../../../../src/model/span.ts';
import { present, operationCode, SpanBatch } from '../../../../src/model/spanBatch.ts';
import type { RowOperation } from '../../../../src/model/spanBatch.ts';
import { encodeContent } from '../../../../src/model/spanContent.ts';
import { encodeLogRecord } from '../../../../src/model/wireLogRecord.ts';
import { highOf, lowOf } from '../../../../src/model/time.ts';
import { isOwnParent, markBadParent, presentWhole, setParentId, setSpanId } from '../../../../src/formats/spanRows.ts';
import type { AttributeValue } from '../../../../src/model/attributes.ts';

/** Zero of drawn times. */
export const base = 1_790_000_000_000_000_000n;
export const traceA = 'a'.repeat(32);

/** The id that a short drawn id stands for. */
export const idOf = (short: string): string => (short.startsWith('~') ? short.slice(1) : Buffer.from(short).toString('hex').padStart(16, '0'));
const shortOf = (id: string): string => (/^0+[0-9a-f]{2,}$/.test(id) && id.length === 16 ? Buffer.from(id.replace(/^(00)+/, ''), 'hex').toString() : `~${id}`);

const line = /^(?:(whole|start|update|end|log) )?(~?[\w-]+)(?:<(~?[\w-]+))? ?([^ 0-9{.-][^ ]*)?(?: ?(-?\d+n?)?\.\.(-?\d+n?)?)?(?: (ok|error))?(?: (\{.*\}))?$/;

/**
 * Spans drawn as text, one a line: `b<a name 10..50 error {"key":1}` is span b below a from 10 to 50 ns. `start `,
 * `update ` or `end ` in front make it such a message, `log ` a log record; `10..` has not ended; `~id` is an id that
 * is no 16 hex digits; a time with `n` at its end is absolute.
 */
export function batchOf(drawing: string, traceId = traceA, into = new SpanBatch()): SpanBatch {
  if (into.resources.length === 0) addOrigin(into);
  for (const text of drawing.split('\n').map((each) => each.trim()).filter((each) => each !== '')) addLine(into, traceId, text);
  return into;
}

function addOrigin(batch: SpanBatch): void {
  batch.resources.push({ attributes: new Map([['service.name', 'agent']]), schemaUrl: '', droppedAttributesCount: 0 });
  batch.scopes.push({ name: 'drawn', version: '1', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 });
}

function addLine(batch: SpanBatch, traceId: string, text: string): void {
  const parts = line.exec(text);
  if (parts === null) throw new Error(`not a drawn span: ${text}`);
  const [, operation = 'whole', id = '', parent, name, start, end, status, json] = parts;
  const attributes = new Map(Object.entries(JSON.parse(json ?? '{}') as Record<string, AttributeValue>));
  if (operation === 'log') { addLog(batch, traceId, idOf(id), name ?? '', timeOf(start)); return; }
  const row = batch.addRow();
  batch.traceId[row] = batch.intern(traceId);
  setSpanId(batch, row, idOf(id));
  if (parent !== undefined) setParentId(batch, row, idOf(parent));
  if (isOwnParent(batch, row)) markBadParent(batch, row);
  const isWhole = operation === 'whole' || operation === 'start';
  batch.operation[row] = operationCode[operation as RowOperation];
  batch.present[row] = (batch.present[row] as number) | (isWhole ? presentWhole : (name === undefined ? 0 : present.name)
    | (start === undefined ? 0 : present.start) | (end === undefined ? 0 : present.end) | (status === undefined ? 0 : present.status) | (parent === undefined ? 0 : present.parent));
  batch.name[row] = batch.intern(name ?? '');
  [batch.startHigh[row], batch.startLow[row]] = halves(timeOf(start));
  [batch.endHigh[row], batch.endLow[row]] = halves(timeOf(end));
  batch.status[row] = status === 'error' ? 2 : status === 'ok' ? 1 : 0;
  batch.kind[row] = isWhole ? 1 : 0;
  const content = encodeContent({
    attributes, events: [], links: [], traceState: '', flags: 0, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
  });
  batch.buffer[row] = batch.buffers.push(content) - 1;
  batch.contentEnd[row] = content.length;
}

function addLog(batch: SpanBatch, traceId: string, spanId: string, body: string, timeUnixNano: bigint): void {
  const bytes = encodeLogRecord({
    traceId, spanId, timeUnixNano, observedTimeUnixNano: 0n, severityNumber: 9, severityText: 'INFO', eventName: '', body, attributes: new Map(), flags: 0, droppedAttributesCount: 0,
  });
  batch.logs.push({ traceId, spanId, timeUnixNano, resource: 0, scope: 0, buffer: batch.buffers.push(bytes) - 1, start: 0, end: bytes.length });
}

const timeOf = (text: string | undefined): bigint => {
  if (text === undefined) return 0n;
  return text.endsWith('n') ? BigInt(text.slice(0, -1)) : base + BigInt(text);
};
const halves = (time: bigint): [number, number] => [highOf(time), lowOf(time)];

/** Appends every row and log of a batch to one trace. */
export function appendAll(trace: TraceColumns, batch: SpanBatch, origins = new OriginTable()): TraceColumns {
  const input = new RowInput(batch, origins);
  for (let row = 0; row < batch.count; row++) {
    input.read(row);
    trace.append(input);
  }
  for (const log of batch.logs) trace.appendLog(input, log);
  return trace;
}

/** A trace of drawn spans; each drawing is a batch of its own. */
export function traceOf(...drawings: string[]): TraceColumns {
  const trace = new TraceColumns(traceA);
  for (const drawing of drawings) appendAll(trace, batchOf(drawing));
  trace.settle();
  return trace;
}

/** The tree of a trace as text: children by start below their parents, with times and marks. */
export function drawingOf(trace: TraceColumns): string {
  trace.settle();
  const children = new Map<number, number[]>();
  for (let row = 0; row < trace.count; row++) {
    const parent = trace.parent[row] as number;
    children.set(parent, [...(children.get(parent) ?? []), row]);
  }
  const lines: string[] = [];
  const stack = (children.get(-1) ?? []).map((row) => ({ row, depth: 0 })).reverse();
  while (stack.length > 0) {
    const { row, depth } = stack.pop() as { row: number; depth: number };
    lines.push(`${'  '.repeat(depth)}${lineOf(trace, row)}`);
    const below = (children.get(row) ?? []).sort((a, b) => (trace.start[b] as number) - (trace.start[a] as number) || b - a);
    for (const child of below) stack.push({ row: child, depth: depth + 1 });
  }
  return lines.join('\n');
}

function lineOf(trace: TraceColumns, row: number): string {
  const name = trace.texts.texts[trace.name[row] as number];
  const start = trace.times.startOf(trace, row) - base, end = trace.times.endOf(trace, row);
  const marks = markNames.filter((_, bit) => ((trace.marks[row] as number) & (1 << bit)) !== 0);
  return [shortOf(trace.spanIdOf(row)), name, `${start}..${end === 0n ? '' : end - base}`, marks.length > 0 ? `[${marks.join(' ')}]` : ''].filter((part) => part !== '').join(' ');
}

/** Removes the indentation that a template literal has in the source. */
export function text(strings: TemplateStringsArray): string {
  const lines = (strings[0] ?? '').split('\n').filter((each) => each.trim() !== '');
  const indent = Math.min(...lines.map((each) => each.length - each.trimStart().length));
  return lines.map((each) => each.slice(indent).trimEnd()).join('\n');
}
