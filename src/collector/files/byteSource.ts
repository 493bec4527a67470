import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

const chunkBytes = 512 * 1024;

/** Bytes that can be read at any place. */
export interface ByteSource {
  readonly size: number;
  /** Up to `length` bytes from `offset` on; fewer only at the end. They may lie in `room`, which has place for them. */
  read(offset: number, length: number, room?: Uint8Array): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** A regular file of this machine. Rejects, in words for the user, for anything else. */
export async function openSource(path: string): Promise<ByteSource> {
  // A pipe would wait for its writer when it is opened.
  if (!(await stat(path)).isFile()) throw new Error('This is not a file.');
  const handle = await open(path, constants.O_RDONLY);
  const { size } = await handle.stat();
  return {
    size,
    async read(offset, length, room): Promise<Uint8Array> {
      const bytes = room?.subarray(0, length) ?? new Uint8Array(length);
      for (let filled = 0; filled < length;) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) return bytes.subarray(0, filled);
        filled += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
    close: () => Promise.resolve(),
  };
}

/**
 * The bytes of a source between two places, in order. The next ones are read while the reader is busy. `isUsedOnce`: nobody looks at
 * a chunk again who has asked for the next one, so that two pieces of memory do for all.
 */
export async function* chunksOf(source: ByteSource, from = 0, to = source.size, isUsedOnce = false): AsyncGenerator<Uint8Array, void, undefined> {
  const rooms = isUsedOnce && to - from > chunkBytes ? [new Uint8Array(chunkBytes), new Uint8Array(chunkBytes)] : [];
  const readAt = (at: number): Promise<Uint8Array> => {
    rooms.reverse();
    return source.read(at, Math.max(0, Math.min(chunkBytes, to - at)), rooms[0]);
  };
  let coming = readAt(from);
  try {
    for (let at = from; at < to;) {
      const chunk = await coming;
      if (chunk.length === 0) return;
      at += chunk.length;
      coming = readAt(at);
      // When it fails, that is told with the next chunk, if anybody wants it.
      coming.catch(() => undefined);
      yield chunk;
    }
  } finally {
    // Nothing is read any more when the source is closed.
    await coming.catch(() => undefined);
  }
}
