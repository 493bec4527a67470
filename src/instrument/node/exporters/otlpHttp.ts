import http from 'node:http';
import https from 'node:https';
import { otlpTracesEndpoint, variablePairs } from '../environment.ts';
import { otlpRequest } from '../otlpJson.ts';
import { SpanQueue } from './batch.ts';
import type { Span } from '../span.ts';
import type { SpanExporter } from './exporter.ts';

export interface OtlpHttpExporterOptions {
  /** Full URL; else by the `OTEL_EXPORTER_OTLP_…` variables, else `http://127.0.0.1:4318/v1/traces`. */
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const timeoutMs = 10_000;
const firstRetryMs = 1000;
const lastRetryMs = 60_000;
const retryable = new Set([429, 502, 503, 504]);

interface Answer { readonly status: number; readonly retryAfterMs: number | undefined }

/** Sends ended spans as OTLP/HTTP with JSON; repeats what the receiver asks to repeat. */
export class OtlpHttpExporter implements SpanExporter {
  readonly #endpoint: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #queue = new SpanQueue(() => void this.#sendAll());
  #sending: Promise<void> | undefined;
  #failures = 0;
  #retryAt = 0;

  constructor(options: OtlpHttpExporterOptions = {}) {
    this.#endpoint = otlpTracesEndpoint(options.endpoint);
    this.#headers = { ...Object.fromEntries(variablePairs('OTEL_EXPORTER_OTLP_HEADERS')), ...options.headers };
  }

  /** Ended spans that were given up. */
  get lostSpans(): number { return this.#queue.lost; }

  onEnd(span: Span): void {
    this.#queue.add(span);
  }

  async flush(): Promise<void> {
    this.#retryAt = 0;
    await this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#sending ??= this.#drain().finally(() => { this.#sending = undefined; });
    await this.#sending;
  }

  /** Sends until nothing is left, or until the receiver cannot take more for now. */
  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const wait = this.#retryAt - Date.now();
      if (wait > 0) return this.#queue.schedule(wait);
      const batch = this.#queue.take();
      const answer = await this.#post(Buffer.from(JSON.stringify(otlpRequest(batch))));
      if (answer === undefined || retryable.has(answer.status)) {
        const delay = answer?.retryAfterMs ?? Math.min(lastRetryMs, firstRetryMs * 2 ** this.#failures);
        this.#failures++;
        this.#retryAt = Date.now() + delay;
        this.#queue.giveBack(batch);
        return this.#queue.schedule(delay);
      }
      this.#failures = 0;
    }
  }

  /** Undefined when no answer came. */
  #post(body: Buffer): Promise<Answer | undefined> {
    return new Promise((resolve) => {
      const request = (this.#endpoint.protocol === 'https:' ? https : http).request(this.#endpoint, {
        method: 'POST',
        timeout: timeoutMs,
        headers: { ...this.#headers, 'content-type': 'application/json', 'content-length': body.length },
      });
      request.on('socket', (socket) => socket.unref());
      request.on('timeout', () => request.destroy());
      request.on('error', () => resolve(undefined));
      request.on('close', () => resolve(undefined));
      request.on('response', (response) => {
        response.resume();
        const seconds = Number(response.headers['retry-after']);
        const retryAfterMs = seconds > 0 ? Math.min(lastRetryMs, seconds * 1000) : undefined;
        response.on('end', () => resolve({ status: response.statusCode ?? 0, retryAfterMs }));
      });
      request.end(body);
    });
  }
}
