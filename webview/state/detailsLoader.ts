import type { FromPanel, RowRef, SpanDetails } from '../../src/protocol/panel.ts';
import { Signal } from './signal.ts';

export interface DetailsState {
  /** What the host sent last; that of an earlier selection until the new one has come. */
  readonly details: SpanDetails | undefined;
  /** Why the wanted details could not be had. */
  readonly failure: string | undefined;
}

export const sameRef = (a: RowRef | undefined, b: RowRef | undefined): boolean => a?.epoch === b?.epoch && a?.row === b?.row;

const nothing: DetailsState = { details: undefined, failure: undefined };

/** Fetches the content of the selected span: one question at a time, always about the newest wish. */
export class DetailsLoader {
  readonly state = new Signal<DetailsState>(nothing);
  readonly #post: (message: FromPanel) => void;
  #wanted: RowRef | undefined;
  #asked: RowRef | undefined;
  /** Whether the span changed while its answer was on the way. */
  #again = false;

  constructor(post: (message: FromPanel) => void) {
    this.#post = post;
  }

  /** Asks for a span's details, or forgets them all. Asking for the same span again reads it anew. */
  want(ref: RowRef | undefined): void {
    this.#wanted = ref;
    if (ref === undefined) this.state.value = nothing;
    else if (this.#asked === undefined) this.#ask(ref);
    else this.#again = sameRef(ref, this.#asked);
  }

  take(details: SpanDetails): void {
    if (sameRef(details.ref, this.#wanted)) this.state.value = { details, failure: undefined };
    this.#settled(details.ref);
  }

  failed(message: string): void {
    if (this.#asked === undefined) return;
    if (sameRef(this.#asked, this.#wanted)) this.state.value = { details: this.#known(), failure: message };
    this.#settled(this.#asked);
  }

  /** Whether the content, or the source that the host looks for after sending the content, is still to come. */
  get isPending(): boolean {
    const { details } = this.state.value;
    return this.#wanted !== undefined && (!sameRef(details?.ref, this.#wanted) || (details?.sources.length === 0 && details.noSource === undefined));
  }

  /** Forgets a question whose answer will not come. */
  restart(): void {
    this.#asked = undefined;
  }

  /** What is known of the wanted span from before. */
  #known(): SpanDetails | undefined {
    const { details } = this.state.value;
    return sameRef(details?.ref, this.#wanted) ? details : undefined;
  }

  #settled(ref: RowRef): void {
    if (!sameRef(ref, this.#asked)) return;
    this.#asked = undefined;
    if (this.#wanted !== undefined && (this.#again || !sameRef(this.#wanted, ref))) this.#ask(this.#wanted);
  }

  #ask(ref: RowRef): void {
    this.#asked = ref;
    this.#again = false;
    this.#post({ type: 'details.get', ref });
  }
}
