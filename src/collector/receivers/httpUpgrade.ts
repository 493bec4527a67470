import { Buffer } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal } from './admission.ts';
import { errorAnswer } from './answers.ts';

/**
 * Answers on a socket that has no response object, and closes it. What the client is still sending is thrown away for
 * a while first: to close at once would reset the connection before it has read the answer.
 */
export function endRaw(socket: Socket, { status, message, headers }: Refusal, lingerMs: number): void {
  const { body = '', mediaType } = errorAnswer(status, message, undefined);
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Type: ${mediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${String(body)}`);
  socket.resume();
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
}

const upgradeHeaders = new Set(['upgrade', 'http2-settings', 'connection']);

/**
 * Serves a request whose upgrade we do not speak as the plain request that it also is: HTTP clients of Java offer h2c
 * on every one. Node can decide this per request only from version 24.9 on, so the head is read again without the offer.
 */
export function withoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const lines = [`${request.method ?? ''} ${request.url ?? ''} HTTP/${request.httpVersion}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i] as string;
    if (!upgradeHeaders.has(name.toLowerCase())) lines.push(`${name}: ${request.rawHeaders[i + 1] as string}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
