import type { RowFigures, TraceRows } from '../../../src/model/traceRows.ts';
import type { Role } from '../../../src/model/role.ts';
import { roles } from '../../../src/model/role.ts';
import { packMeta } from '../../../src/model/traceRows.ts';
import { packChangedRows, packRows } from '../../../src/protocol/rows.ts';
import type { RowsMessage } from '../../../src/protocol/rows.ts';
import type { FromPanel, PanelState, ToPanel } from '../../../src/protocol/panel.ts';
import type { Host } from '../../../webview/state/host.ts';

/** A span as tests write it; times in milliseconds. */
export interface TestSpan {
  readonly name: string;
  readonly parent?: number;
  readonly start?: number;
  /** Absent: open. */
  readonly duration?: number;
  readonly role?: Role;
  readonly failed?: boolean;
  readonly marks?: number;
}

/** Rows and texts of some spans, as the host keeps them. */
export function rowsOf(spans: readonly TestSpan[]): { readonly rows: TraceRows; readonly texts: readonly string[] } {
  const texts = ['', 'service', ...spans.map(({ name }) => name)];
  const column = <T extends { [index: number]: number }>(array: T, valueOf: (span: TestSpan, i: number) => number): T => {
    spans.forEach((span, i) => { array[i] = valueOf(span, i); });
    return array;
  };
  const n = spans.length;
  const rows: TraceRows = {
    count: n,
    start: column(new Float64Array(n), (span) => (span.start ?? 0) * 1e6),
    duration: column(new Float64Array(n), (span) => (span.duration ?? Number.NaN) * 1e6),
    parent: column(new Int32Array(n), (span) => span.parent ?? -1),
    name: column(new Uint32Array(n), (_, i) => i + 2),
    subject: new Uint32Array(n),
    service: column(new Uint16Array(n), () => 1),
    meta: column(new Uint16Array(n), (span) => packMeta(roles.indexOf(span.role ?? 'other'), 1, span.failed === true ? 2 : 0)),
    marks: column(new Uint16Array(n), (span) => span.marks ?? 0),
  };
  return { rows, texts };
}

interface MessageOptions {
  readonly epoch?: number;
  readonly revision?: number;
  readonly figures?: RowsMessage['figures'];
}

/** The message that brings rows `[from, to)` and their texts. */
export function appended(spans: readonly TestSpan[], from = 0, to = spans.length, options: MessageOptions = {}): RowsMessage {
  const { rows, texts } = rowsOf(spans);
  const firstText = from === 0 ? 0 : from + 2;
  return {
    traceId: 't', epoch: options.epoch ?? 1, revision: options.revision ?? to, baseUnixNano: '1000000000', count: to - from, firstRow: from,
    buffer: packRows(rows, from, to), firstText, texts: texts.slice(firstText, to + 2), figures: options.figures ?? [],
  };
}

/** The message that changes single rows to what `spans` says. */
export function changed(spans: readonly TestSpan[], numbers: readonly number[], options: MessageOptions = {}): RowsMessage {
  const { rows, texts } = rowsOf(spans);
  return {
    traceId: 't', epoch: options.epoch ?? 1, revision: options.revision ?? 99, baseUnixNano: '1000000000', count: numbers.length, firstRow: -1,
    buffer: packChangedRows(rows, numbers), firstText: texts.length, texts: [], figures: options.figures ?? [],
  };
}

/** The editor's side, played by the test: `say` delivers messages and lets the next frame come. */
export class FakeHost implements Host {
  readonly posted: FromPanel[] = [];
  saved: PanelState | undefined;
  #listener: (message: ToPanel) => void = () => {};
  #frames: (() => void)[] = [];
  readonly #initial: unknown;

  constructor(initial?: unknown) {
    this.#initial = initial;
  }

  post(message: FromPanel): void { this.posted.push(message); }
  onMessage(listener: (message: ToPanel) => void): void { this.#listener = listener; }
  readState(): unknown { return this.#initial; }
  writeState(state: PanelState): void { this.saved = state; }
  readonly nextFrame = (run: () => void): void => { this.#frames.push(run); };

  say(...messages: readonly ToPanel[]): void {
    for (const message of messages) this.#listener(message);
    for (const run of this.#frames.splice(0)) run();
  }

  ofType<T extends FromPanel['type']>(type: T): Extract<FromPanel, { type: T }>[] {
    return this.posted.filter((message): message is Extract<FromPanel, { type: T }> => message.type === type);
  }
}

export const listening = { state: 'listening', receivedSpans: 0 } as const;
export const show = (traceId: string | undefined): ToPanel => ({ type: 'panel.show', traceId, status: listening });
export const noFigures: RowFigures = { inputTokens: Number.NaN, outputTokens: Number.NaN, cacheReadTokens: Number.NaN, costUsd: Number.NaN };
