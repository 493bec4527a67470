import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Signal } from '../../formats/format.ts';
import type { Admission } from './admission.ts';
import type { ControlChannel } from './controlChannel.ts';

/** One request, or one group of live messages, that passed admission. */
export interface Payload {
  /** Id in the formats registry: otlp-protobuf, otlp-json, zipkin-json, live. */
  readonly format: string;
  readonly signal: Signal;
  readonly bytes: Uint8Array;
}

export interface Accepted {
  readonly accepted: number;
  readonly rejected: number;
  /** Why records were rejected, or that something was cut; for `partial_success`. */
  readonly message?: string;
}

/** Why a payload was not stored. Receivers translate it by the tables of answers. */
export class RefusedError extends Error {
  readonly reason: 'undecodable' | 'tooManyElements' | 'unavailable' | 'internal';
  readonly retryAfterSeconds: number | undefined;
  constructor(reason: RefusedError['reason'], message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'RefusedError';
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Where receivers hand over what they got. */
export interface Sink {
  /** Decodes and stores; resolves after the transaction that holds it. Rejects with RefusedError. */
  accept(payload: Payload): Promise<Accepted>;
  /** A live connection has ended: spans that it began and did not end are marked `lost`. */
  connectionEnded(connectionSpans: Iterable<{ readonly traceId: string; readonly spanId: string }>): void;
  /** Undefined when payloads are taken; otherwise the seconds after which to try again (memory above its soft limit, starting, stopping). */
  retryAfterSeconds(): number | undefined;
}

/** A thrown value as a RefusedError, also one of another bundle's class. */
export function refusedErrorOf(error: unknown): RefusedError | undefined {
  return error instanceof Error && error.name === 'RefusedError' ? (error as RefusedError) : undefined;
}

/** Which of the two ports: one for everything that begins as HTTP/1.1, one for gRPC. */
export type PortName = 'http' | 'grpc';

/** One protocol: a file of this folder and a line in the registry. It says what it takes; listeners own the sockets. */
export interface Receiver<T extends OpenReceiver> {
  readonly id: string;
  readonly port: PortName;
  /** Begins to hand what arrives to the sink. Can be opened again after it was closed. */
  open(context: ReceiverContext): T;
}

export interface ReceiverContext {
  readonly sink: Sink;
  readonly admission: Admission;
  readonly control: ControlChannel;
  /** What anybody on this machine may know of us: what `GET /` answers, so that another window sees who holds the port. */
  readonly identity: () => Readonly<Record<string, unknown>>;
  /** A fault of ours, for the log: clients are told only that there is one. */
  readonly report: (fault: unknown) => void;
}

export interface OpenReceiver {
  /** Ends after what runs, at most 2 s later. Harmless when called twice. */
  close(): Promise<void>;
}

/** A protocol on the shared HTTP port: paths that take payloads, or a path that is upgraded to a WebSocket. */
export interface Route extends OpenReceiver {
  /** What may be posted at a path, exactly as received without its query; undefined when it is not this receiver's. */
  endpoint?(path: string): Endpoint | undefined;
  readonly upgrade?: {
    readonly path: string;
    /** Takes over a socket whose request passed admission; `hasToken` when it has shown the token. */
    accept(request: IncomingMessage, socket: Socket, head: Buffer, hasToken: boolean): void;
  };
}

/** A protocol with connections of its own. */
export interface ConnectionRoute extends OpenReceiver {
  /** Takes a connection; `lease` tells its listener when it is used. */
  connect(socket: Socket, lease: Lease): void;
}

/** Takes a connection that came to the other port; false when there is nobody for it. */
export type TakeConnection = (socket: Socket) => boolean;

/** A port that is listened on. */
export interface OpenPort {
  readonly port: number;
  /** Takes a connection that came to another port and speaks what is spoken here. */
  take?(socket: Socket): void;
  /** Ends after running requests, at most 2 s later. Harmless when called twice. */
  close(): Promise<void>;
}

export interface Endpoint {
  readonly signal: Signal;
  /** Media types that are taken, each with the id of its format. */
  readonly formats: ReadonlyMap<string, string>;
  /** What to answer once the payload is stored. */
  stored(accepted: Accepted, mediaType: string): Answer;
}

export interface Answer {
  readonly status: number;
  /** Absent when there is no body. */
  readonly mediaType?: string;
  readonly body?: Uint8Array | string;
}

/** A connection's place among those that a listener keeps open. At the cap the one unused for longest is closed. */
export interface Lease {
  /** Something arrived. */
  touch(): void;
  /** A request has begun; true when it is one too many in this second. */
  countRequest(): boolean;
  /** We owe an answer: not to be closed for a newcomer until `settle`. */
  owe(): void;
  settle(): void;
  /** Counts no more as a connection of the listener; whoever took it keeps its own count. */
  leave(): void;
}
