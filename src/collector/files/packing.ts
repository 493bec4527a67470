/** What a file may be packed in. `blocks` is what the collector's file exporter writes with compression: each message by itself, after its length. */
export type Packing = 'gzip' | 'zstd' | 'blocks' | 'zip';
/** Files that are recognised by their first bytes and not read. */
export type Unread = 'sqlite' | 'parquet';

/** As many bytes as it takes to know. */
export const signatureBytes = 16;

const signatures: readonly (readonly [kind: Packing | Unread, offset: number, bytes: readonly number[]])[] = [
  ['gzip', 0, [0x1f, 0x8b]],
  ['zstd', 0, [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', 0, [0x50, 0x4b, 0x03, 0x04]],
  ['zip', 0, [0x50, 0x4b, 0x05, 0x06]],
  ['sqlite', 0, [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66, 0x6f, 0x72, 0x6d, 0x61, 0x74, 0x20, 0x33, 0x00]],
  ['parquet', 0, [0x50, 0x41, 0x52, 0x31]],
  ['blocks', 4, [0x28, 0xb5, 0x2f, 0xfd]],
];

/** What the first bytes of a file say; undefined for content as it is. */
export function packingOf(head: Uint8Array): Packing | Unread | undefined {
  return signatures.find(([, offset, bytes]) => bytes.every((byte, i) => head[offset + i] === byte))?.[0];
}
