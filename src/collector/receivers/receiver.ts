import type { Signal } from '../../formats/format.ts';

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

export interface ReceiverOptions {
  readonly port: number;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/** What listens. `endpoints` are the addresses that clients are given. */
export interface Receiver {
  readonly id: string;
  /** Listens on 127.0.0.1 and ::1 at `options.port` (0 = any free one). Rejects with an Error whose `code` is EADDRINUSE when the port is held. */
  start(sink: Sink, options: ReceiverOptions): Promise<{ readonly port: number }>;
  /** Ends after running requests or 2 s. Harmless when not started or called twice. */
  stop(): Promise<void>;
}
