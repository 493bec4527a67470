import { WireWriter } from '../../model/wireWriter.ts';
import type { Signal } from '../../formats/format.ts';
import type { Accepted, Answer } from './receiver.ts';

export const protobufMediaType = 'application/x-protobuf';
export const jsonMediaType = 'application/json';

/** The codes of gRPC that we answer with (grpc.io, "Status codes and their use"). */
export const grpcCodes = {
  ok: 0, invalidArgument: 3, deadlineExceeded: 4, permissionDenied: 7, resourceExhausted: 8, unimplemented: 12,
  internal: 13, unavailable: 14, unauthenticated: 16,
} as const;
export type GrpcCode = (typeof grpcCodes)[keyof typeof grpcCodes];

const codeOfStatus: ReadonlyMap<number, GrpcCode> = new Map([
  [400, grpcCodes.invalidArgument], [401, grpcCodes.unauthenticated], [403, grpcCodes.permissionDenied], [404, grpcCodes.unimplemented],
  [405, grpcCodes.unimplemented], [408, grpcCodes.deadlineExceeded], [413, grpcCodes.resourceExhausted], [415, grpcCodes.unimplemented],
  [417, grpcCodes.invalidArgument], [426, grpcCodes.unimplemented], [431, grpcCodes.resourceExhausted], [429, grpcCodes.unavailable],
  [503, grpcCodes.unavailable],
]);

/** The gRPC code that says the same as an HTTP status of ours. */
export const grpcCodeOf = (status: number): GrpcCode => codeOfStatus.get(status) ?? grpcCodes.internal;

/** An error body: google.rpc.Status in the request's encoding, JSON when that is unknown. */
export function errorAnswer(status: number, message: string, requestMediaType: string | undefined): Answer {
  const code = grpcCodeOf(status);
  return requestMediaType === protobufMediaType
    ? { status, mediaType: protobufMediaType, body: encodeStatus(code, message) }
    : { status, mediaType: jsonMediaType, body: JSON.stringify({ code, message }) };
}

/** A google.rpc.Status (googleapis, google/rpc/status.proto); with a RetryInfo when it says when to try again. */
export function encodeStatus(code: GrpcCode, message: string, retryAfterSeconds?: number): Uint8Array {
  const out = new WireWriter(64);
  out.tag(1, 0);
  out.varint(code);
  out.textField(2, message);
  if (retryAfterSeconds !== undefined) writeRetryInfo(out, retryAfterSeconds);
  return out.finish();
}

function writeRetryInfo(out: WireWriter, seconds: number): void {
  const any = out.begin(3);
  out.textField(1, 'type.googleapis.com/google.rpc.RetryInfo');
  const retryInfo = out.begin(2);
  const delay = out.begin(1);
  out.tag(1, 0);
  out.varint(Math.max(1, Math.ceil(seconds)));
  out.end(delay);
  out.end(retryInfo);
  out.end(any);
}

/** ExportTraceServiceResponse and its likes for logs and metrics: empty, or with a partial success. */
export function encodeExportResponse({ rejected, message }: Accepted): Uint8Array {
  const out = new WireWriter(64);
  if (rejected > 0 || message !== undefined) {
    const partial = out.begin(1);
    if (rejected > 0) {
      out.tag(1, 0);
      out.varint(rejected);
    }
    if (message !== undefined) out.textField(2, message);
    out.end(partial);
  }
  return out.finish();
}

const rejectedField: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans', logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints',
};

/** The same in OTLP's JSON form: 64-bit numbers are text. */
export function exportResponseJson({ rejected, message }: Accepted, signal: Signal): string {
  if (rejected === 0 && message === undefined) return '{}';
  return JSON.stringify({
    partialSuccess: {
      ...(rejected > 0 ? { [rejectedField[signal]]: String(rejected) } : {}),
      ...(message === undefined ? {} : { errorMessage: message }),
    },
  });
}
