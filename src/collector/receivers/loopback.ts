import { connect } from 'node:net';
import type { Server } from 'node:net';

export const loopbackAddresses = ['127.0.0.1', '::1'] as const;

/** A port that is free on one address and held on the other happens; that it does this often does not. */
const mostAttempts = 20;
const probeMs = 250;

/**
 * Listens on 127.0.0.1 and ::1 at the same port with a server of `make` each; 0 takes a port that is free on both.
 * A machine without IPv6 gets the first alone. Rejects with an Error whose `code` is EADDRINUSE when somebody holds
 * the port on either address, also through a wildcard that the system would let us share.
 */
export async function listenOnLoopback<T extends Server>(make: () => T, port: number): Promise<{ port: number; servers: readonly T[] }> {
  if (port !== 0) return { port, servers: await listenOnBoth(make, port) };
  for (let attempt = 1; ; attempt++) {
    const first = make();
    await listen(first, loopbackAddresses[0], 0);
    const free = portOf(first);
    const second = make();
    try {
      return { port: free, servers: [first, ...(await listenIfThere(second, loopbackAddresses[1], free))] };
    } catch (error) {
      first.close();
      if (attempt === mostAttempts) throw error;
    }
  }
}

async function listenOnBoth<T extends Server>(make: () => T, port: number): Promise<T[]> {
  const answers = await Promise.all(loopbackAddresses.map((address) => isAnswered(address, port)));
  if (answers.includes(true)) throw inUse(port);
  const first = make();
  await listen(first, loopbackAddresses[0], port);
  try {
    return [first, ...(await listenIfThere(make(), loopbackAddresses[1], port))];
  } catch (error) {
    first.close();
    throw error;
  }
}

async function listenIfThere<T extends Server>(server: T, address: string, port: number): Promise<T[]> {
  try {
    await listen(server, address, port);
    return [server];
  } catch (error) {
    if (isWithoutFamily(error)) return [];
    throw error;
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Whether somebody takes connections at an address; false also when that is not known in time. */
function isAnswered(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(probeMs, () => finish(false));
    socket.once('connect', () => finish(true)).once('error', () => finish(false));
  });
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException | null)?.code);

const isWithoutFamily = (error: unknown): boolean =>
  ['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'ENETUNREACH'].includes(codeOf(error));

function inUse(port: number): Error {
  return Object.assign(new Error(`port ${port} is in use`), { code: 'EADDRINUSE' });
}

/** Whether an error of `listenOnLoopback` means that somebody else holds the port. */
export const isInUse = (error: unknown): boolean => codeOf(error) === 'EADDRINUSE';

/** Whether it means that we cannot have the port: in use, or kept by the system for others. */
export const isHeld = (error: unknown): boolean => isInUse(error) || codeOf(error) === 'EACCES';
