import { watch } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { FilePart } from './filePart.ts';
import type { FileReading } from './fileReading.ts';
import { CompanionFiles } from './companionFiles.ts';
import { packingOf, signatureBytes } from './packing.ts';
import { openSource } from './byteSource.ts';

const chunkBytes = 512 * 1024;
/** Some file systems tell nothing when a file grows. */
const pollMs = 400;
/** Who writes a file may pause for so long in the middle of a record. */
const usualPauseMs = 4000;
/** Bytes before the place of reading that are compared, to notice a file that was written anew. */
const tailBytes = 64;
const newline = 0x0a;

type Told = 'following' | 'read' | 'failed';

/**
 * Reads a file and then what is appended to it, for as long as its worker lives. Half a record waits for its rest. What a file
 * says that became shorter, or that took the place of another under the same name, is read from its beginning; what was read
 * before stays. A file that is packed, or of a format that can only be read as a whole, is read again when it has changed.
 */
export class FileFollowing {
  private readonly path: string;
  private readonly name: string;
  private readonly reading: FileReading;
  private readonly tell: (state: Told) => void;
  private readonly pauseMs: number;
  private readonly chunk = new Uint8Array(chunkBytes);
  private part: FilePart | undefined;
  /** Files beside it that belong to it. */
  private companions: CompanionFiles | undefined;
  private position = 0;
  private tail: Uint8Array = new Uint8Array();

  /** A file to which nothing was written for `pauseMs` is told once more, with what it lacks. */
  constructor(path: string, name: string, reading: FileReading, tell: (state: Told) => void, pauseMs = usualPauseMs) {
    this.path = path;
    this.name = name;
    this.reading = reading;
    this.tell = tell;
    this.pauseMs = pauseMs;
  }

  /** Resolves only when the file is none that can be followed. Throws when it cannot be read. */
  async run(): Promise<void> {
    for (;;) {
      if (await this.readPacked()) {
        this.tell(this.reading.failure === undefined ? 'read' : 'failed');
        return;
      }
      const handle = await open(this.path, 'r');
      try {
        if (!await this.followOne(handle)) return;
      } finally {
        await handle.close();
      }
    }
  }

  /** Reads a file that is packed; false when it is not. */
  private async readPacked(): Promise<boolean> {
    const source = await openSource(this.path);
    try {
      const isPacked = packingOf(await source.read(0, signatureBytes)) !== undefined;
      if (isPacked) await this.reading.read(source, this.name);
      return isPacked;
    } finally {
      await source.close();
    }
  }

  /** Reads one file until another one takes its place; false when it is none that can be followed. */
  private async followOne(handle: FileHandle): Promise<boolean> {
    const changes = new Changes(this.path), { ino, dev } = await handle.stat();
    let grownAt = performance.now();
    this.begin();
    try {
      for (;;) {
        if (await this.isWrittenAnew(handle)) this.begin();
        const hasMore = await this.readMore(handle);
        if (this.part?.isDone === true && !this.part.isTrace) {
          this.end();
          this.tell('failed');
          return false;
        }
        if (hasMore) grownAt = performance.now();
        const lacksEnd = this.part?.rest(performance.now() - grownAt >= this.pauseMs) === true;
        if (hasMore || lacksEnd) this.tell('following');
        const now = await stat(this.path).catch(() => undefined);
        // Who writes it may not know yet that it was given another name, as long as the new one is empty.
        if (now !== undefined && now.size > 0 && (now.ino !== ino || now.dev !== dev)) {
          // What was written between the last look and the change of names.
          await this.readMore(handle);
          this.end();
          return true;
        }
        await changes.next();
      }
    } finally {
      changes.dispose();
    }
  }

  private begin(): void {
    if (this.part !== undefined) this.end();
    this.part = this.reading.begin(this.name);
    this.companions = undefined;
    this.position = 0;
    this.tail = new Uint8Array();
  }

  private end(): void {
    this.part?.end();
    if (this.part !== undefined) this.reading.finish(this.part);
    this.part = undefined;
  }

  /** Whether the file is shorter than what was read of it, or other bytes stand there. */
  private async isWrittenAnew(handle: FileHandle): Promise<boolean> {
    const { size } = await handle.stat();
    if (size < this.position || (this.part === undefined && size !== this.position)) return true;
    const { length } = this.tail;
    if (length === 0) return false;
    const there = Buffer.alloc(length);
    await handle.read(there, 0, length, this.position - length);
    return there.compare(this.tail) !== 0;
  }

  /** Reads what there is; whether that was anything. */
  private async readMore(handle: FileHandle): Promise<boolean> {
    const { part } = this, before = this.position;
    if (part === undefined) return false;
    for (;;) {
      const { bytesRead } = await handle.read(this.chunk, 0, chunkBytes, this.position);
      if (bytesRead === 0) break;
      const read = this.chunk.subarray(0, bytesRead);
      part.push(read);
      this.position += bytesRead;
      this.reading.bytesRead += bytesRead;
      this.tail = Buffer.concat([this.tail, read.subarray(-tailBytes)]).subarray(-tailBytes);
    }
    part.readSoFar();
    const hasMore = await this.readBeside(part);
    if (!part.isFollowed) this.end();
    return hasMore || this.position !== before || before === 0;
  }

  /** Lines of the files that belong to it come behind its own; whether there were any. */
  private async readBeside(part: FilePart): Promise<boolean> {
    if (part.format?.beside === undefined || this.tail.at(-1) !== newline) return false;
    this.companions ??= new CompanionFiles(this.path, part.format);
    let hasMore = false;
    for await (const lines of this.companions.lines(false)) {
      part.push(lines);
      hasMore = true;
    }
    if (hasMore) part.readSoFar();
    return hasMore;
  }
}

/** When something happens to a file, or it is to be looked at anyway. */
class Changes {
  private readonly stop: () => void;
  private hasHappened = false;
  private wake = (): void => undefined;

  constructor(path: string) {
    this.stop = watchFor(path, () => {
      this.hasHappened = true;
      this.wake();
    });
  }

  /** Resolves at once when something has happened since the last time. */
  async next(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    if (!this.hasHappened) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        timer = setTimeout(resolve, pollMs);
      });
    }
    clearTimeout(timer);
    this.hasHappened = false;
  }

  dispose(): void { this.stop(); }
}

function watchFor(path: string, changed: () => void): () => void {
  try {
    const watcher = watch(path, changed);
    watcher.on('error', changed);
    return () => watcher.close();
  } catch {
    // The next look comes anyway.
    return () => undefined;
  }
}
