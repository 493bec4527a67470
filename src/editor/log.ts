import type { LogOutputChannel } from 'vscode';
import { LogLimit, logLine } from './logLines.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** The extension's one log. Every line names the component that wrote it. Contents of spans are never logged. */
export class Log {
  readonly #channel: LogOutputChannel;
  readonly #tag: string;
  readonly #limit: LogLimit;

  constructor(channel: LogOutputChannel, tag = 'spanscope', limit = new LogLimit(() => performance.now())) {
    this.#channel = channel;
    this.#tag = tag;
    this.#limit = limit;
  }

  /** The same log for another component. */
  for(tag: string): Log {
    return new Log(this.#channel, tag, this.#limit);
  }

  error(what: string, cause?: unknown): void { this.write('error', what, cause); }
  warn(what: string, cause?: unknown): void { this.write('warn', what, cause); }
  info(what: string): void { this.write('info', what); }

  /** `what` is also the kind of the line, of which one a second is written; details that vary belong into `cause`. */
  write(level: LogLevel, what: string, cause?: unknown): void {
    const detail = cause === undefined ? '' : `: ${messageOf(cause)}`;
    const line = this.#limit.pass(`${this.#tag} ${level} ${what.slice(0, 80)}`, logLine(`[${this.#tag}] ${what}${detail}`));
    if (line !== undefined) this.#channel[level](line);
  }

  show(): void {
    this.#channel.show(true);
  }
}

/** What an error says to the user. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
