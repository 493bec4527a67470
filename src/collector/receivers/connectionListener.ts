import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { ConnectionPool } from './connectionPool.ts';
import { watchBeginning } from './firstBytes.ts';
import { listenOnLoopback } from './loopback.ts';
import type { ConnectionRoute, Lease, OpenPort, Receiver, ReceiverContext, TakeConnection } from './receiver.ts';

/**
 * Listens on both loopback addresses and gives every connection to one receiver that speaks HTTP/2, but those that do not
 * begin like that to `takeOther`. Errors as `listenOnLoopback`.
 */
export async function openConnectionListener(wantedPort: number, receiver: Receiver<ConnectionRoute>, context: ReceiverContext, takeOther: TakeConnection = () => false): Promise<OpenPort> {
  const { limits } = context.admission;
  const pool = new ConnectionPool(limits.grpcSessions, limits.requestsPerSecond);
  const route = receiver.open(context);
  const take = (socket: Socket): void => admit(socket, pool, (lease) => route.connect(socket, lease));
  const look = (socket: Socket): void => admit(socket, pool, (lease) => watchBeginning(socket, limits.headersWithinMs, (beginning) => {
    if (beginning === 'silence') socket.destroy();
    else if (beginning === 'http1' && takeOther(socket)) lease.leave();
    else route.connect(socket, lease);
  }));
  const make = (): Server => createServer(look)
    // Out of file descriptors: the connection is lost, the server goes on.
    .on('error', () => undefined);
  try {
    const { port, servers } = await listenOnLoopback(make, wantedPort);
    return { port, take, close: () => close(servers, pool, route) };
  } catch (error) {
    await route.close();
    throw error;
  }
}

function admit(socket: Socket, pool: ConnectionPool, use: (lease: Lease) => void): void {
  socket.on('error', () => socket.destroy());
  const lease = pool.admit(socket);
  if (lease === undefined) socket.destroy();
  else use(lease);
}

async function close(servers: readonly Server[], pool: ConnectionPool, route: ConnectionRoute): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
  await route.close();
  for (const socket of [...pool.sockets]) socket.destroy();
  await Promise.all(closed);
}
