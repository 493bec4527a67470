import { open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { Beside, Format } from '../../formats/format.ts';

const newline = 0x0a;
const headBytes = 4096;
/** Of one file so much is taken at once; a longer line is never whole. */
const mostBytes = 64 * 1024 * 1024;
const mostFiles = 1000;

/** The files that go on with what another one tells, as its format says. Whole lines are taken of them, while they grow. */
export class CompanionFiles {
  private readonly path: string;
  private readonly places: readonly Beside[];
  /** By path: how much was taken; -1 of files that belong to another one. */
  private readonly taken = new Map<string, number>();

  /** `path` is that of the file that they belong to. */
  constructor(path: string, format: Format) {
    this.path = path;
    this.places = format.beside?.(basename(path, extname(path))) ?? [];
  }

  /** What is new. `isAll`: also a line at the end of a file that is not whole. */
  async *lines(isAll: boolean): AsyncGenerator<Uint8Array, void, undefined> {
    for (const place of this.places) {
      for (const path of await this.filesAt(place)) {
        if (this.taken.get(path) === -1 || (!this.taken.has(path) && this.taken.size >= mostFiles)) continue;
        // Who may not read it, or finds it gone, goes without.
        const lines = await this.linesOf(path, place, isAll).catch(() => undefined);
        if (lines !== undefined) yield lines;
      }
    }
  }

  private async filesAt({ folder, name }: Beside): Promise<string[]> {
    const directory = join(dirname(this.path), folder), entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile() && name.test(entry.name)).map((entry) => join(directory, entry.name)).filter((path) => path !== this.path).toSorted();
  }

  private async linesOf(path: string, { holds }: Beside, isAll: boolean): Promise<Uint8Array | undefined> {
    const handle = await open(path, 'r');
    try {
      if (!this.taken.has(path)) {
        const head = (await readAt(handle, 0, headBytes)).toString('utf8');
        if (!head.includes(holds)) {
          // What is still being written may tell later.
          if (head.includes('\n')) this.taken.set(path, -1);
          return undefined;
        }
      }
      const from = this.taken.get(path) ?? 0, more = await readAt(handle, from, Math.min(mostBytes, (await handle.stat()).size - from));
      const length = isAll ? more.length : more.lastIndexOf(newline) + 1;
      this.taken.set(path, from + length);
      return length > 0 ? Buffer.concat([more.subarray(0, length), Buffer.of(newline)]) : undefined;
    } finally {
      await handle.close();
    }
  }
}

async function readAt(handle: FileHandle, from: number, length: number): Promise<Buffer> {
  if (length <= 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, (await handle.read(bytes, 0, length, from)).bytesRead);
}
