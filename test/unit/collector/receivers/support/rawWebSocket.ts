import { RawHttp } from './rawHttp.ts';
import type { RawResponse } from './rawHttp.ts';

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameParts {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits, as a number. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the length field says, when it lies. */
  readonly length?: bigint;
}

/** The bytes of a frame of a client (RFC 6455, section 5.2). */
export function wsFrame(payload: string | Uint8Array, { opcode = opcodes.text, fin = true, reserved = 0, masked = true, length }: FrameParts = {}): Buffer {
  const bytes = Buffer.from(payload);
  const said = length ?? BigInt(bytes.length);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let head: Buffer;
  if (said < 126n) {
    head = Buffer.of(first, maskBit | Number(said));
  } else if (said < 65_536n) {
    head = Buffer.alloc(4);
    head.writeUInt16BE(Number(said), 2);
    head[1] = maskBit | 126;
  } else {
    head = Buffer.alloc(10);
    head.writeBigUInt64BE(said, 2);
    head[1] = maskBit | 127;
  }
  head[0] = first;
  if (!masked) return Buffer.concat([head, bytes]);
  const mask = Buffer.of(1, 2, 3, 4);
  return Buffer.concat([head, mask, bytes.map((byte, i) => byte ^ (mask[i & 3] as number))]);
}

const key = 'dGhlIHNhbXBsZSBub25jZQ==';

/** Header lines of a good handshake. */
export const handshakeLines = [
  'Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`,
];

export interface ServerFrame { readonly opcode: number; readonly payload: Buffer }

/** A WebSocket client that sends frames as the test says. */
export class RawWebSocket {
  readonly http: RawHttp;
  readonly frames: ServerFrame[] = [];
  readonly handshake: Promise<RawResponse | undefined>;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #isClosed = false;

  constructor(port: number, { lines = handshakeLines, path = '/v1/spans', method = 'GET' }: { lines?: readonly string[]; path?: string; method?: string } = {}) {
    this.http = new RawHttp(port).send(`${method} ${path} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`);
    this.handshake = this.http.response().then((response) => {
      if (response?.status === 101) this.#read(this.http.takeRest());
      return response;
    });
    void this.http.closed.then(() => {
      this.#isClosed = true;
      this.#wake();
    });
  }

  send(bytes: Uint8Array): this {
    this.http.send(bytes);
    return this;
  }

  say(message: unknown): this { return this.send(wsFrame(typeof message === 'string' ? message : JSON.stringify(message))); }

  /** The next text message as JSON; undefined when the connection ends before. */
  async message(): Promise<unknown> {
    const text = await this.#next(opcodes.text);
    return text === undefined ? undefined : JSON.parse(String(text));
  }

  /** The code that the server closes with; undefined when it just ends. */
  async closeCode(): Promise<number | undefined> {
    const payload = await this.#next(opcodes.close);
    return payload?.readUInt16BE();
  }

  async pong(): Promise<Buffer | undefined> { return this.#next(opcodes.pong); }

  end(): void { this.http.end(); }

  async #next(opcode: number): Promise<Buffer | undefined> {
    await this.handshake;
    for (;;) {
      const found = this.frames.findIndex((one) => one.opcode === opcode);
      if (found >= 0) return this.frames.splice(found, 1)[0]?.payload;
      if (this.#isClosed) return undefined;
      await new Promise<void>((resolve) => { this.#wake = resolve; });
    }
  }

  #read(first: Buffer): void {
    const take = (chunk: Buffer): void => {
      this.#received = Buffer.concat([this.#received, chunk]);
      for (let frame = this.#takeFrame(); frame !== undefined; frame = this.#takeFrame()) this.frames.push(frame);
      this.#wake();
    };
    this.http.socket.on('data', take);
    take(first);
  }

  #takeFrame(): ServerFrame | undefined {
    const bytes = this.#received;
    if (bytes.length < 2) return undefined;
    const short = (bytes[1] as number) & 0x7f;
    const headLength = short === 127 ? 10 : short === 126 ? 4 : 2;
    if (bytes.length < headLength) return undefined;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
    if (bytes.length < headLength + length) return undefined;
    this.#received = bytes.subarray(headLength + length);
    return { opcode: (bytes[0] as number) & 15, payload: bytes.subarray(headLength, headLength + length) };
  }
}
