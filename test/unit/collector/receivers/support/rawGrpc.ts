import { connect } from 'node:http2';
import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';

export const traceMethod = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

export interface GrpcReply {
  readonly httpStatus: number;
  /** Undefined when the stream ended without a status. */
  readonly code: number | undefined;
  readonly message: string;
  readonly details: Buffer | undefined;
  readonly body: Buffer;
}

/** A message with the five bytes in front of it; `length` and `flag` may lie. */
export function framed(message: Uint8Array | string, { flag = 0, length }: { flag?: number; length?: number } = {}): Buffer {
  const bytes = Buffer.from(message);
  const prefix = Buffer.alloc(5);
  prefix[0] = flag;
  prefix.writeUInt32BE(length ?? bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

/** A client that speaks HTTP/2 and leaves gRPC to the test. */
export class RawGrpc {
  readonly session: ClientHttp2Session;

  constructor(port: number, host = '127.0.0.1') {
    this.session = connect(`http://${host}:${port}`);
    this.session.on('error', () => undefined);
  }

  /** Begins a call of the trace service; headers with undefined are left out. */
  begin(headers: Record<string, string | undefined> = {}): ClientHttp2Stream {
    const all = { ':method': 'POST', ':path': traceMethod, ':authority': 'localhost', 'content-type': 'application/grpc', te: 'trailers', ...headers };
    const stream = this.session.request(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)), { endStream: false });
    stream.on('error', () => undefined);
    return stream;
  }

  async call(body: Uint8Array, headers: Record<string, string | undefined> = {}): Promise<GrpcReply> {
    const stream = this.begin(headers);
    stream.end(body);
    return replyOf(stream);
  }

  close(): void { this.session.destroy(); }
}

export function replyOf(stream: ClientHttp2Stream): Promise<GrpcReply> {
  return new Promise((resolve) => {
    const headers = new Map<string, string>();
    const note = (more: Record<string, unknown>): void => {
      for (const [name, value] of Object.entries(more)) headers.set(name, String(value));
    };
    const chunks: Buffer[] = [];
    stream.on('response', note).on('trailers', note).on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.once('close', () => {
      const code = headers.get('grpc-status');
      const details = headers.get('grpc-status-details-bin');
      resolve({
        httpStatus: Number(headers.get(':status')),
        code: code === undefined ? undefined : Number(code),
        message: headers.get('grpc-message') ?? '',
        details: details === undefined ? undefined : Buffer.from(details, 'base64'),
        body: Buffer.concat(chunks),
      });
    });
  });
}

/** A frame of HTTP/2 (RFC 9113, section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

export const frameTypes = { data: 0, headers: 1, priority: 2, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8, continuation: 9 } as const;
export const preface = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame(frameTypes.settings, 0, 0)]);

/** A header block without compression: literal fields, never indexed (RFC 7541, section 6.2.3). */
export function headerBlock(fields: readonly (readonly [string, string])[]): Buffer {
  const text = (value: string): Buffer => Buffer.concat([lengthOf(Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.from([0x10]), text(name), text(value)]));
}

function lengthOf(length: number): Buffer {
  if (length < 127) return Buffer.from([length]);
  const bytes = [127];
  let rest = length - 127;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}

export const callHeaders = headerBlock([
  [':method', 'POST'], [':scheme', 'http'], [':path', traceMethod], [':authority', 'localhost'], ['content-type', 'application/grpc'], ['te', 'trailers'],
]);
