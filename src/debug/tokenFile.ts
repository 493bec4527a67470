import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

const ownerOnlyDirectory = 0o700, ownerOnlyFile = 0o600;

/**
 * The token of the control channel in a file that its owner alone can read. A debugger that runs a program in a terminal types
 * the program's environment there, where everybody looking on reads it, and every user of the machine in the list of processes.
 */
export class TokenFile {
  readonly #directory: string | undefined;
  readonly #path: string;

  /** `directory` is where this window may store things, if anywhere. */
  constructor(directory: string | undefined) {
    this.#directory = directory;
    this.#path = path.join(directory ?? '', `control-${process.pid}`);
  }

  /** The path of the file, which now holds the token. Undefined where nothing can be stored; throws what the file system throws. */
  hold(token: string): string | undefined {
    if (this.#directory === undefined) return undefined;
    if (this.#held() === token) return this.#path;
    mkdirSync(this.#directory, { recursive: true, mode: ownerOnlyDirectory });
    // A file that is there keeps its mode, whatever is asked for.
    this.dispose();
    writeFileSync(this.#path, token, { mode: ownerOnlyFile, flag: 'wx' });
    return this.#path;
  }

  dispose(): void {
    if (this.#directory !== undefined) rmSync(this.#path, { force: true });
  }

  #held(): string | undefined {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch {
      return undefined;
    }
  }
}
