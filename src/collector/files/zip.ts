import { crc32 } from 'node:zlib';
import { chunksOf } from './byteSource.ts';
import type { ByteSource } from './byteSource.ts';
import { DamagedError, unpack } from './unpack.ts';
import type { Chunks } from './unpack.ts';
import type { UnpackBudget } from './unpackBudget.ts';

const endSignature = 0x06054b50, end64LocatorSignature = 0x07064b50, end64Signature = 0x06064b50, memberSignature = 0x02014b50, localSignature = 0x04034b50;
const endBytes = 22, longestComment = 0xffff, locatorBytes = 20, end64Bytes = 56, memberBytes = 46, localBytes = 30;
const stored = 0, deflated = 8, zstd = 93;
/** A list of members is read as a whole. */
const mostListBytes = 64 * 1024 * 1024;
const zip64Field = 1, isIn64 = 0xffffffff;
/** Of an archive without a list: members that are looked for, names that are read, and bytes that are searched at once. */
const mostFound = 10_000, longestName = 4096, searchedBytes = 1024 * 1024;

/** A file in an archive, as its list of members describes it. Nothing of it is to be trusted. */
export interface ZipMember {
  readonly name: string;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly crc: number;
  readonly packedBytes: number;
  readonly bytes: number;
  readonly offset: number;
}

/** What is known of a member whose length and check stand behind it, where the list of members is missing. */
const unknownBytes = -1;

export interface ZipList { readonly members: readonly ZipMember[]; readonly problems: readonly string[] }

/**
 * The members of an archive (APPNOTE.TXT 6.3.10 by PKWARE, sections 4.3 and 4.5.3), without folders, what macOS adds, and names that lead out of
 * the archive. Where the list of members is missing, those are found that are there. Throws DamagedError when there are none.
 */
export async function listZip(source: ByteSource): Promise<ZipList> {
  const list = await findList(source), found = list === undefined ? await findMembers(source) : await listMembers(source, list);
  const inside = found.members.filter(({ name }) => !leadsOut(name)), outside = found.members.length - inside.length;
  const said = outside === 0 ? [] : [`${outside} ${outside === 1 ? 'member has a name' : 'members have names'} that would lead out of the archive; nothing of that kind is read.`];
  return { members: inside.filter(({ name }) => !isPassedOver(name)), problems: [...found.problems, ...said] };
}

async function listMembers(source: ByteSource, { offset, length, count }: Place): Promise<ZipList> {
  if (length > mostListBytes) throw new DamagedError('is an archive with too many members');
  const list = await bytesAt(source, offset, length);
  const members: ZipMember[] = [];
  for (let at = 0; at + memberBytes <= list.length && list.readUInt32LE(at) === memberSignature;) {
    const { member, next } = readMember(list, at);
    at = next;
    members.push(member);
  }
  return { members, problems: members.length < count ? [`The list of members breaks off after ${members.length} of ${count}.`] : [] };
}

/** The members of an archive that breaks off, by what stands in front of each. */
async function findMembers(source: ByteSource): Promise<ZipList> {
  const members: ZipMember[] = [];
  for (let at = 0; at >= 0 && members.length < mostFound;) {
    const head = await bytesAt(source, at, localBytes + longestName);
    if (head.length < localBytes || head.readUInt32LE(0) !== localSignature) break;
    const flags = head.readUInt16LE(6), nameEnd = localBytes + head.readUInt16LE(26), end = nameEnd + head.readUInt16LE(28);
    const isBehind = (flags & 8) !== 0, from = at + end, next = isBehind ? await nextMember(source, from) : from + head.readUInt32LE(18);
    members.push({
      name: head.subarray(localBytes, nameEnd).toString((flags & 0x800) === 0 ? 'latin1' : 'utf8'), method: head.readUInt16LE(8), isEncrypted: (flags & 1) !== 0,
      crc: head.readUInt32LE(14), bytes: isBehind ? unknownBytes : head.readUInt32LE(22), packedBytes: (next < 0 ? source.size : next) - from, offset: at,
    });
    at = next;
  }
  if (members.length === 0) throw new DamagedError('is an archive that breaks off: its list of members is missing');
  return { members, problems: [`It breaks off: its list of members is missing. ${members.length === 1 ? 'One member was' : `${members.length} members were`} found.`] };
}

/** Where the next member begins from a place on; -1 where none does. */
async function nextMember(source: ByteSource, from: number): Promise<number> {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(localSignature);
  for (let at = from; at < source.size; at += searchedBytes) {
    const found = (await bytesAt(source, at, searchedBytes + signature.length - 1)).indexOf(signature);
    if (found >= 0) return at + found;
  }
  return -1;
}

