import process from 'node:process';
import { toTimeline } from '../render.ts';
import type { Span } from '../span.ts';
import type { SpanExporter } from './exporter.ts';

/** Prints the timeline of each trace when its first span ends; to stderr, because an agent may speak over its stdout. */
export class ConsoleExporter implements SpanExporter {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void = (text) => void process.stderr.write(text)) {
    this.#write = write;
  }

  onEnd(span: Span): void {
    if (span.trace.rootSpan === span) this.#write(toTimeline(span.trace));
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }
}
