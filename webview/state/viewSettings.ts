import type { ColourBy, PanelState } from '../../src/protocol/panel.ts';
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
  readonly folds: Folds;

  constructor(saved: PanelState) {
    this.follow = new Signal(saved.follow);
    this.colourBy = new Signal(saved.colourBy);
    this.range = new Signal(saved.range);
    this.detailsWidth = new Signal(saved.detailsWidth);
    this.chartHeight = new Signal(saved.chartHeight);
    this.detailsTab = new Signal(saved.detailsTab ?? 'content');
    this.folds = new Folds(saved.folded ?? []);
  }

  /** Calls the listener whenever something changes that is to be saved. */
  subscribe(listener: () => void): void {
    for (const signal of [this.follow, this.colourBy, this.range, this.detailsWidth, this.chartHeight, this.detailsTab]) signal.subscribe(listener);
    this.folds.rows.subscribe(listener);
  }

  toSaved(shown: { readonly traceId: string | undefined; readonly spanId: string | undefined; readonly query: string }): PanelState {
    return {
      ...freshState,
      traceId: shown.traceId,
      query: shown.query,
      follow: this.follow.value,
      colourBy: this.colourBy.value,
      detailsTab: this.detailsTab.value,
      folded: this.folds.saved(),
      ...present('spanId', shown.spanId),
      ...present('range', this.range.value),
      ...present('detailsWidth', this.detailsWidth.value),
      ...present('chartHeight', this.chartHeight.value),
    };
  }
}
