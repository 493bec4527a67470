import { mostHeldOfFile } from '../../formats/limits.ts';
import type { SpanBatch } from '../../model/spanBatch.ts';
import type { FileReport, PartReport } from '../../protocol/files.ts';
import { chunksOf, sourceOf } from './byteSource.ts';
import type { ByteSource } from './byteSource.ts';
import { CompanionFiles } from './companionFiles.ts';
import { FilePart } from './filePart.ts';
import { whatArchive, whyUnread } from './otherFiles.ts';
import { isUnread, packingOf, signatureBytes } from './packing.ts';
import type { Packing } from './packing.ts';
import { DamagedError, unpack } from './unpack.ts';
import type { Chunks } from './unpack.ts';
import { freeBytes, UnpackBudget, UnpackedTooLargeError } from './unpackBudget.ts';
import { listZip, readMemberOf } from './zip.ts';

/** Of an archive so many members are looked at, and so many are told one by one. */
const mostMembers = 10_000, mostReported = 200;
/** An archive in an archive has to be held as a whole. */
const mostInnerBytes = 256 * 1024 * 1024;
const mostLevels = 4;
const newline = 0x0a;

export interface ReadingOptions {
  readonly onBatch: (batch: SpanBatch) => void;
  /** More was read; called often. */
  readonly onProgress?: () => void;
  /** Limits that tests make smaller: of a text that is held at once, and of what may be unpacked whatever the size of the file. */
  readonly mostHeldBytes?: number;
  readonly freeUnpackedBytes?: number;
}

/** Content on its way: what it is called and what it was packed in so far. */
interface Input { readonly name: string; readonly packing: readonly Packing[]; readonly expectedBytes: number; readonly path?: string | undefined }

/** Reads one file, whatever it is packed in. What it is about to tell is in `report` at any time. */
export class FileReading {
  bytesRead = 0;
  private readonly options: ReadingOptions;
  /** Of parts that were read; the one that is being read is `current`. */
  private readonly parts: PartReport[] = [];
  private current: FilePart | undefined;
  private readonly problems: string[] = [];
  private morePartsCount = 0;
  private traceParts = 0;
  private budget = new UnpackBudget(0, 0);
  private archive: string | undefined;
  /** The first input that could not be unpacked, and why. */
  private refused: string | undefined;

  constructor(options: ReadingOptions) { this.options = options; }

  /** Reads all of a source, and of files beside it that belong to it, if it has a path. Throws only when it cannot be read itself; what is wrong with its content is in the report. */
  async read(source: ByteSource, name: string, path?: string): Promise<void> {
    this.budget = new UnpackBudget(source.size, this.options.freeUnpackedBytes ?? freeBytes);
    const counted: ByteSource = {
      ...source,
      read: async (offset, length, room) => {
        const bytes = await source.read(offset, length, room);
        this.bytesRead = Math.max(this.bytesRead, Math.min(source.size, offset + bytes.length));
        return bytes;
      },
    };
    const input: Input = { name, packing: [], expectedBytes: source.size, path };
    const kind = packingOf(await source.read(0, signatureBytes));
    // Who unpacks may look at a chunk later.
    if (kind === 'zip') await this.readArchive(counted, input); else await this.readContent(chunksOf(counted, 0, source.size, kind === undefined), input);
    this.bytesRead = source.size;
  }

  get report(): FileReport {
    return { parts: this.current === undefined ? this.parts : [...this.parts, this.current.report], morePartsCount: this.morePartsCount, problems: this.problems };
  }

  /** Why nothing of the file was read, as a sentence; undefined when it holds traces. */
  get failure(): string | undefined {
    const [first] = this.parts;
    if (this.traceParts > 0 || first === undefined) return this.archive;
    return this.archive ?? `${first.name} ${first.failure ?? ''}`;
  }

  /** The next part; it has to be given to `finish`. */
  begin(name: string, packing: readonly Packing[] = [], expectedBytes = 0): FilePart {
    const { onBatch, mostHeldBytes = mostHeldOfFile } = this.options;
    return this.current = new FilePart({ name, packing, expectedBytes, mostHeldBytes, onBatch });
  }

  /** Nothing more of a part will be read. Those that hold traces are told rather than others when there are many. */
  finish(part: FilePart): void {
    this.current = undefined;
    if (part.isTrace) this.traceParts++;
    if (this.parts.length < mostReported) {
      this.parts.push(part.report);
      return;
    }
    this.morePartsCount++;
    const other = part.isTrace ? this.parts.findIndex(({ format }) => format === undefined) : -1;
    if (other >= 0) this.parts.splice(other, 1, part.report);
  }

