import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';

export interface Cursor {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The whole text of the line. */
  readonly text: string;
  /** The editor group, from 1. */
  readonly group: number | null;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls commands and the exported interface in an editor from outside, through the probe extension. */
export class Probe {
  /** What the editor has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #server: Server;
  readonly #waiting = new Map<number, Waiting>();
  #socket = Promise.withResolvers<Socket>();
  #lastId = 0;

  private constructor(server: Server, address: string) {
    this.#server = server;
    this.env = { SPANSCOPE_PROBE: address };
    server.on('connection', (socket) => this.#connected(socket));
  }

  /** Waits for the probe of one editor; `runFolder` holds the socket. */
  static async listen(runFolder: string): Promise<Probe> {
    const address = process.platform === 'win32' ? `\\\\.\\pipe\\${path.basename(runFolder)}` : path.join(runFolder, 'probe.sock');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(address, resolve);
    });
    return new Probe(server, address);
  }

  /** Resolves when the extension host of the (newest) window has started. */
  async connected(): Promise<void> {
    await this.#socket.promise;
  }

  /** Resolves when the extension host that is connected now has ended. */
  async disconnected(): Promise<void> {
    const socket = await this.#socket.promise;
    await new Promise((resolve) => {
      socket.once('close', resolve);
    });
  }

  /** Runs a command by its id; file paths are handed over as `{ $file: path }`. */
  executeCommand(command: string, ...args: readonly unknown[]): Promise<unknown> {
    return this.call('executeCommand', command, ...args);
  }

  /** Calls a function of the exported interface or reads a property of it; activates the extension. */
  api<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    return this.call('api', name, ...args) as Promise<T>;
  }

  cursor(): Promise<Cursor | null> {
    return this.call('cursor') as Promise<Cursor | null>;
  }

  updateSetting(key: string, value: unknown): Promise<unknown> {
    return this.call('updateSetting', key, value);
  }

  async call(method: string, ...args: readonly unknown[]): Promise<unknown> {
    const socket = await this.#socket.promise;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      socket.write(`${JSON.stringify({ id, method, args })}\n`);
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    this.#socket.promise.then(
      (socket) => socket.destroy(),
      () => undefined,
    );
    await closed;
  }

  #connected(socket: Socket): void {
    this.#socket.resolve(socket);
    createInterface({ input: socket }).on('line', (line) => {
      const { id, result, error } = JSON.parse(line) as { id: number; result?: unknown; error?: string };
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new Error(error));
    });
    socket.on('error', () => undefined);
    socket.once('close', () => this.#lost());
  }

  /** A reloaded window has a new extension host, which connects anew. */
  #lost(): void {
    this.#socket = Promise.withResolvers<Socket>();
    for (const { reject } of this.#waiting.values()) reject(new Error('The extension host ended before it answered.'));
    this.#waiting.clear();
  }
}
