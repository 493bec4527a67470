import type { Scene } from './scene.ts';

/** Packing may take this part of the time at most. */
const share = 0.05;
/** Nobody has moved the chart for this long. */
const quietMs = 1_000;

/** Packs the lanes of a long live trace anew from time to time, when that is cheap enough and disturbs nobody. */
export class Packer {
  readonly #scene: Scene;
  readonly #onPacked: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #cost = 0;
  #lastMove = -Infinity;

  constructor(scene: Scene, onPacked: () => void) {
    this.#scene = scene;
    this.#onPacked = onPacked;
  }

  /** Somebody zoomed or panned. */
  moved(): void {
    this.#lastMove = performance.now();
  }

  /** Lanes may have become loose. */
  consider(): void {
    if (!this.#scene.layout.isLoose || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (performance.now() - this.#lastMove < quietMs) this.consider();
      else this.#pack();
    }, Math.max(quietMs, this.#cost / share));
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }

  #pack(): void {
    const begun = performance.now();
    this.#scene.pack();
    this.#cost = performance.now() - begun;
    this.#onPacked();
  }
}
