// I2: spans a second over OTLP/HTTP on loopback, requests of 512 spans, until they are stored durably. Beside it the floor:
// the same client against a server that reads the bodies and does nothing with them.
// Run: node test/bench/ingest.ts [spans]
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { measure, printTable, startCollector } from './ingestCollector.ts';

const spans = Number(process.argv[2] ?? 204_800);

/** A server in a thread of its own, as the collector is. */
async function startFloor(): Promise<{ endpoint: string; stop(): Promise<number> }> {
  const worker = new Worker(`
    const { createServer } = require('node:http');
    const { parentPort } = require('node:worker_threads');
    const server = createServer((request, response) => { request.on('data', () => {}).on('end', () => response.writeHead(200, { 'Content-Length': 0 }).end()); });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`, { eval: true });
  const [port] = (await once(worker, 'message')) as [number];
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => worker.terminate() };
}

const floor = await startFloor();
const floorResult = await measure({ goal: 'I2', name: 'floor', client: 'ingestClient.ts', endpoint: floor.endpoint, spans });
await floor.stop();

const collector = await startCollector();
const result = await measure({ goal: 'I2', name: 'OTLP/HTTP', client: 'ingestClient.ts', endpoint: collector.endpoints.http, spans, must: 150_000, aim: 300_000 });
const received = await collector.receivedSpans();
if (received !== 3 * spans) throw new Error(`${received} of ${3 * spans} spans were counted`);
await collector.close();
printTable([floorResult, result]);
