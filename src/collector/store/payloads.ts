import * as zlib from 'node:zlib';

/** Bytes as they arrived, and how to read them. */
interface Payload { readonly format: string; readonly bytes: Uint8Array }

/** Ends the format of a payload that is kept compressed. */
const mark = '+zstd';
/** Shorter ones hardly become smaller. */
const fewestBytes = 1024;
/** The fastest of the usual levels, because higher ones make spans little smaller; the checksum tells damage. */
const options = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1, [zlib.constants.ZSTD_c_checksumFlag]: 1 } };
/** Editors whose Node is built without it keep payloads as they are. */
const isThere = typeof zlib.zstdCompressSync === 'function';

/**
 * A payload as it is kept on disk. Spans become 3 to 20 times smaller, and compressing takes a fraction of the time in which
 * the bytes that it saves would be written, checkpointed and read.
 */
export function packed({ format, bytes }: Payload): Payload {
  if (!isThere || bytes.length < fewestBytes) return { format, bytes };
  const smaller = zlib.zstdCompressSync(bytes, options);
  return smaller.length < bytes.length ? { format: format + mark, bytes: smaller } : { format, bytes };
}

/** The payload that `packed` was given. A damaged one stays as it is, in a format that nobody reads. */
export function unpacked({ format, bytes }: Payload): Payload {
  if (!format.endsWith(mark)) return { format, bytes };
  try {
    return { format: format.slice(0, -mark.length), bytes: zlib.zstdDecompressSync(bytes) };
  } catch {
    return { format, bytes };
  }
}
