import type { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import { retryLater } from './admission.ts';
import type { Limits } from './admission.ts';
import { endRaw } from './httpUpgrade.ts';
import { LiveConnection, closeCodes } from './liveConnection.ts';
import type { Receiver, ReceiverContext, Route } from './receiver.ts';

/** The live protocol: spans that have begun and not ended, over WebSocket (RFC 6455) at /v1/spans. */
export const webSocket: Receiver<Route> = {
  id: 'webSocket',
  port: 'http',
  open: (context) => new OpenWebSockets(context),
};

class OpenWebSockets implements Route {
  readonly upgrade = { path: '/v1/spans', accept: this.#accept.bind(this) };
  readonly #context: ReceiverContext;
  readonly #limits: Limits;
  readonly #server: WebSocketServer;
  readonly #connections = new Set<LiveConnection>();
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(context: ReceiverContext) {
    const { limits } = context.admission;
    this.#context = context;
    this.#limits = limits;
    // The type declarations do not know `closeTimeout` yet.
    const options: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.messageBytes,
      maxFragments: limits.fragments,
      maxBufferedChunks: limits.bufferedChunks,
      closeTimeout: limits.closeWithinMs,
    };
    this.#server = new WebSocketServer(options);
    this.#timers = [
      setInterval(() => this.#each((connection) => connection.ping()), limits.pingIntervalMs),
      setInterval(() => this.#each((connection) => connection.checkFrame(performance.now())), limits.checkIntervalMs),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#each((connection) => connection.close(closeCodes.restarting, 'stopping'));
    const inTime = new Promise<void>((resolve) => setTimeout(resolve, this.#limits.closeWithinMs).unref());
    await Promise.race([Promise.all([...this.#connections].map(({ closed }) => closed)), inTime]);
  }

  #accept(request: IncomingMessage, socket: Socket, head: Buffer, hasToken: boolean): void {
    if (this.#connections.size >= this.#limits.webSockets) {
      endRaw(socket, retryLater(1, 'too many WebSocket connections'), this.#limits.lingerMs);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (accepted) => {
      const connection = new LiveConnection(accepted, socket, this.#context, hasToken);
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
    });
  }

  #each(act: (connection: LiveConnection) => void): void {
    for (const connection of this.#connections) act(connection);
  }
}
