import process from 'node:process';
import type { Endpoints, PortProblem, StartResult } from '../protocol/collector.ts';
import { describeHolder } from './portHolder.ts';
import { Admission } from './receivers/admission.ts';
import type { Limits } from './receivers/admission.ts';
import { openConnectionListener } from './receivers/connectionListener.ts';
import type { ControlChannel } from './receivers/controlChannel.ts';
import { openHttpListener } from './receivers/httpListener.ts';
import { isHeld } from './receivers/loopback.ts';
import { httpReceivers, loadGrpcReceiver } from './receivers/registry.ts';
import type { OpenPort, PortName, ReceiverContext, Sink, TakeConnection } from './receivers/receiver.ts';

export interface PortsOptions {
  readonly sink: Sink;
  readonly control: ControlChannel;
  /** Names beside localhost, 127.0.0.1 and [::1] by which clients may call us. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Absolute path of the bundle that holds the gRPC receiver, loaded when it is started. */
  readonly grpcBundle: string;
  readonly limits?: Partial<Limits>;
  /** One line for the log. */
  readonly report: (message: string) => void;
}

export interface WantedPorts { readonly httpPort: number; readonly grpcPort: number }

/**
 * Where a receiver listens when somebody holds the wanted port, before any free one: no systems hand these out by
 * themselves. package.json tells remote editors not to forward them.
 */
export const otherPorts: Readonly<Record<PortName, readonly number[]>> = { http: tenFrom(24_320), grpc: tenFrom(24_310) };

function tenFrom(first: number): readonly number[] {
  return Array.from({ length: 10 }, (_, i) => first + i);
}

const nothing: StartResult = { endpoints: {}, problems: [] };

/** The listening ports: opened on demand, elsewhere when somebody holds the wanted one, and closed together. */
export class Ports {
  readonly #options: PortsOptions;
  readonly #admission: Admission;
  #open: { readonly wanted: WantedPorts; readonly ports: ReadonlyMap<PortName, OpenPort>; readonly result: StartResult } | undefined;
  /** Starts and stops happen one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: PortsOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
  }

  /** What `start` gave last, or nothing while nothing listens. */
  get current(): StartResult { return this.#open?.result ?? nothing; }

  /**
   * Listens on 127.0.0.1 and ::1; port 0 takes any free one. A held port is no failure: a free one is taken instead and
   * the problem reported. Started again with the same wanted ports, it changes nothing.
   */
  start(wanted: WantedPorts): Promise<StartResult> {
    return this.#inTurn(async () => {
      const now = this.#open;
      if (now?.wanted.httpPort === wanted.httpPort && now.wanted.grpcPort === wanted.grpcPort) return now.result;
      await this.#close();
      return this.#openBoth(wanted);
    });
  }

  /** Ends after running requests, at most 2 s later. Harmless when nothing listens. */
  stop(): Promise<void> { return this.#inTurn(() => this.#close()); }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #openBoth(wanted: WantedPorts): Promise<StartResult> {
    const ports = new Map<PortName, OpenPort>();
    const problems: PortProblem[] = [];
    const context: ReceiverContext = {
      sink: this.#options.sink,
      admission: this.#admission,
      control: this.#options.control,
      report: (fault) => this.#options.report(`A receiver failed: ${fault instanceof Error ? fault.stack ?? fault.message : String(fault)}`),
      identity: () => ({ service: 'spanscope', version: 1, pid: process.pid, http: ports.get('http')?.port, grpc: ports.get('grpc')?.port }),
    };
    const handTo = (name: PortName): TakeConnection => (socket) => {
      const port = ports.get(name);
      port?.take?.(socket);
      return port?.take !== undefined;
    };
    await Promise.all([
      this.#openOne('http', wanted.httpPort, (port) => openHttpListener(port, httpReceivers, context, handTo('grpc')), ports, problems),
      this.#loadAndOpenGrpc(wanted.grpcPort, context, handTo('http'), ports, problems),
    ]);
    const result = { endpoints: endpointsOf(ports), problems };
    this.#open = { wanted, ports, result };
    return result;
  }

  async #loadAndOpenGrpc(wantedPort: number, context: ReceiverContext, takeOther: TakeConnection, ports: Map<PortName, OpenPort>, problems: PortProblem[]): Promise<void> {
    try {
      const receiver = await loadGrpcReceiver(this.#options.grpcBundle);
      await this.#openOne('grpc', wantedPort, (port) => openConnectionListener(port, receiver, context, takeOther), ports, problems);
    } catch (error) {
      this.#options.report(`OTLP/gRPC is not received: ${String(error)}`);
    }
  }

  async #openOne(name: PortName, wantedPort: number, open: (port: number) => Promise<OpenPort>, ports: Map<PortName, OpenPort>, problems: PortProblem[]): Promise<void> {
    try {
      ports.set(name, await open(wantedPort));
    } catch (error) {
      if (wantedPort === 0 || !isHeld(error)) throw error;
      const [opened, holder] = await Promise.all([openOther(name, open), describeHolder(name, wantedPort, error)]);
      if (opened !== undefined) ports.set(name, opened);
      problems.push({ receiver: name, wantedPort, port: opened?.port, ...holder });
    }
  }

  async #close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open !== undefined) await Promise.all([...open.ports.values()].map((port) => port.close()));
  }
}

async function openOther(name: PortName, open: (port: number) => Promise<OpenPort>): Promise<OpenPort | undefined> {
  for (const port of [...otherPorts[name], 0]) {
    try {
      return await open(port);
    } catch {
      // The next one; without any the program goes on, and says so.
    }
  }
  return undefined;
}

/** Literal addresses, because a name could lead to whoever holds the port on the other address family. */
function endpointsOf(ports: ReadonlyMap<PortName, OpenPort>): Endpoints {
  const http = ports.get('http')?.port;
  const grpc = ports.get('grpc')?.port;
  return {
    ...(http === undefined ? {} : { http: `http://127.0.0.1:${http}`, webSocket: `ws://127.0.0.1:${http}/v1/spans` }),
    ...(grpc === undefined ? {} : { grpc: `127.0.0.1:${grpc}` }),
  };
}
