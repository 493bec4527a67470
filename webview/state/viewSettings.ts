import type { ColourBy, LowerPart, PanelState } from '../../src/protocol/panel.ts';
import { Folds } from './folds.ts';
import { freshState, present } from './savedState.ts';
import { Signal } from './signal.ts';

/** How the panel looks, apart from what it shows: all of it is saved. */
export class ViewSettings {
  readonly follow: Signal<boolean>;
  readonly colourBy: Signal<ColourBy>;
  /** Visible nanoseconds after the base; undefined shows all. */
  readonly range: Signal<readonly [number, number] | undefined>;
  readonly detailsWidth: Signal<number | undefined>;
  readonly chartHeight: Signal<number | undefined>;
  readonly detailsTab: Signal<string>;
  /** What stands below the chart at medium width. */
  readonly lower: Signal<LowerPart>;
  /** Labels whose runs of equal siblings the chart draws as one bar. */
  readonly foldedNames: Signal<readonly string[]>;
  /** Times are shown without those that the program stood in a debugger. */
  readonly foldsPaused: Signal<boolean>;
  /** Rows of the table whose children are hidden. */
  readonly folds: Folds;

  constructor(saved: PanelState) {
    this.follow = new Signal(saved.follow);
    this.colourBy = new Signal(saved.colourBy);
    this.range = new Signal(saved.range);
    this.detailsWidth = new Signal(saved.detailsWidth);
    this.chartHeight = new Signal(saved.chartHeight);
    this.detailsTab = new Signal(saved.detailsTab ?? 'content');
    this.lower = new Signal(saved.lower ?? 'details');
    this.foldedNames = new Signal(saved.folded ?? []);
    this.foldsPaused = new Signal(saved.foldsPaused ?? false);
    this.folds = new Folds(saved.collapsed ?? []);
  }

  /** Calls the listener whenever something changes that is to be saved. */
  subscribe(listener: () => void): void {
    const signals: readonly Signal<unknown>[] = [
      this.follow, this.colourBy, this.range, this.detailsWidth, this.chartHeight, this.detailsTab, this.lower, this.foldedNames, this.foldsPaused, this.folds.rows,
    ];
    for (const signal of signals) signal.subscribe(listener);
  }

  /** Another trace is shown: what was chosen for the one before means nothing there. */
  showOther(): void {
    this.range.value = undefined;
    this.follow.value = true;
    this.folds.forget();
  }

  toSaved(shown: { readonly traceId: string | undefined; readonly spanId: string | undefined; readonly query: string }): PanelState {
    return {
      ...freshState,
      traceId: shown.traceId,
      query: shown.query,
      follow: this.follow.value,
      colourBy: this.colourBy.value,
      detailsTab: this.detailsTab.value,
      lower: this.lower.value,
      folded: this.foldedNames.value,
      collapsed: this.folds.saved(),
      ...present('foldsPaused', this.foldsPaused.value || undefined),
      ...present('spanId', shown.spanId),
      ...present('range', this.range.value),
      ...present('detailsWidth', this.detailsWidth.value),
      ...present('chartHeight', this.chartHeight.value),
    };
  }
}
