import { WebSocket } from 'ws';

/** A client of the live protocol. */
export class LiveSender {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, () => void>();
  #lastId = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const { type, id, message } = JSON.parse(data.toString()) as { type: string; id?: number; message?: string };
      if (type === 'error') throw new Error(`The receiver refused a message: ${message}`);
      if (id === undefined) return;
      this.#waiting.get(id)?.();
      this.#waiting.delete(id);
    });
  }

  static async connect(address: string): Promise<LiveSender> {
    const socket = new WebSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
    });
    return new LiveSender(socket);
  }

  /** Sends messages in one frame. */
  send(messages: readonly object[]): void {
    this.#socket.send(JSON.stringify(messages));
  }

  /** Sends one message; resolves when it has been stored. */
  sendStored(message: object): Promise<void> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(JSON.stringify({ ...message, id }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}

/** The present as the live protocol has it. The clock is finer than milliseconds. */
export const nowNs = (): bigint => BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
