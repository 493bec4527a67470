import type { Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { Packing } from './packing.ts';
import type { UnpackBudget } from './unpackBudget.ts';
import { ZstdFrameScanner } from './zstdFrames.ts';

export type Chunks = AsyncIterable<Uint8Array>;

const chunkSize = 256 * 1024;
/** What comes out of one piece of what is packed is lost when something is wrong with that piece: at the end, where most is wrong, they are small. */
const pieceBytes = 16 * 1024, endBytes = 1024, endPieceBytes = 8;
/** Chunks that wait for the reader before unpacking pauses. */
const mostWaiting = 4;
/** A message of the collector; it has a length of four bytes in front. */
const mostBlockBytes = 64 * 1024 * 1024;

/** A packed stream that is damaged; what came before was given. */
export class DamagedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DamagedError';
  }
}

/** The content of a packed stream, never more than the budget allows. Throws DamagedError and UnpackedTooLargeError, after what can be read. */
export async function* unpack(chunks: Chunks, packing: Exclude<Packing, 'zip'> | 'deflate', budget: UnpackBudget): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of unpacked(chunks, packing)) {
    budget.take(chunk.length);
    yield chunk;
  }
}

function unpacked(chunks: Chunks, packing: Exclude<Packing, 'zip'> | 'deflate'): Chunks {
  switch (packing) {
    case 'gzip': return through(chunks, zlib.createGunzip({ chunkSize }));
    case 'deflate': return through(chunks, zlib.createInflateRaw({ chunkSize }));
    case 'zstd': return unpackFrames(chunks);
    case 'blocks': return unpackBlocks(chunks);
  }
}

/** Frames one after the other. */
async function* unpackFrames(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const { createZstdDecompress } = needZstd(), iterator = chunks[Symbol.asyncIterator]();
  let rest: Uint8Array | undefined;
  const next = async (): Promise<Uint8Array | undefined> => {
    const waiting = rest;
    rest = undefined;
    if (waiting !== undefined && waiting.length > 0) return waiting;
    const { value, done } = await iterator.next() as IteratorResult<Uint8Array, undefined>;
    return done === true ? undefined : value;
  };
  async function* frame(first: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    const scanner = new ZstdFrameScanner();
    for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = await next()) {
      const end = scanner.scan(chunk);
      if (!scanner.isSkippable) yield end < 0 ? chunk : chunk.subarray(0, end);
      if (end < 0) continue;
      rest = chunk.subarray(end);
      return;
    }
  }
  for (let chunk = await next(); chunk !== undefined; chunk = await next()) yield* through(frame(chunk), createZstdDecompress({ chunkSize }));
}

type Zstd = Pick<typeof zlib, 'createZstdDecompress' | 'zstdDecompressSync'>;

/** The oldest supported editors have a Node without it. */
function needZstd(): Zstd {
  const found: Partial<Zstd> = zlib;
  if (found.createZstdDecompress === undefined) throw new DamagedError('is packed with zstd, which this version of the editor cannot unpack: unpack it with "zstd -d", or update the editor');
  return zlib;
}

/** Everything that comes out of a transform before it fails, and then its failure: a stream's own iterator drops what is waiting. */
async function* through(chunks: Chunks, transform: Transform): AsyncGenerator<Uint8Array, void, undefined> {
  const waiting: Uint8Array[] = [];
  let wake = (): void => undefined, failure: unknown, hasEnded = false;
  const end = (error?: unknown): void => {
    failure ??= error;
    hasEnded = true;
    wake();
  };
  transform.on('data', (chunk: Uint8Array) => {
    if (waiting.push(chunk) >= mostWaiting) transform.pause();
    wake();
  });
  transform.on('end', () => end()).on('error', end).on('close', () => end());
  const written = write(chunks, transform).catch(end);
  try {
    for (;;) {
      for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) yield chunk;
      if (hasEnded) break;
      transform.resume();
      await new Promise<void>((resolve) => { wake = resolve; });
    }
  } finally {
    transform.destroy();
    await written;
  }
  if (failure !== undefined) throw damaged(failure);
}

async function write(chunks: Chunks, transform: Transform): Promise<void> {
  let last: Uint8Array | undefined, goOn = (): void => undefined;
  const wake = (): void => goOn();
  transform.on('drain', wake).on('close', wake);
  const add = async (bytes: Uint8Array, most: number): Promise<void> => {
    for (let at = 0; at < bytes.length && !transform.destroyed; at += most) {
      if (!transform.write(bytes.subarray(at, at + most)) && !transform.destroyed) await new Promise<void>((resolve) => { goOn = resolve; });
    }
  };
  for await (const chunk of chunks) {
    if (transform.destroyed) return;
    if (last !== undefined) await add(last, pieceBytes);
    last = chunk;
  }
  // Of nothing comes nothing, not a failure.
  if (last === undefined) {
    transform.destroy();
    return;
  }
  await add(last.subarray(0, -endBytes), pieceBytes);
  await add(last.subarray(-endBytes), endPieceBytes);
  transform.end();
}

/** What is wrong by the code of the failure; words that follow on a name. */
const damages: ReadonlyMap<string, string> = new Map([
  ['Z_BUF_ERROR', 'is packed and breaks off'],
  ['ZSTD_error_dictionary_wrong', 'is packed with a dictionary, which it does not hold: unpack it with "zstd -d -D" and that dictionary'],
  ['ZSTD_error_frameParameter_windowTooLarge', 'is packed in a way that takes too much memory: unpack it with "zstd -d --long=31"'],
]);

function damaged(error: unknown): unknown {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code ?? '' : '';
  if (!/^(Z|ZSTD)_|^ERR_ZLIB|^ZSTD_error/.test(code)) return error;
  return new DamagedError(damages.get(code) ?? 'is packed, but damaged', { cause: error });
}

/**
 * Messages of which each is packed by itself, with its length in front (four bytes, the highest first). Protobuf messages keep
 * such a length, which is that of the unpacked message; texts become lines.
 */
async function* unpackBlocks(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const { zstdDecompressSync } = needZstd();
  let held = Buffer.alloc(0);
  for await (const chunk of chunks) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4) {
      const length = held.readUInt32BE(0);
      if (length > mostBlockBytes) throw new DamagedError('is packed, but damaged');
      if (held.length < 4 + length) break;
      yield unpackBlock(held.subarray(4, 4 + length), zstdDecompressSync);
      held = held.subarray(4 + length);
    }
  }
  if (held.length > 0) throw new DamagedError('is packed and breaks off');
}

function unpackBlock(block: Uint8Array, decompress: typeof zlib.zstdDecompressSync): Uint8Array {
  try {
    const bytes = decompress(block, { maxOutputLength: mostBlockBytes });
    if (bytes[0] === 0x7b) return Buffer.concat([bytes, Buffer.from('\n')]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  } catch (error) {
    throw new DamagedError('is packed, but damaged', { cause: error });
  }
}
