import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { WebSocket } from 'ws';

/** A span as put together from the messages of the live protocol. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind?: string;
  startTimeUnixNano: string;
  endTimeUnixNano?: string;
  status: { code: string; message?: string };
  attributes: Record<string, unknown>;
  events: { name: string; timeUnixNano: string; attributes: Record<string, unknown> }[];
  links?: { traceId: string; spanId: string }[];
  baggage?: Record<string, string>;
  resource: { attributes: Record<string, unknown> };
}

export interface Message {
  readonly type: string;
  readonly id?: number;
  readonly span?: ReceivedSpan;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly name?: string;
  readonly endTimeUnixNano?: string;
  readonly status?: ReceivedSpan['status'];
  readonly attributes?: Record<string, unknown>;
  readonly events?: ReceivedSpan['events'];
  readonly client?: Record<string, unknown>;
  readonly token?: string;
  readonly program?: { readonly session: string; readonly libraries: readonly { readonly name: string; readonly version?: string }[]; readonly exporters: readonly string[] };
  readonly breakpointId?: string;
  readonly on?: string;
  readonly body?: string;
}

/** A receiver of the live protocol that keeps what it got. */
export class LiveServer {
  readonly messages: Message[] = [];
  readonly frames: number[] = [];
  readonly port: number;
  /** False keeps the confirmations back. */
  acknowledge = true;
  /** How late confirmations are. */
  acknowledgeAfterMs = 0;
  /** The first connection is lost with all that comes after its introduction. */
  losesFirst = false;
  /** Connections that ended with messages about spans that were not confirmed. */
  left = 0;
  /** What clients with a token are told. */
  breakpoints: readonly object[] | undefined;
  readonly #http: Server;
  readonly #server: WebSocketServer;
  readonly #sockets = new Set<Socket>();
  #waiting: (() => void)[] = [];
  #isAway = false;

  private constructor(http: Server) {
    this.port = (http.address() as AddressInfo).port;
    this.#http = http;
    this.#server = new WebSocketServer({ server: http, path: '/v1/spans', maxPayload: 4 << 20 });
    this.#server.on('connection', (socket) => this.#serve(socket));
    http.on('connection', (socket) => {
      if (this.#isAway) socket.destroy();
      else this.#sockets.add(socket);
    });
  }

  static async listen(): Promise<LiveServer> {
    const http = createServer();
    await new Promise<void>((resolve) => { http.listen(0, '127.0.0.1', resolve); });
    return new LiveServer(http);
  }

  /** Ends all connections and takes no others. The port stays ours, so that nobody else is met there meanwhile. */
  goAway(): void {
    this.#isAway = true;
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Is there again, as a receiver that knows nothing. */
  comeBack(): void {
    this.messages.length = 0;
    this.#isAway = false;
  }

  get endpoint(): string { return `ws://127.0.0.1:${this.port}/v1/spans`; }
  get connections(): ReadonlySet<WebSocket> { return this.#server.clients; }

  async close(): Promise<void> {
    this.goAway();
    await new Promise((resolve) => { this.#http.close(resolve); });
  }

  /** Resolves as soon as the condition holds; it is looked at after every frame. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
  }

  /** Tells all clients breakpoints. */
  tell(breakpoints: readonly object[]): void {
    this.breakpoints = breakpoints;
    for (const client of this.#server.clients) client.send(JSON.stringify({ type: 'breakpoints', items: breakpoints }));
  }

  typesOf(spanId: string): readonly string[] {
    return this.messages.filter((message) => (message.span?.spanId ?? message.spanId) === spanId).map((message) => message.type);
  }

  /** The spans as a receiver would hold them, by start. */
  spans(): readonly ReceivedSpan[] {
    const spans = new Map<string, ReceivedSpan>(), early = new Map<string, Message['attributes']>();
    for (const message of this.messages) {
      if (message.span !== undefined) {
        const { spanId } = message.span, span = Object.assign({ events: [], status: { code: 'unset' } }, structuredClone(message.span));
        Object.assign(span.attributes, early.get(spanId));
        spans.set(spanId, span);
      }
      const span = spans.get(message.spanId ?? '');
      if (span === undefined) {
        // What is told of a span before itself stays on top of it.
        if (message.spanId !== undefined) early.set(message.spanId, { ...early.get(message.spanId), ...message.attributes });
        continue;
      }
      Object.assign(span.attributes, message.attributes);
      span.events.push(...message.events ?? []);
      if (message.name !== undefined) span.name = message.name;
      if (message.status !== undefined) span.status = message.status;
      if (message.endTimeUnixNano !== undefined) span.endTimeUnixNano = message.endTimeUnixNano;
    }
    return [...spans.values()].toSorted((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1));
  }

  #serve(socket: WebSocket): void {
    const unconfirmed = new Set<number>();
    const isLost = this.losesFirst;
    this.losesFirst = false;
    const confirm = (id: number): void => {
      unconfirmed.delete(id);
      socket.send(JSON.stringify({ type: 'ack', id, accepted: 1 }));
    };
    socket.send(JSON.stringify({ type: 'welcome', version: 1 }));
    socket.on('close', () => { if (unconfirmed.size > 0) this.left++; });
    socket.on('message', (data: Buffer) => {
      this.frames.push(data.length);
      const content = JSON.parse(data.toString()) as Message | Message[];
      for (const message of Array.isArray(content) ? content : [content]) {
        if (isLost && message.type !== 'hello') continue;
        this.messages.push(message);
        if (message.token !== undefined && this.breakpoints !== undefined) socket.send(JSON.stringify({ type: 'breakpoints', items: this.breakpoints }));
        if (message.id === undefined || !this.acknowledge) continue;
        if (message.type !== 'hello') unconfirmed.add(message.id);
        if (this.acknowledgeAfterMs === 0) confirm(message.id);
        else setTimeout(confirm, this.acknowledgeAfterMs, message.id);
      }
      for (const wake of this.#waiting.splice(0)) wake();
    });
  }
}

/** The tree as text: a line a span, with its service and status. */
export function drawTree(spans: readonly ReceivedSpan[]): string {
  const ids = new Set(spans.map((span) => span.spanId));
  const lines: string[] = [];
  const draw = (parent: string | undefined, indent: string): void => {
    for (const span of spans.filter((each) => (ids.has(each.parentSpanId ?? '') ? each.parentSpanId : undefined) === parent)) {
      const state = span.endTimeUnixNano === undefined ? 'open' : span.status.code;
      lines.push(`${indent}${span.name} (${String(span.resource.attributes['service.name'])}) ${state}`);
      draw(span.spanId, `${indent}  `);
    }
  };
  draw(undefined, '');
  return lines.join('\n');
}
