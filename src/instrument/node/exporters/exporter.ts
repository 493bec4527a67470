import type { Span } from '../span.ts';

/** Takes spans out of the process. Its calls must neither throw nor wait: they run inside the agent's own work. */
export interface SpanExporter {
  onStart?(span: Span): void;
  /** `key` is the attribute that was set; undefined for a new event, status or name. */
  onChange?(span: Span, key: string | undefined): void;
  onEnd?(span: Span): void;
  /** Resolves when everything is delivered or cannot be, at the latest after `deadlineMs`. */
  flush(deadlineMs: number): Promise<void>;
  /** What can still be done when the process ends at once. */
  flushSync?(): void;
  /** Lets go of connections. */
  close?(): void;
}
