/** Says what happened within a range that somebody dragged out, and offers to zoom to it. */
export class RangeChip {
  readonly #box = document.createElement('div');
  readonly #text = document.createElement('span');

  constructor(host: HTMLElement, onZoom: () => void) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Zoom to range';
    button.addEventListener('click', onZoom);
    this.#box.className = 'flame-chip';
    this.#box.setAttribute('role', 'status');
    this.#box.append(this.#text, button);
    this.#box.hidden = true;
    host.append(this.#box);
  }

  show(text: string): void {
    this.#text.textContent = text;
    this.#box.hidden = false;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
