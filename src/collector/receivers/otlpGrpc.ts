import { Buffer } from 'node:buffer';
import { constants } from 'node:http2';
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { Metadata, Server, ServerInterceptingCall, ServerListenerBuilder } from '@grpc/grpc-js';
import type { ServerUnaryCall, ServerInterceptingCallInterface, sendUnaryData } from '@grpc/grpc-js';
import type { Signal } from '../../formats/format.ts';
import { HeaderLines, Refusal, mediaTypeOf, retryLater, tooManyRequests } from './admission.ts';
import type { Admission } from './admission.ts';
import { encodeExportResponse, encodeStatus, grpcCodeOf, grpcCodes } from './answers.ts';
import { HeldBytes, unzip } from './body.ts';
import { guardedInjector } from './grpcInjector.ts';
import type { ConnectionInjector } from './grpcInjector.ts';
import { RateMeter } from './rateMeter.ts';
import { refusalOf } from './refusal.ts';
import type { Accepted, ConnectionRoute, Lease, Receiver, ReceiverContext, Sink } from './receiver.ts';

/** opentelemetry.io, "OTLP Specification", section OTLP/gRPC. */
const methods: ReadonlyMap<string, Signal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
]);
const mediaTypes = new Set(['application/grpc', 'application/grpc+proto']);
const timeoutForm = /^([0-9]{1,8})([HMSmun])$/;
const unitMs: ReadonlyMap<string, number> = new Map([['H', 3_600_000], ['M', 60_000], ['S', 1000], ['m', 1], ['u', 1e-3], ['n', 1e-6]]);

/** OTLP over gRPC. The library does HTTP/2, message framing, deadlines and trailers; the bytes of a message stay bytes. */
export const receiver: Receiver<ConnectionRoute> = {
  id: 'otlpGrpc',
  port: 'grpc',
  open: (context) => new OpenGrpc(context),
};

/** What is known of a call before and beside its message. */
interface CallState {
  readonly isGzip: boolean;
  /** The flag byte in front of the first message. */
  flag: number | undefined;
  held: number;
  call: ServerInterceptingCallInterface | undefined;
}

class OpenGrpc implements ConnectionRoute {
  readonly #sink: Sink;
  readonly #admission: Admission;
  readonly #identity: ReceiverContext['identity'];
  readonly #report: ReceiverContext['report'];
  readonly #held: HeldBytes;
  readonly #server: Server;
  readonly #injector: ConnectionInjector;
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #leases = new WeakMap<object, Lease>();
  /** The connection that is being handed to the library, which makes a session of it before it returns. */
  #arriving: Lease | undefined;
  /** The call that is being handed to the library, which runs the interceptor before it returns. */
  #beginning: CallState | undefined;
  #isClosing = false;

