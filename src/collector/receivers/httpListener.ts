import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { HeaderLines, Refusal, mediaTypeOf, retryLater, tooManyRequests } from './admission.ts';
import type { Admission, AdmittedHead } from './admission.ts';
import { errorAnswer, jsonMediaType } from './answers.ts';
import { HeldBytes, readBody, unzip } from './body.ts';
import { ConnectionPool } from './connectionPool.ts';
import { watchBeginning } from './firstBytes.ts';
import { endRaw, withoutUpgrade } from './httpUpgrade.ts';
import { listenOnLoopback } from './loopback.ts';
import { refusalOf } from './refusal.ts';
import type { Answer, Endpoint, Lease, OpenPort, Receiver, ReceiverContext, Route, Sink, TakeConnection } from './receiver.ts';

/**
 * Listens for HTTP/1.1 on both loopback addresses and gives what arrives to the routes of the receivers. One variable
 * leads exporters of both protocols, and many programs name theirs in their code, so HTTP/2 is handed over. Errors as `listenOnLoopback`.
 */
export async function openHttpListener(wantedPort: number, receivers: readonly Receiver<Route>[], context: ReceiverContext, takeHttp2: TakeConnection = () => false): Promise<OpenPort> {
  const listener = new HttpListener(receivers, context, takeHttp2);
  try {
    const { port, servers } = await listenOnLoopback(() => listener.createServer(), wantedPort);
    return { port, take: (socket) => void servers[0]?.emit('connection', socket), close: () => listener.close(servers) };
  } catch (error) {
    await listener.close([]);
    throw error;
  }
}

type Expectation = 'continue' | 'unknown' | undefined;
type Reply = Answer & { readonly headers?: Readonly<Record<string, string>>; readonly close?: boolean };

class HttpListener {
  readonly #sink: Sink;
  readonly #admission: Admission;
  readonly #identity: ReceiverContext['identity'];
  readonly #report: ReceiverContext['report'];
  readonly #control: ReceiverContext['control'];
  readonly #routes: readonly Route[];
  readonly #pool: ConnectionPool;
  readonly #held: HeldBytes;
  readonly #leases = new WeakMap<Socket, Lease>();
  readonly #takeHttp2: TakeConnection;
  #running = 0;
  #isClosing = false;
  #onIdle: (() => void) | undefined;

  constructor(receivers: readonly Receiver<Route>[], context: ReceiverContext, takeHttp2: TakeConnection) {
    const { sink, admission, control, identity, report } = context;
    this.#takeHttp2 = takeHttp2;
    this.#sink = sink;
    this.#admission = admission;
    this.#control = control;
    this.#identity = identity;
    this.#report = report;
    this.#routes = receivers.map((receiver) => receiver.open(context));
    this.#pool = new ConnectionPool(admission.limits.connections, admission.limits.requestsPerSecond);
    this.#held = new HeldBytes(admission.limits.heldBytes);
  }

