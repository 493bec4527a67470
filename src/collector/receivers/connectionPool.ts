import type { Socket } from 'node:net';
import type { Lease } from './receiver.ts';
import { RequestRate } from './requestRate.ts';

const loopbackPeer = /^(?:127\.|::1$|::ffff:127\.)/;

/**
 * The open connections of one port, at most `cap`. A newcomer at the cap takes the place of the connection that has
 * been unused for longest, so that silent ones cannot lock others out; those that wait for our answer are spared.
 */
export class ConnectionPool {
  readonly #cap: number;
  readonly #requestsPerSecond: number;
  /** From the one unused for longest to the one used last. */
  readonly #places = new Map<Socket, { owed: number }>();

  constructor(cap: number, requestsPerSecond: number) {
    this.#cap = cap;
    this.#requestsPerSecond = requestsPerSecond;
  }

  get sockets(): Iterable<Socket> { return this.#places.keys(); }

  /** Undefined when there is no room, or the peer is not of this machine. */
  admit(socket: Socket): Lease | undefined {
    if (!loopbackPeer.test(socket.remoteAddress ?? '')) return undefined;
    if (this.#places.size >= this.#cap && !this.#evict()) return undefined;
    const place = { owed: 0 }, rate = new RequestRate(this.#requestsPerSecond);
    this.#places.set(socket, place);
    const leave = (): void => void this.#places.delete(socket);
    socket.once('close', leave);
    const touch = (): void => {
      if (this.#places.delete(socket)) this.#places.set(socket, place);
    };
    return {
      touch,
      countRequest: () => rate.exceeded(),
      owe: () => void place.owed++,
      settle: () => {
        place.owed--;
        touch();
      },
      leave,
    };
  }

  #evict(): boolean {
    for (const [socket, { owed }] of this.#places) {
      if (owed > 0) continue;
      this.#places.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  }
}
