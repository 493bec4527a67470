import { deserialize, serialize } from 'node:v8';
import { byteColumns, SpanBatch, wordColumns } from '../../model/spanBatch.ts';
import type { BatchLog, BatchMetricPoint, BatchParts } from '../../model/spanBatch.ts';
import { WireWriter } from '../../model/wireWriter.ts';
import type { Resource, Scope } from '../../model/span.ts';

/** The form in which parts of batches are stored: those of a file, and what is left of a batch when a trace was deleted. */
export const rowsFormat = 'spanscope-rows';

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
export function encodeRows(batch: SpanBatch, selection: Selection): Uint8Array { return encodeBatch(partOf(batch, selection)); }

/** A part of a batch as a batch of its own, its content in one buffer. */
export function partOf(batch: SpanBatch, { rows, logs, metrics }: Selection): SpanBatch {
  const part = new SpanBatch(), content = new ContentCopy(batch);
  for (const from of rows) copyRow(batch, from, part, content);
  for (const log of logs) part.logs.push({ ...log, buffer: 0, ...content.add(log.buffer, log.start, log.end) });
  for (const metric of metrics) part.metrics.push(metric);
  const { resources, scopes } = usedOrigins(part, batch);
  part.resources.push(...resources);
  part.scopes.push(...scopes);
  part.buffers.push(content.bytes());
  return part;
}

/** All of a batch as bytes; `decodeRows` gives it back, its content in one buffer. */
export function encodeBatch(batch: SpanBatch): Uint8Array {
  const { count } = batch, { content, starts, ends, logs } = contentOf(batch);
  const moved = new Map<string, Uint32Array<ArrayBuffer>>([['contentStart', starts], ['contentEnd', ends], ['buffer', new Uint32Array(count)]]);
  const stored: StoredRows = {
    version: 1, count, texts: batch.texts, ...usedOrigins(batch, batch), content,
    words: wordColumns.map((name) => moved.get(name) ?? batch[name].slice(0, count)),
    bytes: byteColumns.map((name) => batch[name].slice(0, count)),
    logs, metrics: batch.metrics,
  };
  return serialize(stored);
}

/** What of a batch goes to another thread, and what is handed over with it; the batch is of no use until its rows are forgotten. */
export function partsToSend(batch: SpanBatch): { readonly parts: BatchParts; readonly transfer: ArrayBuffer[] } {
  const { parts } = batch, transfer = new Set<ArrayBuffer>();
  let { buffers, logs } = parts;
  if (batch.hasLentBuffers) {
    const own = contentOf(batch);
    batch.contentStart.set(own.starts);
    batch.contentEnd.set(own.ends);
    batch.buffer.fill(0);
    ({ logs } = own);
    buffers = [own.content];
  }
  for (const { buffer } of [{ buffer: parts.columns }, ...buffers]) if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) transfer.add(buffer);
  return { parts: { ...parts, ...usedOrigins(batch, batch), buffers, logs }, transfer: [...transfer] };
}

interface Contents { readonly content: Uint8Array<ArrayBuffer>; readonly starts: Uint32Array<ArrayBuffer>; readonly ends: Uint32Array<ArrayBuffer>; readonly logs: BatchLog[] }

/** A copy of the contents of a batch, one after the other, with where those of its rows lie then, and its logs. */
function contentOf(batch: SpanBatch): Contents {
  const { count } = batch, content = new WireWriter(contentBytesOf(batch)), starts = new Uint32Array(count), ends = new Uint32Array(count);
  const copy = (buffer: number, from: number, to: number): number => {
    const start = content.length, bytes = batch.buffers[buffer];
    if (bytes !== undefined) content.raw(bytes, from, to);
    return start;
  };
  for (let row = 0; row < count; row++) {
    starts[row] = copy(batch.buffer[row] as number, batch.contentStart[row] as number, batch.contentEnd[row] as number);
    ends[row] = content.length;
  }
  const logs = batch.logs.map((log) => ({ ...log, buffer: 0, start: copy(log.buffer, log.start, log.end), end: content.length }));
  return { content: content.length === content.bytes.length ? content.bytes : content.finish(), starts, ends, logs };
}

function contentBytesOf(batch: SpanBatch): number {
  let bytes = 0;
  for (let row = 0; row < batch.count; row++) bytes += (batch.contentEnd[row] as number) - (batch.contentStart[row] as number);
  for (const { start, end } of batch.logs) bytes += end - start;
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

/** The resources and scopes of a batch that its rows, logs and metrics use, or those of `part`. Places stay, so that indexes need no change; what is not used is not kept. */
function usedOrigins(part: SpanBatch, { resources, scopes }: SpanBatch): { readonly resources: Resource[]; readonly scopes: Scope[] } {
  const hasResource = new Uint8Array(resources.length), hasScope = new Uint8Array(scopes.length);
  for (let row = 0; row < part.count; row++) {
    hasResource[part.resource[row] as number] = 1;
    hasScope[part.scope[row] as number] = 1;
  }
  for (const { resource, scope } of [...part.logs, ...part.metrics]) {
    hasResource[resource] = 1;
    hasScope[scope] = 1;
  }
  return { resources: resources.map((each, i) => (hasResource[i] === 1 ? each : emptyResource)), scopes: scopes.map((each, i) => (hasScope[i] === 1 ? each : emptyScope)) };
}
