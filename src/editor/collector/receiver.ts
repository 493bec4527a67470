import { EventEmitter } from 'vscode';
import type { Endpoints, PortProblem } from '../../protocol/collector.ts';
import type { ReceiverStatus } from '../../protocol/panel.ts';
import { Disposables } from '../disposables.ts';
import { messageOf } from '../log.ts';
import type { Log } from '../log.ts';
import type { Ports } from '../settings.ts';
import type { CollectorHost } from './collectorHost.ts';
import { portProblemText } from './portProblems.ts';

export interface ReceiverSettings {
  ports(): Ports;
  startsByItself(): boolean;
}

type State = ReceiverStatus['state'];

/** The receiver as the editor sees it: on or off, where it listens, and what is wrong with its ports. */
export class Receiver {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  /** A program holds a wanted port. Fires once a start. */
  readonly #portsInUse = new EventEmitter<readonly PortProblem[]>();
  readonly onDidMeetPortsInUse = this.#portsInUse.event;

  readonly #collector: CollectorHost;
  readonly #settings: ReceiverSettings;
  readonly #log: Log;
  readonly #disposables = new Disposables();
  #state: State = 'off';
  #endpoints: Endpoints = {};
  #problems: readonly PortProblem[] = [];
  #failure: string | undefined;
  #sinceUnixMilli: number | undefined;
  #ports: Ports | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  /** The person turned it off, so it does not come back by itself. */
  #isTurnedOff = false;

  constructor(collector: CollectorHost, settings: ReceiverSettings, log: Log) {
    this.#collector = collector;
    this.#settings = settings;
    this.#log = log;
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#portsInUse);
    this.#disposables.add(collector.onDidReplace(() => this.#resume()));
    this.#disposables.add(collector.onDidFail((reason) => this.#become('failed', { failure: `The receiver ended: ${reason}` })));
  }

  get state(): State { return this.#state; }
  get endpoints(): Endpoints { return this.#endpoints; }
  get problems(): readonly PortProblem[] { return this.#problems; }

  get status(): ReceiverStatus {
    const { webSocket, http, grpc } = this.#endpoints;
    const problem = this.#failure ?? portProblemText(this.#problems);
    return {
      state: this.#state,
      ...(http === undefined ? {} : { http }),
      ...(grpc === undefined ? {} : { grpc }),
      ...(webSocket === undefined ? {} : { webSocket }),
      ...(this.#sinceUnixMilli === undefined ? {} : { sinceUnixMilli: this.#sinceUnixMilli }),
      ...(problem === undefined ? {} : { problem }),
      receivedSpans: this.#collector.stats?.receivedSpans ?? 0,
    };
  }

  /** Listens on the given ports, else on those of the settings. Already listening there: gives where. */
  start(wanted: Partial<Ports> = {}): Promise<Endpoints> {
    this.#isTurnedOff = false;
    return this.#inTurn(() => {
      const { httpPort, grpcPort } = this.#settings.ports();
      return this.#listen({ httpPort: wanted.httpPort ?? httpPort, grpcPort: wanted.grpcPort ?? grpcPort });
    });
  }

  /** Where it listens, wherever that is; starts it when it is off. */
  async started(): Promise<Endpoints> {
    await this.#turn;
    return this.#state === 'listening' ? this.#endpoints : this.start();
  }

  /** Starts when it is wanted without having been asked for: a view opened, a debug session began. Failures are shown, not thrown. */
  async startIfWanted(): Promise<void> {
    // Several views may open at once; the second finds the receiver on.
    await this.#inTurn(async () => {
      if (this.#isTurnedOff || this.#state !== 'off' || !this.#settings.startsByItself()) return;
      await this.#listen(this.#settings.ports());
    }).catch(() => undefined);
  }

  stop(): Promise<void> {
    this.#isTurnedOff = true;
    return this.#inTurn(async () => {
      if (this.#collector.isRunning) await this.#collector.call('stop');
      this.#become('off');
    });
  }

  /** Is content with the ports that it listens on. */
  acceptPorts(): void {
    if (this.#state === 'listening') this.#become('listening', { endpoints: this.#endpoints });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** Starts and stops follow one another, whoever asks for them. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #listen(ports: Ports): Promise<Endpoints> {
    if (this.#serves(ports)) return this.#endpoints;
    const wasListening = this.#state === 'listening';
    this.#become('starting');
    try {
      if (wasListening) await this.#collector.call('stop');
      const { endpoints, problems } = await this.#collector.call('start', ports);
      this.#ports = ports;
      this.#become('listening', { endpoints, problems });
      if (problems.length > 0) this.#portsInUse.fire(problems);
      this.#log.info(`Listening: ${Object.values(endpoints).join(', ')}`);
      return endpoints;
    } catch (error) {
      this.#become('failed', { failure: messageOf(error) });
      this.#log.error('The receiver could not start', error);
      throw error;
    }
  }

  /** Port 0 is any port, so it is served by whatever listens. */
  #serves(ports: Ports): boolean {
    const now = this.#ports;
    const same = (wanted: number, has: number): boolean => wanted === 0 || wanted === has;
    return this.#state === 'listening' && this.#problems.length === 0 && now !== undefined
      && same(ports.httpPort, now.httpPort) && same(ports.grpcPort, now.grpcPort);
  }

  #become(state: State, what: { endpoints?: Endpoints; problems?: readonly PortProblem[]; failure?: string } = {}): void {
    this.#state = state;
    this.#endpoints = what.endpoints ?? {};
    this.#problems = what.problems ?? [];
    this.#failure = what.failure;
    this.#sinceUnixMilli = state === 'listening' ? Date.now() : undefined;
    this.#changed.fire();
  }

  /** A worker that took the place of a lost one listens where the lost one did. */
  #resume(): void {
    const ports = this.#ports;
    if (this.#state !== 'listening' || ports === undefined) return;
    this.#become('off');
    this.#inTurn(() => this.#listen(ports)).catch(() => undefined);
  }
}