  createServer(): Server {
    const { limits } = this.#admission;
    const server = createServer({
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.headersWithinMs,
      requestTimeout: limits.requestWithinMs,
      keepAliveTimeout: limits.idleMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      // Both are checked by admission, with an answer of ours.
      requireHostHeader: false,
    });
    server.maxHeadersCount = 0;
    // Node's own handler, which reads a connection as HTTP/1.1, has its turn once that is what it is.
    const handlers = server.listeners('connection') as ((socket: Socket) => void)[];
    const read = (socket: Socket): void => { for (const handler of handlers) handler.call(server, socket); };
    const serve = (expectation: Expectation) => (request: IncomingMessage, response: ServerResponse) => void this.#serve(request, response, expectation);
    return server
      .removeAllListeners('connection')
      .on('connection', (socket) => this.#admit(socket, read))
      .on('request', serve(undefined))
      .on('checkContinue', serve('continue'))
      .on('checkExpectation', serve('unknown'))
      .on('upgrade', (request, socket, head) => this.#upgradeSafely(server, request, socket as Socket, head))
      .on('connect', (_request, socket) => this.#end(socket as Socket, new Refusal(405, 'CONNECT is not for us')))
      .on('clientError', (error: NodeJS.ErrnoException, socket) => this.#answerClientError(error, socket as Socket))
      // Out of file descriptors: the connection is lost, the server goes on.
      .on('error', () => undefined);
  }

  async close(servers: readonly Server[]): Promise<void> {
    this.#isClosing = true;
    const closed = servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve())));
    for (const server of servers) server.closeIdleConnections();
    const drained = new Promise<void>((resolve) => {
      this.#onIdle = resolve;
      if (this.#running === 0) resolve();
    });
    const inTime = new Promise<void>((resolve) => setTimeout(resolve, this.#admission.limits.closeWithinMs).unref());
    await Promise.all([Promise.race([drained, inTime]), ...this.#routes.map((route) => route.close())]);
    for (const socket of [...this.#pool.sockets]) socket.destroySoon();
    for (const server of servers) server.closeAllConnections();
    await Promise.race([Promise.all(closed), inTime]);
  }

  #admit(socket: Socket, read: (socket: Socket) => void): void {
    if (this.#leases.has(socket)) return read(socket);
    const lease = this.#pool.admit(socket);
    if (lease === undefined) return this.#end(socket, retryLater(1, 'too many connections'));
    this.#leases.set(socket, lease);
    watchBeginning(socket, this.#admission.limits.headersWithinMs, (beginning) => {
      if (beginning === 'silence') return this.#end(socket, tooSlow);
      if (beginning === 'http2' && this.#takeHttp2(socket)) return lease.leave();
      read(socket);
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse, expectation: Expectation): Promise<void> {
    const lease = this.#leases.get(request.socket);
    lease?.touch();
    this.#running++;
    try {
      const reply = await this.#answer(request, response, expectation, lease);
      if (reply !== undefined) await this.#send(request, response, reply);
    } catch (fault) {
      await this.#send(request, response, replyOf(refusalOf(fault, this.#report), undefined));
    } finally {
      this.#running--;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Undefined when there is nobody to answer any more. */
  async #answer(request: IncomingMessage, response: ServerResponse, expectation: Expectation, lease: Lease | undefined): Promise<Reply | undefined> {
    const headers = new HeaderLines(request.rawHeaders);
    const refused = (refusal: Refusal): Reply => replyOf(refusal, mediaTypeOf(headers));
    const head = this.#admission.head({ method: request.method ?? '', target: request.url ?? '', headers });
    if (head instanceof Refusal) return refused(head);
    if (lease?.countRequest() === true) return refused(tooManyRequests());
    const endpoint = this.#endpointAt(head.path);
    const reply = endpoint === undefined
      ? this.#otherPath(request.method, head, refused)
      : await this.#post(request, response, endpoint, { headers, expectation, refused, lease, hasListedOrigin: 'Vary' in head.crossOrigin });
    return reply && { ...reply, headers: { ...reply.headers, ...head.crossOrigin } };
  }

  #endpointAt(path: string): Endpoint | undefined {
    for (const route of this.#routes) {
      const endpoint = route.endpoint?.(path);
      if (endpoint !== undefined) return endpoint;
    }
    return undefined;
  }

  #otherPath(method: string | undefined, { path }: AdmittedHead, refused: (refusal: Refusal) => Reply): Reply {
    const isUpgraded = this.#routes.some(({ upgrade }) => upgrade?.path === path);
    if (path !== '/' && !isUpgraded) return refused(new Refusal(404, 'no such path'));
    if (method !== 'GET') return refused(new Refusal(405, 'method must be GET', { headers: { Allow: 'GET' } }));
    if (isUpgraded) return refused(new Refusal(426, 'this path is for WebSocket', { headers: { Upgrade: 'websocket' } }));
    return { status: 200, mediaType: jsonMediaType, body: JSON.stringify(this.#identity()) };
  }

  async #post(request: IncomingMessage, response: ServerResponse, endpoint: Endpoint, about: {
    headers: HeaderLines; expectation: Expectation; refused: (refusal: Refusal) => Reply; lease: Lease | undefined; hasListedOrigin: boolean;
  }): Promise<Reply | undefined> {
    const { headers, expectation, refused, lease } = about;
    if (request.method === 'OPTIONS' && about.hasListedOrigin) return preflightReply;
    if (request.method !== 'POST') return refused(new Refusal(405, 'method must be POST', { headers: { Allow: 'POST' } }));
    const content = this.#admission.content(headers, endpoint.formats);
    if (content instanceof Refusal) return refused(content);
    if (expectation === 'unknown') return refused(new Refusal(417, 'unknown expectation'));
    if (expectation === 'continue') response.writeContinue();
    let held = 0;
    const take = (bytes: number): boolean => {
      lease?.touch();
      if (!this.#held.take(bytes)) return false;
      held += bytes;
      return true;
    };
    lease?.touch();
    try {
      const bytes = await this.#body(request, content.isGzip, take);
      if (bytes === undefined) return undefined;
      if (bytes instanceof Refusal) return refused(bytes);
      lease?.owe();
      try {
        return await this.#store(endpoint, content, bytes, refused);
      } finally {
        lease?.settle();
      }
    } finally {
      this.#held.give(held);
    }
  }

  async #body(request: IncomingMessage, isGzip: boolean, take: (bytes: number) => boolean): Promise<Uint8Array | Refusal | undefined> {
    const tooLarge = { above: this.#admission.limits.bodyBytes, refusal: this.#admission.tooLarge() };
    const body = await readBody(request, tooLarge, take);
    if (!isGzip || body === undefined || body instanceof Refusal) return body;
    const bytes = await unzip(body, tooLarge);
    return bytes instanceof Refusal || take(bytes.length) ? bytes : retryLater(1, 'too many requests at a time');
  }

  async #store(endpoint: Endpoint, { format, mediaType }: { format: string; mediaType: string }, bytes: Uint8Array, refused: (refusal: Refusal) => Reply): Promise<Reply> {
    const seconds = this.#isClosing ? 1 : this.#sink.retryAfterSeconds();
    if (seconds !== undefined) return refused(retryLater(seconds));
    try {
      return endpoint.stored(await this.#sink.accept({ format, signal: endpoint.signal, bytes }), mediaType);
    } catch (error) {
      return refused(refusalOf(error, this.#report));
    }
  }

  async #send(request: IncomingMessage, response: ServerResponse, { status, mediaType, body, headers, close }: Reply): Promise<void> {
    if (response.destroyed || response.headersSent) return;
    const isLast = this.#isClosing || (close ?? false);
    response.writeHead(status, {
      ...headers,
      ...(mediaType === undefined ? {} : { 'Content-Type': mediaType }),
      'Content-Length': body === undefined ? 0 : Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
      ...(isLast ? { Connection: 'close' } : {}),
    });
    if (isLast && !request.complete) {
      response.write(body ?? '');
      await this.#linger(request);
      response.end();
    } else {
      response.end(body);
    }
  }

  /** Throws away what a refused client is still sending: to close at once would reset the connection before it has read why. */
  #linger(request: IncomingMessage): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#admission.limits.lingerMs);
      request.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      request.resume();
    });
  }

  #upgradeSafely(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    try {
      this.#upgrade(server, request, socket, head);
    } catch (fault) {
      this.#end(socket, refusalOf(fault, this.#report));
    }
  }

  #upgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
      withoutUpgrade(server, request, socket, head);
      return;
    }
    const headers = new HeaderLines(request.rawHeaders);
    const admitted = this.#admission.head({ method: request.method ?? '', target: request.url ?? '', headers });
    if (admitted instanceof Refusal) {
      this.#end(socket, admitted);
      return;
    }
    const route = this.#routes.find(({ upgrade }) => upgrade?.path === admitted.path)?.upgrade;
    const hasToken = this.#admission.token(headers, (text) => this.#control.isToken(text));
    const seconds = this.#isClosing ? 1 : this.#sink.retryAfterSeconds();
    if (route === undefined) this.#end(socket, new Refusal(404, 'no such path'));
    else if (request.method !== 'GET') this.#end(socket, new Refusal(405, 'method must be GET', { headers: { Allow: 'GET' } }));
    else if (hasToken instanceof Refusal) this.#end(socket, hasToken);
    else if (seconds !== undefined) this.#end(socket, retryLater(seconds));
    else {
      this.#leases.get(socket)?.leave();
      route.accept(request, socket, head, hasToken);
    }
  }

  #answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
    if (socket.writable) this.#end(socket, refusalOfClientError.get(error.code ?? '') ?? new Refusal(400, 'malformed HTTP'));
    else if (!socket.writableEnded) socket.destroy();
  }

  #end(socket: Socket, refusal: Refusal): void { endRaw(socket, refusal, this.#admission.limits.lingerMs); }
}

const preflightReply: Reply = {
  status: 204,
  headers: {
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'authorization, content-encoding, content-type',
    'Access-Control-Max-Age': '600',
  },
};

const replyOf = ({ status, message, headers, close }: Refusal, requestMediaType: string | undefined): Reply =>
  ({ ...errorAnswer(status, message, requestMediaType), headers, close });

const tooSlow = new Refusal(408, 'request took too long');
const refusalOfClientError: ReadonlyMap<string, Refusal> = new Map([
  ['HPE_HEADER_OVERFLOW', new Refusal(431, 'header section too large')],
  ['HPE_CHUNK_EXTENSIONS_OVERFLOW', new Refusal(413, 'chunk extensions too large')],
  ['ERR_HTTP_REQUEST_TIMEOUT', tooSlow],
]);
