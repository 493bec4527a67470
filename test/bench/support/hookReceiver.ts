import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Where programs with the hook send to. */
export interface HookReceiver {
  /** Of the live protocol. */
  readonly endpoint: string;
  /** Of OTLP over HTTP, for the programs' own exporters. */
  readonly http: string;
  stop(): Promise<unknown>;
}

/** A receiver in a thread, so that its work is no program's: confirms everything, and tells a thousand span breakpoints to programs with a token. */
export async function startHookReceiver(): Promise<HookReceiver> {
  const worker = new Worker(`
    const { createServer } = require('node:http');
    const { parentPort } = require('node:worker_threads');
    const { WebSocketServer } = require('ws');
    const items = Array.from({ length: 1000 }, (_, i) => ({ id: String(i), enabled: true, on: i % 2 === 0 ? 'start' : 'end', name: 'span ' + i }));
    const http = createServer((request, response) => request.resume().on('end', () => response.end()));
    new WebSocketServer({ server: http }).on('connection', (socket) => socket.on('message', (data) => {
      const all = JSON.parse(data);
      for (const { id, token } of Array.isArray(all) ? all : [all]) {
        if (token !== undefined) socket.send(JSON.stringify({ type: 'breakpoints', items }));
        if (id !== undefined) socket.send(JSON.stringify({ type: 'ack', id, accepted: 1 }));
      }
    }));
    http.listen(0, '127.0.0.1', () => parentPort.postMessage(http.address().port));`, { eval: true });
  const [port] = await once(worker, 'message') as [number];
  return { endpoint: `ws://127.0.0.1:${port}/v1/spans`, http: `http://127.0.0.1:${port}`, stop: () => worker.terminate() };
}
