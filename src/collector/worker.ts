import { parentPort } from 'node:worker_threads';
import type { CollectorCalls } from '../protocol/collector.ts';
import { Collector } from './collector.ts';
import type { FromWorker, ToWorker } from './workerMessages.ts';

/** The worker thread: calls come in as messages, results and events go out as messages. */
const port = parentPort;
if (port === null) throw new Error('This file runs as a worker thread.');

const send = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void => port.postMessage(message, transfer);
const collector = new Collector((event, transfer) => send({ event }, transfer));

port.on('message', ({ id, name, args }: ToWorker) => {
  void answer(id, name, args);
});

async function answer(id: number, name: keyof CollectorCalls, args: readonly unknown[]): Promise<void> {
  try {
    const handler = collector[name] as (...given: readonly unknown[]) => unknown;
    const value = await handler.apply(collector, [...args]);
    send({ id, value }, buffersOf(value));
  } catch (error) {
    send({ id, error: error instanceof Error ? error.message : String(error) });
  }
  // Nothing keeps the thread alive after this.
  if (name === 'shutdown') port?.close();
}

/** The buffers that travel without being copied. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (value instanceof ArrayBuffer) return [value];
  if (typeof value === 'object' && value !== null && 'rows' in value && value.rows instanceof ArrayBuffer) return [value.rows];
  if (typeof value === 'object' && value !== null && 'bytes' in value && value.bytes instanceof ArrayBuffer) return [value.bytes];
  return [];
}
