import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface RawResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A client that writes bytes as the test says and reads HTTP/1.1 responses with a Content-Length. */
export class RawHttp {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  #isClosed = false;
  #isOver = false;

  constructor(port: number, host = '127.0.0.1') {
    this.socket = connect({ port, host });
    this.socket.on('data', (chunk) => {
      if (this.#isOver) return;
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    this.socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      });
    });
  }

  send(bytes: string | Uint8Array): this {
    this.socket.write(bytes);
    return this;
  }

  /** The next response; undefined when the connection ended without one. What answers HEAD has no body. */
  async response(hasBody = true): Promise<RawResponse | undefined> {
    for (;;) {
      const parsed = parse(this.#received, hasBody);
      if (parsed !== undefined) {
        this.#received = this.#received.subarray(parsed.length);
        if (parsed.response.status !== 100) return parsed.response;
      } else if (this.#isClosed) {
        return undefined;
      } else {
        await new Promise<void>((resolve) => { this.#wake = resolve; });
      }
    }
  }

  /** What came after the last response, when the connection goes on as something else. */
  takeRest(): Buffer {
    const rest = this.#received;
    this.#received = Buffer.alloc(0);
    this.#isOver = true;
    return rest;
  }

  end(): void { this.socket.destroy(); }
}

function parse(bytes: Buffer, hasBody: boolean): { response: RawResponse; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Map(lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const bodyEnd = headEnd + 4 + (hasBody ? Number(headers.get('content-length') ?? 0) : 0);
  if (bytes.length < bodyEnd) return undefined;
  return { response: { status: Number(statusLine.split(' ')[1]), headers, body: bytes.subarray(headEnd + 4, bodyEnd) }, length: bodyEnd };
}

export interface RequestParts {
  readonly method?: string;
  readonly target?: string;
  /** Replaces the header lines altogether, Host too. */
  readonly lines?: readonly string[];
  /** Added to the usual header lines. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** The bytes of a request: by default a good, empty OTLP/HTTP request in protobuf. */
export function requestBytes({ method = 'POST', target = '/v1/traces', lines, headers = {}, body = '' }: RequestParts = {}): Buffer {
  const usual = new Map(Object.entries({ Host: 'localhost', 'Content-Type': 'application/x-protobuf', 'Content-Length': String(Buffer.byteLength(body)), ...headers }));
  const head = lines ?? [...usual].map(([name, value]) => `${name}: ${value}`);
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${head.map((line) => `${line}\r\n`).join('')}\r\n`, 'latin1'), Buffer.from(body)]);
}

/** Sends one request on a connection of its own. */
export async function ask(port: number, parts: RequestParts = {}): Promise<RawResponse | undefined> {
  const client = new RawHttp(port);
  const response = await client.send(requestBytes(parts)).response(parts.method !== 'HEAD');
  client.end();
  return response;
}
