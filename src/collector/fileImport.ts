import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { detect } from '../formats/detect.ts';
import { DecodeError } from '../formats/format.ts';
import { fileLimits } from '../formats/limits.ts';
import { formats } from '../formats/registry.ts';
import type { ImportReport } from '../model/records.ts';
import { SpanBatch } from '../model/spanBatch.ts';
import { decodeRows, encodeRows, rowsFormat } from './store/batchRows.ts';
import type { Selection } from './store/batchRows.ts';
import type { TraceStore } from './store/traceStore.ts';

const largestFile = 256 * 1024 * 1024;
/** Parts of a file that are stored by themselves, so that one trace of a large file is read quickly. */
const rowsPerPart = 4096, bytesPerPart = 4 * 1024 * 1024;
const unzip = promisify(gunzip);

/**
 * Reads a trace file of any known format, also gzipped, and stores its traces; a trace that is known already is merged
 * with what the file says. Rejects with words for the user when nothing of the file can be read. `name` is only for
 * those words.
 */
export async function importFile(store: TraceStore, packed: Uint8Array, name: string): Promise<ImportReport> {
  const bytes = await unpack(packed, name);
  const found = detect(bytes, formats);
  if (found === undefined) throw new Error(`${name} is not a trace file of a known format.`);
  const batch = new SpanBatch();
  try {
    found.format.decode(bytes, batch, { limits: fileLimits, mode: 'lenient' });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new Error(`${name} looks like ${found.format.label}, but cannot be read${placeOf(error)}: ${error.message}`, { cause: error });
  }
  const written: Promise<void>[] = [];
  for (const part of partsOf(batch)) {
    const stored = encodeRows(batch, part);
    const own = new SpanBatch();
    decodeRows(stored, own);
    written.push(store.append(own, { format: rowsFormat, signal: part.rows.length === 0 && part.metrics.length > 0 ? 'metrics' : 'traces', bytes: stored }));
    // A large file is no reason to keep others waiting.
    await new Promise(setImmediate);
  }
  await Promise.all(written);
  return {
    format: found.format.id,
    traceIds: [...traceRows(batch).keys()],
    spanCount: batch.count,
    warnings: warningsOf(batch),
  };
}

async function unpack(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes.length > largestFile) throw new Error(`${name} is larger than ${largestFile / 1024 / 1024} MiB.`);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await unzip(bytes, { maxOutputLength: largestFile });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const reason = isTooLarge ? `is larger than ${largestFile / 1024 / 1024} MiB when unpacked` : 'is compressed with gzip, but damaged';
    throw new Error(`${name} ${reason}.`, { cause: error });
  }
}

function placeOf({ line, offset }: DecodeError): string {
  if (line !== undefined) return ` at line ${line}`;
  return offset === undefined ? '' : ` at byte ${offset}`;
}

function warningsOf(batch: SpanBatch): string[] {
  const rejected = batch.rejectedCount === 0 ? [] : [`${batch.rejectedCount} records could not be read.`];
  const nothing = batch.count === 0 ? ['The file holds no spans.'] : [];
  return [...rejected, ...batch.problems, ...nothing];
}

/** The rows of each trace, in order of appearance. */
function traceRows(batch: SpanBatch): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  for (let row = 0; row < batch.count; row++) {
    const traceId = batch.texts[batch.traceId[row] as number] as string;
    const own = rows.get(traceId);
    if (own === undefined) rows.set(traceId, [row]); else own.push(row);
  }
  return rows;
}

/** Whole traces together while they are small; large ones in several parts. Logs come after all spans, metrics last. */
function* partsOf(batch: SpanBatch): Generator<Selection> {
  const lengthOf = (row: number): number => (batch.contentEnd[row] as number) - (batch.contentStart[row] as number);
  let part: number[] = [], bytes = 0;
  for (const rows of traceRows(batch).values()) {
    const isLarge = part.length + rows.length > rowsPerPart;
    for (const [i, row] of rows.entries()) {
      const isFull = part.length >= rowsPerPart || bytes > bytesPerPart || (i === 0 && isLarge);
      if (isFull && part.length > 0) {
        yield { rows: part, logs: [], metrics: [] };
        part = [];
        bytes = 0;
      }
      part.push(row);
      bytes += lengthOf(row);
    }
  }
  if (part.length > 0) yield { rows: part, logs: [], metrics: [] };
  for (let from = 0; from < batch.logs.length; from += rowsPerPart) yield { rows: [], logs: batch.logs.slice(from, from + rowsPerPart), metrics: [] };
  if (batch.metrics.length > 0) yield { rows: [], logs: [], metrics: batch.metrics };
}
