import type { FlameChart } from './flameChart.ts';

/** The overview strip of a chart: all of the run, a brush for the visible range, ticks for errors and matches. Fills `host`. */
export declare class Minimap {
  constructor(host: HTMLElement, chart: FlameChart);
  dispose(): void;
}
