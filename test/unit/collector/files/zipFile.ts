import { crc32, deflateRawSync } from 'node:zlib';

export interface Member {
  readonly name: string;
  readonly bytes: Uint8Array | string;
  readonly isStored?: boolean;
  readonly flags?: number;
  readonly method?: number;
  /** What the headers claim in place of the truth. */
  readonly claims?: { readonly bytes?: number; readonly packedBytes?: number; readonly crc?: number; readonly offset?: number };
  /** Sizes and place are in the extra field of large archives. */
  readonly isLarge?: boolean;
}

const none = 0xffffffff;

/** An archive of members, as PKWARE's APPNOTE has it. */
export function zipOf(members: readonly Member[], { isLarge = false, comment = '' } = {}): Uint8Array {
  const parts: Buffer[] = [], list: Buffer[] = [];
  let at = 0;
  for (const { name, bytes, isStored = false, flags = 0, method, claims = {}, isLarge: isLargeMember = false } of members) {
    const plain = Buffer.from(bytes), packed = isStored ? plain : deflateRawSync(plain), nameBytes = Buffer.from(name);
    const crc = claims.crc ?? crc32(plain), size = claims.bytes ?? plain.length, packedSize = claims.packedBytes ?? packed.length;
    const way = method ?? (isStored ? 0 : 8);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(way, 8);
    local.writeUInt32LE(crc, 14);
    local.writeUInt32LE(packedSize, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(nameBytes.length, 26);
    const extra = Buffer.alloc(isLargeMember ? 28 : 0);
    if (isLargeMember) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      extra.writeBigUInt64LE(BigInt(size), 4);
      extra.writeBigUInt64LE(BigInt(packedSize), 12);
      extra.writeBigUInt64LE(BigInt(claims.offset ?? at), 20);
    }
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags | 0x800, 8);
    entry.writeUInt16LE(way, 10);
    entry.writeUInt32LE(crc, 16);
    entry.writeUInt32LE(isLargeMember ? none : packedSize, 20);
    entry.writeUInt32LE(isLargeMember ? none : size, 24);
    entry.writeUInt16LE(nameBytes.length, 28);
    entry.writeUInt16LE(extra.length, 30);
    entry.writeUInt32LE(isLargeMember ? none : claims.offset ?? at, 42);
    list.push(entry, nameBytes, extra);
    parts.push(local, nameBytes, packed);
    at += local.length + nameBytes.length + packed.length;
  }
  const listBytes = Buffer.concat(list);
  const end64 = Buffer.alloc(56), locator = Buffer.alloc(20), end = Buffer.alloc(22);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(BigInt(members.length), 32);
  end64.writeBigUInt64LE(BigInt(listBytes.length), 40);
  end64.writeBigUInt64LE(BigInt(at), 48);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(at + listBytes.length), 8);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(isLarge ? 0xffff : members.length & 0xffff, 10);
  end.writeUInt32LE(isLarge ? none : listBytes.length, 12);
  end.writeUInt32LE(isLarge ? none : at, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...parts, listBytes, ...(isLarge ? [end64, locator] : []), end, Buffer.from(comment)]));
}
