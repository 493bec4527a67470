import type { TraceRows } from '../../src/model/traceRows.ts';
import type { ChartCommand, ColourBy } from '../../src/protocol/panel.ts';
import type { TraceLayout } from '../../src/analysis/layout.ts';
import type { ChartOptions, Figures, Legend, SpanFacts, StepMode, TimeRange, TraceChange } from './chartTypes.ts';
import type { ChartTheme } from './theme.ts';

/**
 * The flame chart with its ruler, tooltip, keyboard and accessible tree. Fills `host`, whose size it follows.
 * Being replaced by its implementation; the interface is settled.
 */
export declare class FlameChart {
  constructor(host: HTMLElement, options?: ChartOptions);
  /** The rows of the trace; columns may be longer than `rows.count`. `texts` is indexed by `name`, `subject` and `service`. */
  setTrace(rows: TraceRows, texts: readonly string[], figures: Figures, change: TraceChange): void;
  /** Where the present is; open spans reach to it. Undefined when the run is over. */
  setNow(ns: number | undefined): void;
  /** Selects without telling `onSelect`; `reveal` scrolls and pans so that it can be seen. */
  setSelection(row: number | undefined, reveal?: boolean): void;
  /** Rows that a filter found, ascending; undefined = no filter. */
  setMatches(rows: Uint32Array | undefined): void;
  setTheme(theme: ChartTheme): void;
  setColourBy(colourBy: ColourBy): void;
  setFollow(follow: boolean): void;
  /** Undefined = all of the run. */
  setRange(range: TimeRange | undefined, animate?: boolean): void;
  /** The tooltip's lines that only the host knows. */
  setFacts(row: number, facts: SpanFacts): void;
  /** Lays out only this span and what is below it. */
  showSubtree(row: number | undefined): void;
  /** Folds or unfolds runs of siblings with this label. */
  foldName(name: string): void;
  setFolded(names: readonly string[]): void;
  /** Folds every run of three or more equal siblings; unfolds all when something is folded. */
  toggleFoldRepeats(): void;
  setStepMode(mode: StepMode): void;
  /** True when the chart did it; the others are the panel's. */
  command(command: ChartCommand): boolean;
  focus(): void;
  layout(): TraceLayout;
  legend(): Legend;
  range(): TimeRange;
  toPng(): Promise<Blob>;
  toSvg(): string;
  dispose(): void;
}
