import type { PausedTime } from '../../src/analysis/pausedTime.ts';
import type { SpanTree } from '../../src/analysis/tree.ts';
import type { RowFigures, TraceRows } from '../../src/model/traceRows.ts';

/** A visible part of the run, nanoseconds after the trace's base. */
export interface TimeRange { readonly from: number; readonly to: number }

/** What differs from the rows that were given before. Without any field nothing but the texts grew. */
export interface TraceChange {
  /** First row that was added at the end. */
  readonly appendedFrom?: number;
  /** Rows that were written in place. */
  readonly changed?: Uint32Array;
  /** Rows were numbered anew, or this is the first time. */
  readonly reset?: boolean;
  /** The tree of the rows, when the caller keeps one: it knows the change already. Else the chart keeps its own. */
  readonly tree?: SpanTree;
  /** Where the run begins, in nanoseconds after the base: the zero of the ruler. */
  readonly origin?: number;
  /** All times are other ones: paused time was folded or unfolded. Rows and lanes are the same. */
  readonly retimed?: boolean;
  readonly pauses?: Pauses;
  /** What the ids of rows begin with that have not been received themselves. */
  readonly awaited?: ReadonlyMap<number, string>;
}

/** When the program stood in a debugger, in recorded time. While that is folded the rows have other times than the recorded ones. */
export interface Pauses {
  readonly paused: PausedTime;
  readonly isFolded: boolean;
  readonly recorded: TraceRows;
}

/** Figures of the rows that have some. */
export type Figures = ReadonlyMap<number, RowFigures>;

/** What only the host knows about a span; the tooltip shows it when it is there. */
export interface SpanFacts {
  readonly errorMessage?: string;
  /** File and line, as the details show them. */
  readonly source?: string;
  readonly firstTokenNs?: number;
}

/** Where the program stands in the debugger: the rows at which it does, and those that they are part of. */
export interface Stands {
  readonly at: ReadonlySet<number>;
  readonly above: ReadonlySet<number>;
}

/** What J and K step through. */
export const stepModes = ['time', 'name', 'llm', 'error'] as const;
export type StepMode = (typeof stepModes)[number];

/** Keys that the chart hears but the panel answers. */
export type PanelRequest = 'find' | 'showKeys' | 'foldPaused' | 'view1' | 'view2' | 'view3' | 'view4';

/** A span selected by row; all times in nanoseconds after the trace's base. */
export interface ChartEvents {
  /** A person chose another span, or none. Not called for `setSelection`. */
  onSelect?(row: number | undefined): void;
  onOpenSource?(row: number, beside: boolean): void;
  /** The visible range settled after a gesture, key or tween; undefined when all of the run shows. */
  onRangeChange?(range: TimeRange | undefined): void;
  onFollowChange?(follow: boolean): void;
  /** The bar under the pointer in CSS pixels of the viewport; the panel may answer with `setFacts`. */
  onHover?(row: number | undefined, bar: DOMRect | undefined): void;
  onFoldChange?(names: readonly string[]): void;
  onSubtreeChange?(row: number | undefined): void;
  /** Height in CSS pixels that would show every lane, ruler included. */
  onContentHeight?(height: number): void;
  onStepModeChange?(mode: StepMode): void;
  onRequest?(request: PanelRequest): void;
  /** Esc: take the filter away when there is one. True when there was. */
  onClearFilter?(): boolean;
}

export interface ChartOptions {
  readonly events?: ChartEvents;
  /** BCP 47 tag for numbers. */
  readonly locale?: string;
  /** What the wheel does without a modifier. */
  readonly wheel?: 'scroll' | 'zoom';
  /** Label of the accessible tree. */
  readonly label?: string;
  /** What `data-vscode-context` shall hold when somebody opens the context menu of a span. */
  readonly contextOf?: (row: number) => string;
  /** Which try of the same tool a span is after the first; 0 or less for the first or only one. Asked for every bar that is drawn. */
  readonly retryOf?: (row: number) => number;
}

/** One entry of the legend: `key` is stable for one way of colouring. */
export interface LegendEntry {
  readonly key: string;
  readonly label: string;
  /** CSS colours. `outline` is set where the fill alone is too faint against the background. */
  readonly fill: string;
  readonly outline: string | undefined;
  readonly count: number;
}

/** Either named colours or, for self time, a scale from nothing to `to`. */
export type Legend =
  | { readonly kind: 'entries'; readonly entries: readonly LegendEntry[]; /** Names beyond these share the last colours. */ readonly more: number }
  | { readonly kind: 'scale'; readonly stops: readonly string[]; readonly fromNs: number; readonly toNs: number };
