import { appendFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { otlpRequest } from '../otlpJson.ts';
import { SpanQueue } from './batch.ts';
import type { Span } from '../span.ts';
import type { SpanExporter } from './exporter.ts';

/** Appends ended spans to a file, one OTLP/JSON request a line, as the OpenTelemetry collector's file exporter does. */
export class FileExporter implements SpanExporter {
  readonly #path: string;
  readonly #queue = new SpanQueue(() => void this.flush());
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.#path = path;
  }

  onEnd(span: Span): void {
    this.#queue.add(span);
  }

  flush(): Promise<void> {
    const text = this.#takeLines();
    // A file that cannot be written is not the agent's problem.
    if (text !== '') this.#writing = this.#writing.then(() => appendFile(this.#path, text)).catch(() => undefined);
    return this.#writing;
  }

  flushSync(): void {
    const text = this.#takeLines();
    if (text !== '') appendFileSync(this.#path, text);
  }

  #takeLines(): string {
    let text = '';
    while (this.#queue.length > 0) text += `${JSON.stringify(otlpRequest(this.#queue.take()))}\n`;
    return text;
  }
}
