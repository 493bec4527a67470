import { countedBits, countedOf } from '../../src/analysis/countedFigures.ts';
import { isOnAxis } from '../../src/analysis/extents.ts';
import { endOf, selfTime } from '../../src/analysis/selfTime.ts';
import type { Numbers } from '../../src/analysis/numbers.ts';
import type { TimeRange } from './chartTypes.ts';
import type { Scene } from './scene.ts';

/** What happened within a stretch of time. */
export interface RangeFigures {
  /** Spans of which some part lies within. */
  readonly count: number;
  /** Their self time within, nanoseconds. */
  readonly selfNs: number;
  /** Of the spans that began within and make the sums of the run; NaN when none says. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

export function rangeFigures(scene: Scene, range: TimeRange): RangeFigures {
  const { rows, tree, now } = scene, counted = countedOf(rows, scene.figures);
  let count = 0, selfNs = 0, inputTokens = NaN, outputTokens = NaN, costUsd = NaN;
  for (let row = 0; row < rows.count; row++) {
    const start = rows.start[row] as number;
    if (!isOnAxis(rows, row) || start >= range.to || endOf(rows, row, now) < range.from) continue;
    count++;
    selfNs += selfTime(tree, rows, row, now, range);
    const bits = counted[row] as number, figures = start >= range.from && bits !== 0 ? scene.figures.get(row) : undefined;
    if (!figures) continue;
    if ((bits & countedBits.inputTokens) !== 0) inputTokens = sum(inputTokens, figures.inputTokens);
    if ((bits & countedBits.outputTokens) !== 0) outputTokens = sum(outputTokens, figures.outputTokens);
    if ((bits & countedBits.cost) !== 0) costUsd = sum(costUsd, figures.costUsd);
  }
  return { count, selfNs, inputTokens, outputTokens, costUsd };
}

/** Unknown parts do not make the sum unknown. */
const sum = (a: number, b: number): number => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : a + b);

/** The chip of a range: `12 spans · 4.70 s · self 3.10 s · 13.5k → 1.1k · $0.041`. */
export function rangeText(figures: RangeFigures, range: TimeRange, numbers: Numbers): string {
  const { count, selfNs, inputTokens, outputTokens, costUsd } = figures;
  const parts = [`${numbers.count(count)} ${count === 1 ? 'span' : 'spans'}`, numbers.duration(range.to - range.from), `self ${numbers.duration(selfNs)}`];
  if (!Number.isNaN(inputTokens) || !Number.isNaN(outputTokens)) parts.push(`${numbers.tokenFlow(inputTokens, outputTokens)} tokens`);
  if (!Number.isNaN(costUsd)) parts.push(numbers.cost(costUsd));
  return parts.join(' · ');
}
