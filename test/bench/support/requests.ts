import http from 'node:http';
import { requestsOf, traceIdOf } from '../storeTraces.ts';

/** Agents of one kind keep their connections; so many send at the same time. */
const connections = 4;

/** One trace as OTLP requests of 512 spans. */
export interface StoredTrace { readonly traceId: string; readonly bodies: readonly Uint8Array[] }

/** A trace of so many spans; another `number` makes another trace. */
export const traceOf = (spans: number, number: number): StoredTrace => ({ traceId: traceIdOf(number), bodies: [...requestsOf(spans, spans, 512, number + 1, number)] });

/** A sender of OTLP/HTTP requests in protobuf. */
export class OtlpSender {
  readonly #url: URL;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: connections });

  /** `endpoint` is what the extension says, e.g. http://127.0.0.1:4318. */
  constructor(endpoint: string) {
    this.#url = new URL('/v1/traces', endpoint);
  }

  /** Resolves when the request has been stored. */
  send(body: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = http.request(this.#url, { method: 'POST', agent: this.#agent, headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length } }, (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`The receiver answered ${response.statusCode}`));
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  /** Sends all of them as fast as they are taken. */
  async sendAll(bodies: readonly Uint8Array[]): Promise<void> {
    let next = 0;
    await Promise.all(Array.from({ length: connections }, async () => {
      while (next < bodies.length) await this.send(bodies[next++] as Uint8Array);
    }));
  }

  close(): void {
    this.#agent.destroy();
  }
}
