import { deserialize, serialize } from 'node:v8';
import { SpanBatch } from '../../model/spanBatch.ts';
import type { BatchLog, BatchMetricPoint } from '../../model/spanBatch.ts';
import { WireWriter } from '../../model/wireWriter.ts';
import type { Resource, Scope } from '../../model/span.ts';

/** The form in which parts of batches are stored: those of a file, and what is left of a batch when a trace was deleted. */
export const rowsFormat = 'spanscope-rows';

const wordColumns = [
  'traceId', 'idHigh', 'idLow', 'parentHigh', 'parentLow', 'startHigh', 'startLow', 'endHigh', 'endLow',
  'name', 'statusMessage', 'resource', 'scope', 'buffer', 'contentStart', 'contentEnd', 'marks',
] as const;
const byteColumns = ['kind', 'status', 'operation', 'present', 'opaque'] as const;
const opaqueSpan = 1, opaqueParent = 2;

interface StoredRows {
  readonly version: 1;
  readonly count: number;
  readonly texts: readonly string[];
  readonly resources: readonly Resource[];
  readonly scopes: readonly Scope[];
  readonly content: Uint8Array;
  readonly words: readonly Uint32Array<ArrayBuffer>[];
  readonly bytes: readonly Uint8Array<ArrayBuffer>[];
  readonly logs: readonly BatchLog[];
  readonly metrics: readonly BatchMetricPoint[];
}

/** What of a batch is wanted. */
export interface Selection {
  readonly rows: readonly number[];
  readonly logs: readonly BatchLog[];
  readonly metrics: readonly BatchMetricPoint[];
}

/** A part of a batch as bytes; `decodeRows` gives it back exactly. Nothing else of the batch is in them. */
export function encodeRows(batch: SpanBatch, { rows, logs, metrics }: Selection): Uint8Array {
  const part = new SpanBatch();
  part.resources.push(...batch.resources);
  part.scopes.push(...batch.scopes);
  const content = new ContentCopy(batch);
  for (const from of rows) copyRow(batch, from, part, content);
  const keptLogs = logs.map((log) => ({ ...log, buffer: 0, ...content.add(log.buffer, log.start, log.end) }));
  const used = usedOrigins(part, keptLogs, metrics);
  const stored: StoredRows = {
    version: 1, count: part.count, texts: part.texts,
    // Places stay, so that indexes need no change; what is not used any more is not kept.
    resources: part.resources.map((each, i) => (used.resources.has(i) ? each : emptyResource)),
    scopes: part.scopes.map((each, i) => (used.scopes.has(i) ? each : emptyScope)),
    content: content.bytes(),
    words: wordColumns.map((name) => part[name].slice(0, part.count)),
    bytes: byteColumns.map((name) => part[name].slice(0, part.count)),
    logs: keptLogs, metrics,
  };
  return serialize(stored);
}

/** All of a batch as bytes, in a fraction of the time; `decodeRows` gives it back, its content in one buffer. */
export function encodeBatch(batch: SpanBatch): Uint8Array {
  const { count } = batch;
  const content = new WireWriter(contentBytesOf(batch));
  const copy = (buffer: number, from: number, to: number): number => {
    const start = content.length, bytes = batch.buffers[buffer];
    if (bytes !== undefined) content.raw(bytes, from, to);
    return start;
  };
  const starts = new Uint32Array(count), ends = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    starts[row] = copy(batch.buffer[row] as number, batch.contentStart[row] as number, batch.contentEnd[row] as number);
    ends[row] = content.length;
  }
  const logs = batch.logs.map((log) => ({ ...log, buffer: 0, start: copy(log.buffer, log.start, log.end), end: content.length }));
  const used = usedOrigins(batch, logs, batch.metrics);
  const moved = new Map<string, Uint32Array<ArrayBuffer>>([['contentStart', starts], ['contentEnd', ends], ['buffer', new Uint32Array(count)]]);
  const stored: StoredRows = {
    version: 1, count, texts: batch.texts,
    resources: batch.resources.map((each, i) => (used.resources.has(i) ? each : emptyResource)),
    scopes: batch.scopes.map((each, i) => (used.scopes.has(i) ? each : emptyScope)),
    content: content.bytes.subarray(0, content.length),
    words: wordColumns.map((name) => moved.get(name) ?? batch[name].slice(0, count)),
    bytes: byteColumns.map((name) => batch[name].slice(0, count)),
    logs, metrics: batch.metrics,
  };
  return serialize(stored);
}

