import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/** Told by RFC 6455, section 1.3. */
const handshakeGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const handshakeTimeoutMs = 3000;
const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
/** A receiver says little to a client of this kind. */
const maxMessageBytes = 1 << 20;

const opcodes = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface WebSocketHandlers {
  onOpen(): void;
  onMessage(text: string): void;
  /** Comes exactly once, also when the connection could not be made. */
  onClose(): void;
  /** There is room to send again. */
  onDrain(): void;
}

/**
 * A WebSocket client (RFC 6455) that sends and receives text.
 * The global `WebSocket` of newer Nodes cannot be used: an open one keeps the process alive, and the end of an agent
 * must not wait for a debugger.
 */
export class WebSocketClient {
  readonly #handlers: WebSocketHandlers;
  readonly #isLocal: boolean;
  readonly #request: http.ClientRequest;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #fragments: Buffer[] = [];
  #closed = false;

  constructor(url: URL, handlers: WebSocketHandlers) {
    this.#handlers = handlers;
    this.#isLocal = url.protocol === 'ws:' && loopback.has(url.hostname);
    const key = randomBytes(16).toString('base64');
    const target = new URL(url);
    target.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
    this.#request = (url.protocol === 'wss:' ? https : http).request(target, {
      agent: false,
      timeout: handshakeTimeoutMs,
      headers: { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': key },
    });
    this.#request.on('socket', (socket) => socket.unref());
    this.#request.once('timeout', () => this.#waitOnce());
    this.#request.on('error', () => this.close());
    this.#request.on('response', () => this.close());
    this.#request.on('upgrade', (response, socket, head) => {
      const expected = createHash('sha1').update(key + handshakeGuid).digest('base64');
      if (response.headers['sec-websocket-accept'] === expected) this.#open(socket as Socket, head);
      else socket.destroy();
    });
    this.#request.on('close', () => { if (this.#socket === undefined) this.close(); });
    this.#request.end();
  }

  /** A program that was busy for so long has only now the time to read the answer. */
  #waitOnce(): void {
    setTimeout(() => { if (this.#socket === undefined) this.close(); }, handshakeTimeoutMs).unref();
  }

  /** Bytes that wait in this process. */
  get buffered(): number { return this.#socket?.writableLength ?? 0; }

  /** From now on an open connection keeps the process alive. */
  ref(): void { this.#socket?.ref(); }

  /** From now on it does not, as at first. */
  unref(): void { this.#socket?.unref(); }

  /** Sends a text message; false when it has to wait in memory. */
  send(text: Buffer): boolean {
    return this.#write(opcodes.text, text);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#request.destroy();
    this.#socket?.destroy();
    this.#handlers.onClose();
  }

  #open(socket: Socket, head: Buffer): void {
    this.#socket = socket;
    socket.unref();
    socket.setNoDelay(true);
    socket.setTimeout(0);
    socket.on('data', (bytes: Buffer) => this.#receive(bytes));
    socket.on('drain', () => this.#handlers.onDrain());
    socket.on('error', () => this.close());
    socket.on('close', () => this.close());
    this.#handlers.onOpen();
    if (head.length > 0) this.#receive(head);
  }

  #write(opcode: number, payload: Buffer): boolean {
    if (this.#socket === undefined || this.#closed) return false;
    // Masks protect proxies (10.3). On the way to the same machine there are none, and zeroes do.
    const mask = this.#isLocal ? Buffer.alloc(4) : randomBytes(4);
    return this.#socket.write(Buffer.concat([frameHeader(opcode, payload.length), mask, this.#isLocal ? payload : masked(payload, mask)]));
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    for (let frame = readFrame(this.#received); frame !== undefined; frame = readFrame(this.#received)) {
      if (frame === 'broken') return this.close();
      this.#received = this.#received.subarray(frame.length);
      this.#take(frame);
      if (this.#closed) return;
    }
  }

  #take(frame: Frame): void {
    if (frame.opcode === opcodes.close) return this.close();
    if (frame.opcode === opcodes.ping) return void this.#write(opcodes.pong, frame.payload);
    if (frame.opcode !== opcodes.text && frame.opcode !== opcodes.continuation) return;
    this.#fragments.push(frame.payload);
    if (this.#fragments.reduce((sum, part) => sum + part.length, 0) > maxMessageBytes) return this.close();
    if (!frame.final) return;
    const text = Buffer.concat(this.#fragments).toString('utf8');
    this.#fragments = [];
    this.#handlers.onMessage(text);
  }
}

interface Frame { readonly opcode: number; readonly final: boolean; readonly payload: Buffer; readonly length: number }

/** A frame of a server (unmasked) at the start of the bytes; undefined while it is not complete. */
function readFrame(bytes: Buffer): Frame | 'broken' | undefined {
  if (bytes.length < 2) return undefined;
  const first = bytes[0] as number;
  const short = bytes[1] as number;
  if ((first & 0x70) !== 0 || short > 127) return 'broken';
  const start = 2 + (short === 126 ? 2 : short === 127 ? 8 : 0);
  if (bytes.length < start) return undefined;
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (size > maxMessageBytes) return 'broken';
  if (bytes.length < start + size) return undefined;
  return { opcode: first & 0x0f, final: (first & 0x80) !== 0, payload: bytes.subarray(start, start + size), length: start + size };
}

function masked(payload: Buffer, mask: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(payload.length);
  for (let i = 0; i < payload.length; i++) bytes[i] = (payload[i] as number) ^ (mask[i & 3] as number);
  return bytes;
}

function frameHeader(opcode: number, size: number): Buffer {
  const first = 0x80 | opcode;
  if (size < 126) return Buffer.from([first, 0x80 | size]);
  if (size < 0x10000) return Buffer.from([first, 0x80 | 126, size >> 8, size & 0xff]);
  const header = Buffer.alloc(10);
  header[0] = first;
  header[1] = 0x80 | 127;
  header.writeUIntBE(size, 4, 6);
  return header;
}
