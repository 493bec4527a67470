import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { SpanBatch } from '../../model/spanBatch.ts';
import { partOf, partsToSend } from '../store/batchRows.ts';
import type { Selection } from '../store/batchRows.ts';
import { openSource, sourceOf } from './byteSource.ts';
import { FileFollowing } from './fileFollowing.ts';
import type { FileProgress, FileTask, FromFileWorker } from './fileMessages.ts';
import { FileReading } from './fileReading.ts';

/** A batch with more rows would keep others waiting too long where it is taken in. */
const mostRows = 2048, rowsPerPart = 1024;
const mostAhead = 8;
const progressMs = 100;
/** Waiting is cut into turns only so that nothing can hang for ever. */
const waitMs = 1000;

const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');
const { input, follow, flow } = workerData as FileTask;
const name = 'path' in input ? basename(input.path) : input.name;
const ahead = new Int32Array(flow);
let lastTold = 0;

const reading = new FileReading({ onBatch: send, onProgress: () => { tellSometimes('reading'); } });

/** Sends the rows of a batch, and waits until few are on their way: a file is read no faster than it is taken in. */
function send(batch: SpanBatch): void {
  if (batch.count <= mostRows && batch.logs.length <= mostRows) post(batch);
  else for (const part of partsOf(batch)) post(partOf(batch, part));
  tellSometimes('reading');
}

function post(batch: SpanBatch): void {
  const { parts, transfer } = partsToSend(batch);
  Atomics.add(ahead, 0, 1);
  port?.postMessage({ batch: parts } satisfies FromFileWorker, transfer);
  for (let now = Atomics.load(ahead, 0); now > mostAhead; now = Atomics.load(ahead, 0)) Atomics.wait(ahead, 0, now, waitMs);
}

function* partsOf({ count, logs, metrics }: SpanBatch): Generator<Selection> {
  for (let from = 0; from < Math.max(count, logs.length, 1); from += rowsPerPart) {
    const rows = Array.from({ length: Math.max(0, Math.min(rowsPerPart, count - from)) }, (_, i) => from + i);
    yield { rows, logs: logs.slice(from, from + rowsPerPart), metrics: from === 0 ? metrics : [] };
  }
}

function tell(state: FileProgress['state'], bytesTotal: number, problem?: string): void {
  lastTold = performance.now();
  const progress: FileProgress = { state, bytesRead: reading.bytesRead, bytesTotal, report: reading.report, ...(problem === undefined ? {} : { problem }) };
  port?.postMessage({ progress } satisfies FromFileWorker);
}

let bytesTotal = 0;
function tellSometimes(state: FileProgress['state']): void {
  if (performance.now() - lastTold > progressMs) tell(state, bytesTotal);
}

async function read(): Promise<void> {
  if (follow && 'path' in input) {
    await new FileFollowing(input.path, name, reading, (state) => { tell(state, reading.bytesRead, state === 'failed' ? reading.failure : undefined); }).run();
    return;
  }
  const source = 'path' in input ? await openSource(input.path) : sourceOf(new Uint8Array(input.bytes));
  bytesTotal = source.size;
  try {
    await reading.read(source, name, 'path' in input ? input.path : undefined);
  } finally {
    await source.close();
  }
  const { failure } = reading;
  tell(failure === undefined ? 'read' : 'failed', bytesTotal, failure);
}

read().catch((error: unknown) => { tell('failed', bytesTotal, `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`); });
