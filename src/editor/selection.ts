import { EventEmitter } from 'vscode';

/** The trace that is looked at, and the span in it. */
export interface Selected {
  readonly traceId: string;
  readonly spanId?: string;
}

export interface SelectionChange {
  readonly selected: Selected | undefined;
  /** Who changed it, so that nobody follows itself. */
  readonly origin: object;
}

/** The one selection that trees, panels and editors share. */
export class Selection {
  readonly #changed = new EventEmitter<SelectionChange>();
  readonly onDidChange = this.#changed.event;
  #selected: Selected | undefined;

  get current(): Selected | undefined {
    return this.#selected;
  }

  /** Selects a span, or a trace without one, for everybody. */
  select(selected: Selected | undefined, origin: object): void {
    if (selected?.traceId === this.#selected?.traceId && selected?.spanId === this.#selected?.spanId) return;
    this.#selected = selected;
    this.#changed.fire({ selected, origin });
  }

  /** Looks at a trace and keeps the span that is selected in it. */
  lookAt(traceId: string, origin: object): void {
    if (this.#selected?.traceId !== traceId) this.select({ traceId }, origin);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
