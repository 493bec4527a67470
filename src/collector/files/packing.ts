/** What a file may be packed in. `blocks` is what the collector's file exporter writes with compression: each message by itself, after its length. */
export type Packing = 'gzip' | 'zstd' | 'blocks' | 'zip';
/** Files that are recognised by their first bytes and not read. */
export type Unread = 'sqlite' | 'parquet' | 'xz' | 'bzip2' | '7z' | 'rar' | 'lz4' | 'compress';

/** As many bytes as it takes to know. */
export const signatureBytes = 16;

const signatures: readonly (readonly [kind: Packing | Unread, offset: number, bytes: readonly number[]])[] = [
  ['gzip', 0, [0x1f, 0x8b]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', 0, [0x50, 0x4b, 0x03, 0x04]],
  ['zip', 0, [0x50, 0x4b, 0x05, 0x06]],
  ['sqlite', 0, [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66, 0x6f, 0x72, 0x6d, 0x61, 0x74, 0x20, 0x33, 0x00]],
  ['parquet', 0, [0x50, 0x41, 0x52, 0x31]],
  ['xz', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', 0, [0x42, 0x5a, 0x68]],
  ['7z', 0, [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['rar', 0, [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['lz4', 0, [0x04, 0x22, 0x4d, 0x18]],
  ['compress', 0, [0x1f, 0x9d]],
  ['blocks', 4, [0x28, 0xb5, 0x2f, 0xfd]],
];

const packings: ReadonlySet<string> = new Set<Packing>(['gzip', 'zstd', 'blocks', 'zip']);
export const isUnread = (kind: Packing | Unread): kind is Unread => !packings.has(kind);

/** What the first bytes of a file say; undefined for content as it is. */
export function packingOf(head: Uint8Array): Packing | Unread | undefined {
  // Parallel compressors put a frame to skip in front of each of theirs (RFC 8878, section 3.1.2).
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  return signatures.find(([, offset, bytes]) => bytes.every((byte, i) => head[offset + i] === byte))?.[0];
}
