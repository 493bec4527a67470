import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { BreakpointHit, BreakpointsMessage, ProgramReport, SpanBreakpoint } from '../../protocol/live.ts';

const tokenBytes = 32;
const mostBreakpoints = 1000;

/** A live client that has shown the token. */
export interface ControlClient { tell(message: BreakpointsMessage): void }

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/**
 * What passes between the host and the programs that it has started, beside their spans: span breakpoints there, hits
 * back. The token that opens it is new with every instance and stays in memory.
 */
export class ControlChannel {
  /** For the environment of programs that we start, or a file for them that the user alone can read; never for a log, an address or an argument. */
  readonly token = randomBytes(tokenBytes).toString('base64url');
  readonly #digest = digestOf(this.token);
  readonly #clients = new Set<ControlClient>();
  readonly #onHit: (hit: BreakpointHit) => void;
  readonly #onClients: (count: number) => void;
  readonly #onReport: (report: ProgramReport) => void;
  #message: BreakpointsMessage = { type: 'breakpoints', items: [] };

  /** `onClients` is told how many programs are told the breakpoints, whenever that changes; `onReport` what programs have loaded. */
  constructor(onHit: (hit: BreakpointHit) => void, onClients: (count: number) => void = () => undefined, onReport: (report: ProgramReport) => void = () => undefined) {
    this.#onHit = onHit;
    this.#onClients = onClients;
    this.#onReport = onReport;
  }

  /** Takes equally long for every text of a length, right or wrong. */
  isToken(text: string): boolean { return timingSafeEqual(digestOf(text), this.#digest); }

  /** Throws an Error with a message for the user when there are too many. */
  setBreakpoints(items: readonly SpanBreakpoint[]): void {
    if (items.length > mostBreakpoints) throw new Error(`There can be ${mostBreakpoints} span breakpoints at most.`);
    this.#message = { type: 'breakpoints', items: items.filter(({ enabled }) => enabled) };
    for (const client of this.#clients) client.tell(this.#message);
  }

  /** Tells a client the breakpoints, now and on every change until it leaves. */
  join(client: ControlClient): void {
    this.#clients.add(client);
    client.tell(this.#message);
    this.#onClients(this.#clients.size);
  }

  leave(client: ControlClient): void {
    if (this.#clients.delete(client)) this.#onClients(this.#clients.size);
  }

  hit(hit: BreakpointHit): void { this.#onHit(hit); }

  report(report: ProgramReport): void { this.#onReport(report); }
}
