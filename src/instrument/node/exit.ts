import process from 'node:process';
import type { SpanExporter } from './exporters/exporter.ts';

/** How long the end of a program may wait for its last spans to be delivered. */
const exitDeadlineMs = 2000;

const exporters = new Set<SpanExporter>();
let installed = false;

/** Delivers what is pending when the program ends by itself, and what is still possible when it calls `process.exit`. */
export function flushAtExit(exporter: SpanExporter): void {
  exporters.add(exporter);
  if (installed) return;
  installed = true;
  process.once('beforeExit', () => void flushAll([...exporters], exitDeadlineMs));
  process.once('exit', flushNow);
}

/** Delivers what can be without the event loop. */
export function flushNow(): void {
  for (const one of exporters) silently(() => one.flushSync?.());
}

export function forgetAtExit(exporter: SpanExporter): void {
  exporters.delete(exporter);
}

/** Flushes side by side. The process stays alive for it, at most until the deadline. */
export async function flushAll(all: readonly SpanExporter[], deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => { timer = setTimeout(resolve, deadlineMs); });
  await Promise.race([Promise.allSettled(all.map((exporter) => exporter.flush(deadlineMs))), deadline]);
  clearTimeout(timer);
}

/** Runs something of ours inside the agent: a fault there must never become a fault of the agent. */
export function silently(work: () => void): void {
  try {
    work();
  } catch {
    // Nobody to tell: the agent's output is not ours to write to.
  }
}