function contentBytesOf(batch: SpanBatch): number {
  let bytes = 0;
  for (let row = 0; row < batch.count; row++) bytes += (batch.contentEnd[row] as number) - (batch.contentStart[row] as number);
  return bytes;
}

/** Adds what `encodeRows` wrote to an empty batch. Throws when the bytes are not that. */
export function decodeRows(bytes: Uint8Array, batch: SpanBatch): void {
  const stored = deserialize(bytes) as StoredRows;
  if (stored.version !== 1) throw new Error('rows of an unknown version');
  for (const text of stored.texts) batch.intern(text);
  batch.resources.push(...stored.resources);
  batch.scopes.push(...stored.scopes);
  batch.buffers.push(stored.content);
  wordColumns.forEach((name, i) => { batch[name] = stored.words[i] as Uint32Array<ArrayBuffer>; });
  byteColumns.forEach((name, i) => { batch[name] = stored.bytes[i] as Uint8Array<ArrayBuffer>; });
  batch.count = stored.count;
  batch.logs.push(...stored.logs);
  batch.metrics.push(...stored.metrics);
}

const emptyResource: Resource = { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
const emptyScope: Scope = { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };

function copyRow(batch: SpanBatch, from: number, part: SpanBatch, content: ContentCopy): void {
  const row = part.addRow();
  for (const name of wordColumns) part[name][row] = batch[name][from] as number;
  for (const name of byteColumns) part[name][row] = batch[name][from] as number;
  const text = (index: number): number => part.intern(batch.texts[index] as string);
  part.traceId[row] = text(batch.traceId[from] as number);
  part.name[row] = text(batch.name[from] as number);
  part.statusMessage[row] = text(batch.statusMessage[from] as number);
  const opaque = batch.opaque[from] as number;
  if ((opaque & opaqueSpan) !== 0) part.idLow[row] = text(batch.idLow[from] as number);
  if ((opaque & opaqueParent) !== 0) part.parentLow[row] = text(batch.parentLow[from] as number);
  const { start, end } = content.add(batch.buffer[from] as number, batch.contentStart[from] as number, batch.contentEnd[from] as number);
  part.buffer[row] = 0;
  part.contentStart[row] = start;
  part.contentEnd[row] = end;
}

/** Content of single rows, copied one after another. */
class ContentCopy {
  private readonly batch: SpanBatch;
  private readonly parts: Uint8Array[] = [];
  private length = 0;

  constructor(batch: SpanBatch) { this.batch = batch; }

  add(buffer: number, from: number, to: number): { readonly start: number; readonly end: number } {
    const part = (this.batch.buffers[buffer] ?? new Uint8Array(0)).subarray(from, to);
    const start = this.length;
    this.parts.push(part);
    this.length += part.length;
    return { start, end: this.length };
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

function usedOrigins(part: SpanBatch, logs: readonly BatchLog[], metrics: readonly BatchMetricPoint[]): { readonly resources: Set<number>; readonly scopes: Set<number> } {
  const resources = new Set(part.resource.subarray(0, part.count)), scopes = new Set(part.scope.subarray(0, part.count));
  for (const { resource, scope } of [...logs, ...metrics]) {
    resources.add(resource);
    scopes.add(scope);
  }
  return { resources, scopes };
}
