// I2: spans a second over OTLP/HTTP on loopback, requests of 512 spans, until they are stored durably. Beside it the floor:
// the same client against a server that reads the bodies and does nothing with them.
// Run: npm run bench:ingest -- [spans]
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { measure, rounds, startCollector } from './ingestCollector.ts';
import { Report } from './support/report.ts';

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

const report = new Report('ingest');
const floor = await startFloor();
await measure(report, { name: 'floor', client: 'ingestClient.ts', endpoint: floor.endpoint, spans });
await floor.stop();

const collector = await startCollector();
await measure(report, { name: 'OTLP/HTTP', client: 'ingestClient.ts', endpoint: collector.endpoints.http, spans, goal: 'I2' });
const received = await collector.receivedSpans();
if (received !== rounds * spans) throw new Error(`${received} of ${rounds * spans} spans were counted`);
await collector.close();
report.end();
