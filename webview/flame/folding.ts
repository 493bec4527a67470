import { equalRuns, labelOf } from '../../src/analysis/folds.ts';
import { exactLabel } from './bars.ts';
import type { Scene } from './scene.ts';

/** A run of equal siblings that is worth folding unasked. */
const leastRepeats = 3;

/** Which labels fold their runs of equal siblings into one bar. Kept by name, since rows and texts come and go. */
export class Folding {
  readonly #scene: Scene;
  names: readonly string[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Folds these names and no others; false when nothing changes by that. */
  set(names: readonly string[]): boolean {
    if (names.length === 0 && this.names.length === 0) return false;
    this.names = names;
    this.apply();
    return true;
  }

  /** Lays out with the folds: texts that came since may be among them. */
  apply(): void {
    const wanted = new Set(this.names), folded = new Set<number>();
    this.#scene.texts.forEach((text, i) => {
      if (wanted.has(text)) folded.add(i);
    });
    this.#scene.setLayout({ ...this.#scene.layout.options, folded });
  }

  /** The names with this one taken away, or added. */
  toggled(name: string): readonly string[] {
    return this.names.includes(name) ? this.names.filter((known) => known !== name) : [...this.names, name];
  }

  /** Whether a span stands in a fold, or has neighbours to be folded with. */
  canToggle(row: number): boolean {
    const { rows, tree } = this.#scene, label = labelOf(rows, row);
    return this.names.includes(exactLabel(this.#scene, row)) || equalRuns(tree, rows, 2, (known) => known === label).length > 0;
  }

  /** The names of all runs that are worth folding; none when something is folded. */
  repeats(): readonly string[] {
    if (this.names.length > 0) return [];
    const { rows, tree, texts } = this.#scene;
    const labels = new Set(equalRuns(tree, rows, leastRepeats, () => true).map(([leader]) => labelOf(rows, leader as number)));
    return Array.from(labels, (label) => texts[label] ?? '');
  }
}
