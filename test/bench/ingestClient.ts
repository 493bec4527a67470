// Client process of ingest.ts: posts OTLP requests of 512 spans on four connections and tells how many ms that took.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { requestsOf } from './storeTraces.ts';

const connections = 4;
const spansPerTrace = 2000;
const [endpoint = '', spans = '0', , round = '0'] = process.argv.slice(2);
const { hostname, port } = new URL(endpoint);

/** Other spans in every round, so that none is known already. */
const bodies = [...requestsOf(Number(spans) * (Number(round) + 1), spansPerTrace)].slice(-Math.ceil(Number(spans) / 512));
const requests = bodies.map((body) => Buffer.concat([
  Buffer.from(`POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`), body,
]));

/** Sends one request after the other until there are none left. */
function send(socket: Socket, next: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const sendNext = (): void => {
      const request = next();
      if (request === undefined) resolve();
      else socket.write(request);
    };
    let answer = '';
    socket.once('error', reject).on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (!answer.includes('\r\n\r\n')) return;
      if (!answer.startsWith('HTTP/1.1 200')) reject(new Error(answer));
      answer = '';
      sendNext();
    });
    sendNext();
  });
}

const sockets = await Promise.all(Array.from({ length: connections }, () => new Promise<Socket>((resolve) => {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve(socket));
})));
const start = performance.now();
let sent = 0;
await Promise.all(sockets.map((socket) => send(socket, () => requests[sent++])));
process.send?.(performance.now() - start, () => process.exit(0));