  private async readContent(chunks: Chunks, input: Input): Promise<void> {
    const iterator = chunks[Symbol.asyncIterator]();
    let part: FilePart | undefined;
    try {
      const head = await headOf(iterator);
      const rest = { [Symbol.asyncIterator]: () => prefixed(head, iterator) };
      const kind = packingOf(head);
      if (kind === undefined) {
        part = this.begin(input.name, input.packing, input.expectedBytes);
        await this.readPart(part, rest, input.packing.length === 0 ? input.path : undefined);
      } else if (isUnread(kind)) this.refuse(input, whyUnread(kind));
      else if (input.packing.length >= mostLevels) this.refuse(input, 'is packed too many times.');
      else if (kind === 'zip') await this.readInnerArchive(rest, input);
      else await this.readContent(unpack(rest, kind, this.budget), { ...input, packing: [...input.packing, kind], expectedBytes: 0 });
    } catch (error) {
      if (!(error instanceof DamagedError) && !(error instanceof UnpackedTooLargeError)) throw error;
      this.refuse(input, `${wordsOf(error)}.`);
    } finally {
      await iterator.return?.();
    }
  }

  private async readPart(part: FilePart, chunks: Chunks, path: string | undefined): Promise<void> {
    let brokenOff: string | undefined;
    try {
      for await (const chunk of chunks) {
        part.push(chunk);
        this.options.onProgress?.();
        if (part.isDone) break;
      }
      part.readSoFar();
      if (path !== undefined && part.format?.beside !== undefined) await this.readBeside(part, new CompanionFiles(path, part.format));
    } catch (error) {
      if (!(error instanceof DamagedError) && !(error instanceof UnpackedTooLargeError)) throw error;
      brokenOff = wordsOf(error);
    }
    part.end(brokenOff);
    this.finish(part);
    this.options.onProgress?.();
  }

  private async readBeside(part: FilePart, companions: CompanionFiles): Promise<void> {
    let isFirst = true;
    for await (const lines of companions.lines(true)) {
      if (isFirst) part.push(Uint8Array.of(newline));
      isFirst = false;
      part.push(lines);
      this.options.onProgress?.();
    }
  }

  private refuse({ name, packing, expectedBytes }: Input, why: string): void {
    this.refused ??= `${name} ${why}`;
    const part = this.begin(name, packing, expectedBytes);
    part.refuse(why);
    this.finish(part);
  }

  private async readInnerArchive(chunks: Chunks, input: Input): Promise<void> {
    if (input.packing.filter((each) => each === 'zip').length > 1) {
      this.refuse(input, 'is an archive in an archive in an archive, which is not looked into.');
      return;
    }
    const held: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of chunks) {
      held.push(chunk);
      length += chunk.length;
      if (length > mostInnerBytes) throw new DamagedError('is an archive in an archive, and too large to look into');
    }
    await this.readArchive(sourceOf(Buffer.concat(held)), input);
  }

  private async readArchive(source: ByteSource, input: Input): Promise<void> {
    try {
      const { members, problems } = await listZip(source);
      const before = this.traceParts;
      this.refused = undefined;
      this.problems.push(...problems.map((problem) => `${input.name}: ${problem}`));
      if (members.length > mostMembers) this.problems.push(`${input.name}: ${members.length - mostMembers} of its ${members.length} members were not looked at.`);
      for (const member of members.slice(0, mostMembers)) {
        const name = input.packing.length === 0 ? member.name : `${input.name}/${member.name}`;
        await this.readContent(readMemberOf(source, member, this.budget), { name, packing: [...input.packing, 'zip'], expectedBytes: 0 });
      }
      if (this.traceParts === before && input.packing.length === 0) {
        this.archive = this.refused !== undefined ? `${input.name}: ${this.refused}` : `${input.name} ${whatArchive(members.map(({ name }) => name)) ?? 'is an archive without a trace file of a known format.'}`;
      }
    } catch (error) {
      if (!(error instanceof DamagedError)) throw error;
      this.refuse(input, `${wordsOf(error)}.`);
    }
  }
}

const wordsOf = (error: Error): string => (error instanceof UnpackedTooLargeError ? `was not read to its end: ${error.message}` : error.message);

/** Chunks until the signature of a packing would be there. */
async function headOf(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < signatureBytes) {
    const { value, done } = await iterator.next() as IteratorResult<Uint8Array, undefined>;
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* prefixed(head: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  if (head.length > 0) yield head;
  for (;;) {
    const { value, done } = await iterator.next() as IteratorResult<Uint8Array, undefined>;
    if (done === true) return;
    yield value;
  }
}
