import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { joined } from '../formats/textBytes.ts';

/** So much waits to be written before the writer waits. */
const mostWaiting = 4 * 1024 * 1024;

/**
 * Where an export goes: into a file, which takes its place when it is whole, or into memory. What was there before stays until
 * then. Only its owner may read it, because traces hold what was said.
 */
export class ExportFile {
  private readonly path: string | undefined;
  private readonly temporary: string;
  private handle: FileHandle | undefined;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;

  /** `path` undefined: into memory. */
  constructor(path: string | undefined) {
    this.path = path;
    this.temporary = `${path ?? ''}.${randomBytes(6).toString('hex')}.part`;
  }

  /** Adds bytes, which nobody changes afterwards. */
  readonly add = (bytes: Uint8Array): void => {
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
  };

  /** Resolves when little is left to be written. */
  async drain(isAll = false): Promise<void> {
    if (this.path === undefined || (!isAll && this.waitingBytes < mostWaiting)) return;
    this.handle ??= await open(this.temporary, 'wx', 0o600);
    const { waiting } = this;
    this.waiting = [];
    this.waitingBytes = 0;
    for (const bytes of waiting) await this.handle.writeFile(bytes);
  }

  /** Everything is added; gives the bytes when they are in memory. */
  async finish(): Promise<ArrayBuffer> {
    if (this.path === undefined) return joined(this.waiting).buffer;
    await this.drain(true);
    await this.handle?.close();
    this.handle = undefined;
    await rename(this.temporary, this.path);
    return new ArrayBuffer(0);
  }

  /** Nothing of it is to stay. Harmless after `finish`. */
  async discard(): Promise<void> {
    this.waiting = [];
    if (this.path === undefined) return;
    await this.handle?.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }
}
