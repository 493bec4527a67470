import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { gunzip, gunzipSync } from 'node:zlib';
import type { ZlibOptions } from 'node:zlib';
import { Refusal, retryLater } from './admission.ts';

/** Bytes that a port holds for requests that are not stored yet, so that many senders together cannot fill the memory. */
export class HeldBytes {
  readonly #most: number;
  #held = 0;

  constructor(most: number) { this.#most = most; }

  /** False when there is no room. What was taken must be given back. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#most) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void { this.#held -= bytes; }
}

/**
 * The whole body of a request in memory of its own, or why it is refused; undefined when the client went away.
 * Reading stops at the limit. Every byte read is announced to `take`.
 */
export function readBody(request: IncomingMessage, tooLarge: { readonly above: number; readonly refusal: Refusal }, take: (bytes: number) => boolean): Promise<Uint8Array | Refusal | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > tooLarge.above) finish(tooLarge.refusal);
      else if (!take(chunk.length)) finish(retryLater(1, 'too many requests at a time'));
      else chunks.push(chunk);
    };
    const onEnd = (): void => finish(joined(chunks, length));
    const onGone = (): void => finish(undefined);
    const finish = (outcome: Uint8Array | Refusal | undefined): void => {
      request.off('data', onData).off('end', onEnd).off('close', onGone);
      resolve(outcome);
    };
    request.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}

/** A copy: chunks are parts of larger buffers that would be kept alive with them. */
function joined(chunks: readonly Buffer[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Below this, the hand-over to another thread takes longer than the work. */
const smallBytes = 64 * 1024;

interface Unzipped { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }

/**
 * The content of a gzip stream of one or more members that share the limit. Refuses broken and cut streams, bytes
 * after the end (zlib itself skips zeroes there), and more than `above` bytes, at which point it stops.
 */
export async function unzip(bytes: Uint8Array, tooLarge: { readonly above: number; readonly refusal: Refusal }): Promise<Uint8Array | Refusal> {
  const options: ZlibOptions = { maxOutputLength: tooLarge.above, chunkSize: smallBytes, info: true };
  try {
    const { buffer, engine } = await unzipped(bytes, options);
    if (engine.bytesWritten !== bytes.length) return new Refusal(400, 'bytes after the end of the gzip stream');
    return buffer.buffer.byteLength === buffer.length ? new Uint8Array(buffer.buffer) : Uint8Array.from(buffer);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge.refusal
      : new Refusal(400, 'broken gzip stream');
  }
}

/** With `info`, zlib gives the engine beside the buffer, which its type declarations do not say. */
function unzipped(bytes: Uint8Array, options: ZlibOptions): Promise<Unzipped> {
  if (bytes.length < smallBytes && bytes.length > 0) return Promise.resolve(gunzipSync(bytes, options) as unknown as Unzipped);
  return new Promise((resolve, reject) => {
    gunzip(bytes, options, (error, result) => (error === null ? resolve(result as unknown as Unzipped) : reject(error)));
  });
}
