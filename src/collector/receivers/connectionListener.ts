import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { ConnectionPool } from './connectionPool.ts';
import { listenOnLoopback } from './loopback.ts';
import type { ConnectionRoute, OpenPort, Receiver, ReceiverContext } from './receiver.ts';

/** Listens on both loopback addresses and gives every connection to one receiver. Errors as `listenOnLoopback`. */
export async function openConnectionListener(wantedPort: number, receiver: Receiver<ConnectionRoute>, context: ReceiverContext): Promise<OpenPort> {
  const { limits } = context.admission;
  const pool = new ConnectionPool(limits.grpcSessions, limits.requestsPerSecond);
  const route = receiver.open(context);
  const make = (): Server => createServer((socket) => take(socket, pool, route))
    // Out of file descriptors: the connection is lost, the server goes on.
    .on('error', () => undefined);
  try {
    const { port, servers } = await listenOnLoopback(make, wantedPort);
    return { port, take: (socket) => take(socket, pool, route), close: () => close(servers, pool, route) };
  } catch (error) {
    await route.close();
    throw error;
  }
}

function take(socket: Socket, pool: ConnectionPool, route: ConnectionRoute): void {
  socket.on('error', () => socket.destroy());
  const lease = pool.admit(socket);
  if (lease === undefined) socket.destroy();
  else route.connect(socket, lease);
}

async function close(servers: readonly Server[], pool: ConnectionPool, route: ConnectionRoute): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
  await route.close();
  for (const socket of [...pool.sockets]) socket.destroy();
  await Promise.all(closed);
}