  constructor({ sink, admission, identity, report }: ReceiverContext) {
    this.#sink = sink;
    this.#admission = admission;
    this.#identity = identity;
    this.#report = report;
    this.#held = new HeldBytes(admission.limits.heldBytes);
    this.#server = new Server({
      'grpc.max_receive_message_length': admission.limits.grpcMessageBytes,
      'grpc.enable_channelz': 0,
      interceptors: [(_method, call) => this.#intercept(call)],
    });
    for (const [path, signal] of methods) {
      this.#server.register<Uint8Array, Accepted>(
        path,
        (call: ServerUnaryCall<Uint8Array, Accepted>, respond: sendUnaryData<Accepted>) => void this.#export(signal, call.request, respond),
        (accepted) => Buffer.from(encodeExportResponse(accepted)),
        (bytes) => bytes,
        'unary',
      );
    }
    this.#injector = guardedInjector(this.#server, {
      settings: { maxConcurrentStreams: admission.limits.grpcStreams, maxHeaderListSize: admission.limits.headerBytes },
      onSession: (session) => this.#watch(session),
      onStream: (stream, headers, lines, proceed) => {
        try {
          this.#begin(stream, headers, new HeaderLines(lines), proceed);
        } catch (fault) {
          report(fault);
          stream.destroy();
        }
      },
    });
  }

  connect(socket: Socket, lease: Lease): void {
    this.#arriving = lease;
    this.#injector.injectConnection(socket);
    this.#arriving = undefined;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const inTime = new Promise<void>((resolve) => setTimeout(resolve, this.#admission.limits.closeWithinMs).unref());
    const closed = [...this.#sessions].map((session) => new Promise<void>((resolve) => {
      if (session.closed) resolve();
      else session.close(resolve);
    }));
    await Promise.race([Promise.all(closed), inTime]);
    this.#server.forceShutdown();
  }

  #watch(session: ServerHttp2Session): void {
    const { limits } = this.#admission;
    const lease = this.#arriving;
    const flood = new RateMeter(limits.controlFramesPerSecond, 1000);
    const count = (): void => {
      if (flood.exceeded()) session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    };
    const silence = setTimeout(() => session.destroy(), limits.headersWithinMs);
    this.#sessions.add(session);
    if (lease !== undefined) this.#leases.set(session, lease);
    session
      .on('ping', count)
      .on('remoteSettings', count)
      .on('stream', (stream) => {
        // Also of one that the client has taken back already, which nobody handles any more.
        stream.on('error', () => undefined);
        lease?.touch();
        stream.once('close', () => {
          lease?.touch();
          if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) count();
        });
      })
      .once('remoteSettings', () => clearTimeout(silence))
      .once('close', () => {
        clearTimeout(silence);
        this.#sessions.delete(session);
      })
      .setTimeout(limits.idleMs, () => session.close());
  }

  /** Checks a call by its headers, in the order of the threat model, and hands it to the library. */
  #begin(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, lines: HeaderLines, proceed: (headers: IncomingHttpHeaders) => void): void {
    // The client has already taken it back.
    if (stream.destroyed || stream.closed) return;
    const path = String(headers[':path']);
    const refusal = this.#refusalOfHeaders(path, headers, lines, stream.session);
    if (lines.listSize > this.#admission.limits.headerBytes) {
      // Node enforces the setting only once the client has acknowledged it.
      stream.on('error', () => undefined);
      stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
    } else if (refusal !== undefined) {
      refuseStream(stream, refusal);
    } else if (path === '/') {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.end(JSON.stringify(this.#identity()));
    } else {
      const state: CallState = { isGzip: headers['grpc-encoding'] === 'gzip', flag: undefined, held: 0, call: undefined };
      this.#follow(stream, state);
      this.#beginning = state;
      // Without an encoding the library gives the message as it came; `unzip` is stricter than its decompression.
      proceed({ ...headers, 'grpc-encoding': 'identity', 'grpc-timeout': this.#timeoutOf(headers) });
      this.#beginning = undefined;
    }
  }

  #refusalOfHeaders(path: string, headers: IncomingHttpHeaders, lines: HeaderLines, session: object | undefined): Refusal | undefined {
    const refusal = this.#admission.authority([...lines.all(':authority'), ...lines.all('host')]) ?? this.#admission.origin(lines);
    if (refusal !== undefined) return refusal;
    if (session !== undefined && this.#leases.get(session)?.countRequest() === true) return tooManyRequests();
    const method = path === '/' ? 'GET' : 'POST';
    if (path !== '/' && !methods.has(path)) return new Refusal(404, 'no such service or method');
    if (headers[':method'] !== method) return new Refusal(405, `HTTP method must be ${method}`);
    if (path === '/') return undefined;
    if (!mediaTypes.has(mediaTypeOf(lines) ?? '')) return new Refusal(415, 'content-type must be application/grpc');
    const encoding = lines.all('grpc-encoding').join(',');
    if (encoding !== '' && encoding !== 'identity' && encoding !== 'gzip') return new Refusal(404, 'grpc-encoding must be gzip or identity');
    const timeout = lines.first('grpc-timeout');
    if (timeout !== undefined && !timeoutForm.test(timeout)) return new Refusal(400, 'malformed grpc-timeout');
    return this.#isClosing ? retryLater(1) : undefined;
  }

  /** The client's deadline, or ours when it is sooner. */
  #timeoutOf(headers: IncomingHttpHeaders): string {
    const [, amount, unit = ''] = timeoutForm.exec(String(headers['grpc-timeout'])) ?? [];
    const wanted = amount === undefined ? Infinity : Number(amount) * (unitMs.get(unit) ?? Infinity);
    return `${Math.ceil(Math.min(wanted, this.#admission.limits.requestWithinMs))}m`;
  }

  /** Counts what a call holds in memory, and notes its compression flag, which the library keeps to itself. */
  #follow(stream: ServerHttp2Stream, state: CallState): void {
    stream.on('data', (chunk: Buffer) => {
      state.flag ??= chunk[0];
      if (this.#held.take(chunk.length)) state.held += chunk.length;
      else state.call?.sendStatus(statusOf(retryLater(1, 'too many requests at a time')));
    });
    // A client that goes on sending after its answer is told to stop.
    stream.once('finish', () => {
      if (!stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
    });
    stream.once('close', () => this.#held.give(state.held));
  }

  #intercept(call: ServerInterceptingCallInterface): ServerInterceptingCall {
    const state = this.#beginning;
    if (state === undefined) throw new Error('the library began a call that was not admitted');
    state.call = call;
    const listener = new ServerListenerBuilder()
      .withOnReceiveMessage((message: Uint8Array, proceed) => void this.#receive(message, state, call, proceed))
      .build();
    return new ServerInterceptingCall(call, { start: (next) => next(listener) });
  }

  async #receive(message: Uint8Array, state: CallState, call: ServerInterceptingCallInterface, proceed: (message: Uint8Array) => void): Promise<void> {
    const bytes = await this.#decompress(message, state);
    if (bytes instanceof Refusal) call.sendStatus(statusOf(bytes));
    else proceed(bytes);
  }

  async #decompress(message: Uint8Array, { flag, isGzip }: CallState): Promise<Uint8Array | Refusal> {
    if (flag === 0) return message;
    if (flag !== 1 || !isGzip) return new Refusal(400, 'compressed message without grpc-encoding');
    const { grpcMessageBytes } = this.#admission.limits;
    return unzip(message, { above: grpcMessageBytes, refusal: new Refusal(413, `message over ${grpcMessageBytes} bytes`) });
  }

  async #export(signal: Signal, message: Uint8Array, respond: sendUnaryData<Accepted>): Promise<void> {
    const seconds = this.#isClosing ? 1 : this.#sink.retryAfterSeconds();
    if (seconds !== undefined) {
      respond(statusOf(retryLater(seconds)));
      return;
    }
    try {
      // A copy: the message is a part of a larger buffer, and is kept.
      respond(null, await this.#sink.accept({ format: 'otlp-protobuf', signal, bytes: Uint8Array.from(message) }));
    } catch (error) {
      respond(statusOf(refusalOf(error, this.#report)));
    }
  }
}

/** A refusal as a gRPC status; one that says when to try again carries a RetryInfo. */
function statusOf(refusal: Refusal): { code: number; details: string; metadata: Metadata } {
  const metadata = new Metadata();
  const details = detailsOf(refusal);
  if (details !== undefined) metadata.set('grpc-status-details-bin', details);
  return { code: grpcCodeOf(refusal.status), details: refusal.message, metadata };
}

function detailsOf({ message, headers }: Refusal): Buffer | undefined {
  const seconds = headers['Retry-After'];
  return seconds === undefined ? undefined : Buffer.from(encodeStatus(grpcCodes.unavailable, message, Number(seconds)));
}

function refuseStream(stream: ServerHttp2Stream, refusal: Refusal): void {
  stream.on('error', () => undefined);
  if (refusal.status === 415) {
    stream.respond({ ':status': 415 }, { endStream: true });
    return;
  }
  const details = detailsOf(refusal);
  stream.respond({
    ':status': 200,
    'content-type': 'application/grpc+proto',
    'grpc-status': grpcCodeOf(refusal.status),
    'grpc-message': encodeURI(refusal.message),
    ...(details === undefined ? {} : { 'grpc-status-details-bin': details.toString('base64') }),
  }, { endStream: true });
}