/** The content of a member. Throws DamagedError, in words that follow on its name, and UnpackedTooLargeError, after what can be read. */
export async function* readMemberOf(source: ByteSource, member: ZipMember, budget: UnpackBudget): AsyncGenerator<Uint8Array, void, undefined> {
  if (member.isEncrypted) throw new DamagedError('is encrypted');
  const local = await bytesAt(source, member.offset, localBytes);
  if (local.length < localBytes || local.readUInt32LE(0) !== localSignature) throw new DamagedError('is not where the list of members says');
  const from = member.offset + localBytes + local.readUInt16LE(26) + local.readUInt16LE(28);
  const chunks = chunksOf(source, from, Math.min(source.size, from + member.packedBytes));
  let crc = 0, bytes = 0;
  for await (const chunk of unpackMember(chunks, member.method, budget)) {
    crc = crc32(chunk, crc);
    bytes += chunk.length;
    yield chunk;
  }
  if (member.bytes !== unknownBytes && (crc !== member.crc || bytes !== member.bytes)) throw new DamagedError('is damaged: its content is not what the archive says');
}

async function* unpackMember(chunks: Chunks, method: number, budget: UnpackBudget): AsyncGenerator<Uint8Array, void, undefined> {
  if (method === deflated) yield* unpack(chunks, 'deflate', budget);
  else if (method === zstd) yield* unpack(chunks, 'zstd', budget);
  else if (method === stored) {
    for await (const chunk of chunks) {
      // Members may lie over one another.
      budget.take(chunk.length);
      yield chunk;
    }
  } else throw new DamagedError(`is packed by a method that is not supported (${method})`);
}

interface Place { readonly offset: number; readonly length: number; readonly count: number }

/** Where the list of members is; undefined when it is missing. */
async function findList(source: ByteSource): Promise<Place | undefined> {
  const tailBytes = Math.min(source.size, endBytes + longestComment);
  const tail = await bytesAt(source, source.size - tailBytes, tailBytes);
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== endSignature || at + endBytes + tail.readUInt16LE(at + 20) > tail.length) continue;
    const found = { count: tail.readUInt16LE(at + 10), length: tail.readUInt32LE(at + 12), offset: tail.readUInt32LE(at + 16) };
    return await findList64(source, source.size - tailBytes + at) ?? found;
  }
  return undefined;
}

/** Archives with large members or many have a second end, of which only a locator stands at a known place. */
async function findList64(source: ByteSource, end: number): Promise<Place | undefined> {
  if (end < locatorBytes) return undefined;
  const locator = await bytesAt(source, end - locatorBytes, locatorBytes);
  if (locator.readUInt32LE(0) !== end64LocatorSignature) return undefined;
  const record = await bytesAt(source, Number(locator.readBigUInt64LE(8)), end64Bytes);
  if (record.length < end64Bytes || record.readUInt32LE(0) !== end64Signature) return undefined;
  return { count: Number(record.readBigUInt64LE(32)), length: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)) };
}

/** Bytes at a place that the archive names, which may be anywhere; fewer where it ends. */
async function bytesAt(source: ByteSource, offset: number, length: number): Promise<Buffer> {
  if (offset >= source.size) return Buffer.alloc(0);
  const { buffer, byteOffset, byteLength } = await source.read(offset, Math.min(length, source.size - offset));
  return Buffer.from(buffer, byteOffset, byteLength);
}

function readMember(list: Buffer, at: number): { readonly member: ZipMember; readonly next: number } {
  const flags = list.readUInt16LE(at + 8);
  const nameEnd = at + memberBytes + list.readUInt16LE(at + 28), extraEnd = nameEnd + list.readUInt16LE(at + 30);
  const name = list.subarray(at + memberBytes, nameEnd);
  const large = fieldOf(list.subarray(nameEnd, extraEnd), zip64Field);
  let read = 0;
  // What does not fit is in the extra field, in this order.
  const exact = (value: number): number => {
    if (value !== isIn64 || large === undefined || large.length < read + 8) return value;
    read += 8;
    return Number(large.readBigUInt64LE(read - 8));
  };
  const bytes = exact(list.readUInt32LE(at + 24)), packedBytes = exact(list.readUInt32LE(at + 20)), offset = exact(list.readUInt32LE(at + 42));
  return {
    member: {
      name: name.toString((flags & 0x800) === 0 ? 'latin1' : 'utf8'), method: list.readUInt16LE(at + 10), isEncrypted: (flags & 1) !== 0,
      crc: list.readUInt32LE(at + 16), bytes, packedBytes, offset,
    },
    next: extraEnd + list.readUInt16LE(at + 32),
  };
}

function fieldOf(extra: Buffer, wanted: number): Buffer | undefined {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === wanted) return extra.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
  return undefined;
}

const isPassedOver = (name: string): boolean => name.endsWith('/') || name.startsWith('__MACOSX/') || /(^|\/)\.DS_Store$/.test(name);

function leadsOut(name: string): boolean {
  return name.startsWith('/') || name.includes('\\') || name.includes('\0') || /^[A-Za-z]:/.test(name) || name.split('/').includes('..');
}
