import type { ByteRange } from '../../../src/formats/decodedFrom.ts';
import { markBit } from '../../../src/model/span.ts';
import { decodeContent } from '../../../src/model/spanContent.ts';
import type { SpanContent } from '../../../src/model/span.ts';
import { operationCode } from '../../../src/model/spanBatch.ts';
import type { SpanBatch } from '../../../src/model/spanBatch.ts';
import { hexOfHalves } from '../../../src/model/ids.ts';
import { joinHalves } from '../../../src/model/time.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';

/** One row of a batch as an object, for tests to look at. */
export interface RowView {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly status: number;
  readonly statusMessage: string;
  readonly service: string;
  readonly scopeName: string;
  readonly operation: number;
  readonly marks: number;
  readonly present: number;
  readonly content: SpanContent;
}

const at = (column: ArrayLike<number>, row: number): number => column[row] as number;

/** Where the content of a row lies. */
export const contentRangeOf = (batch: SpanBatch, row: number): ByteRange =>
  ({ bytes: batch.buffers[at(batch.buffer, row)] as Uint8Array, start: at(batch.contentStart, row), end: at(batch.contentEnd, row) });

export function contentOf(batch: SpanBatch, row: number): SpanContent {
  const { bytes, start, end } = contentRangeOf(batch, row);
  return decodeContent(bytes, start, end);
}

export function rowOf(batch: SpanBatch, row: number): RowView {
  const opaque = at(batch.opaque, row);
  const text = (index: number): string => batch.texts[index] as string;
  const parentHigh = at(batch.parentHigh, row), parentLow = at(batch.parentLow, row);
  const parent = (opaque & 2) !== 0 ? text(parentLow) : parentHigh === 0 && parentLow === 0 ? '' : hexOfHalves(parentHigh, parentLow);
  return {
    traceId: text(at(batch.traceId, row)),
    spanId: (opaque & 1) !== 0 ? text(at(batch.idLow, row)) : hexOfHalves(at(batch.idHigh, row), at(batch.idLow, row)),
    parentSpanId: parent,
    name: text(at(batch.name, row)),
    kind: at(batch.kind, row),
    start: joinHalves(at(batch.startHigh, row), at(batch.startLow, row)),
    end: joinHalves(at(batch.endHigh, row), at(batch.endLow, row)),
    status: at(batch.status, row),
    statusMessage: text(at(batch.statusMessage, row)),
    service: String(batch.resources[at(batch.resource, row)]?.attributes.get('service.name') ?? ''),
    scopeName: batch.scopes[at(batch.scope, row)]?.name ?? '',
    operation: at(batch.operation, row),
    marks: at(batch.marks, row),
    present: at(batch.present, row),
    content: contentOf(batch, row),
  };
}

export const rowsOf = (batch: SpanBatch): RowView[] => Array.from({ length: batch.count }, (_, row) => rowOf(batch, row));

/** The counts that the samples' expected.json has for a file of spans. */
export function summaryOf(batch: SpanBatch): Record<string, number | string> {
  const rows = rowsOf(batch).filter(({ operation }) => operation !== operationCode.update);
  const byKey = new Map<string, RowView>();
  for (const row of rows) {
    const key = `${row.traceId} ${row.spanId}`, known = byKey.get(key);
    if (known === undefined || (known.end === 0n && row.end !== 0n)) byKey.set(key, row);
  }
  const spans = [...byKey.values()];
  const parentOf = (row: RowView): RowView | undefined => byKey.get(`${row.traceId} ${row.parentSpanId}`);
  const times = { starts: spans.map(({ start }) => start).filter((start) => start > 0n), ends: spans.map(({ end }) => end).filter((end) => end > 0n) };
  return {
    traces: new Set(rows.map(({ traceId }) => traceId)).size,
    spans: rows.length,
    unique: spans.length,
    roots: spans.filter(({ parentSpanId }) => parentSpanId === '').length,
    orphans: spans.filter((row) => row.parentSpanId !== '' && parentOf(row) === undefined).length,
    errors: spans.filter(({ status }) => status === 2).length,
    open: spans.filter(({ end }) => end === 0n).length,
    zero: spans.filter(({ start, end }) => end !== 0n && end === start).length,
    negative: spans.filter(({ start, end }) => end !== 0n && end < start).length,
    outside: spans.filter((row) => isOutside(row, parentOf(row))).length,
    events: sum(rows, (row) => row.content.events.length),
    links: sum(rows, (row) => row.content.links.length),
    max_value: Math.max(0, ...rows.flatMap((row) => [...row.content.attributes.values()].map(longestText))),
    services: new Set(rows.map(({ service }) => service).filter((service) => service !== '')).size,
    start_ns: String(least(times.starts)),
    end_ns: String(greatest(times.ends)),
    repaired: rows.filter(({ marks }) => (marks & markBit('repaired')) !== 0).length,
  };
}

function isOutside(row: RowView, parent: RowView | undefined): boolean {
  if (parent === undefined || parent === row) return false;
  return row.start < parent.start || (parent.end !== 0n && row.end > parent.end);
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number => items.reduce((total, item) => total + of(item), 0);
const least = (values: readonly bigint[]): bigint => values.reduce((found, value) => (value < found ? value : found), values[0] ?? 0n);
const greatest = (values: readonly bigint[]): bigint => values.reduce((found, value) => (value > found ? value : found), values[0] ?? 0n);

function longestText(value: AttributeValue): number {
  return typeof value === 'string' ? [...value].length : 0;
}
