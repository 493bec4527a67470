import { isOnAxis } from '../../src/analysis/extents.ts';
import { endOf, selfTime } from '../../src/analysis/selfTime.ts';
import type { Numbers } from '../../src/analysis/numbers.ts';
import { roles } from '../../src/model/role.ts';
import { metaRole } from '../../src/model/traceRows.ts';
import type { TimeRange } from './chartTypes.ts';
import type { Scene } from './scene.ts';

const llmRole = roles.indexOf('llm');

/** What happened within a stretch of time. */
export interface RangeFigures {
  /** Spans of which some part lies within. */
  readonly count: number;
  /** Their self time within, nanoseconds. */
  readonly selfNs: number;
  /** Of the model calls that began within; NaN when none says. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

export function rangeFigures(scene: Scene, range: TimeRange): RangeFigures {
  const { rows, tree, now } = scene;
  let count = 0, selfNs = 0, inputTokens = NaN, outputTokens = NaN, costUsd = NaN;
  for (let row = 0; row < rows.count; row++) {
    const start = rows.start[row] as number;
    if (!isOnAxis(rows, row) || start >= range.to || endOf(rows, row, now) < range.from) continue;
    count++;
    selfNs += selfTime(tree, rows, row, now, range);
    const figures = start >= range.from && metaRole(rows.meta[row] as number) === llmRole ? scene.figures.get(row) : undefined;
    if (!figures) continue;
    inputTokens = sum(inputTokens, figures.inputTokens);
    outputTokens = sum(outputTokens, figures.outputTokens);
    costUsd = sum(costUsd, figures.costUsd);
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
