import type { ChartCommand } from '../../protocol/panel.ts';
import { SpanTreeNode } from '../traces/spansTree.ts';
import type { Command } from './command.ts';

const chartCommands: readonly ChartCommand[] = [
  'zoomToSpan', 'fitAll', 'find', 'nextError', 'previousError', 'toggleFollow', 'showKeys', 'savePng', 'saveSvg',
  'showSubtree', 'foldName', 'filterByName', 'filterByRole', 'exclude',
];

/** What the menus and the palette ask of the chart that was active last. Called on a row, its trace and span are shown first. */
export const chart: readonly Command[] = chartCommands.map((command) => ({
  id: `spanscope.chart.${command}` as const,
  async run({ panels }, target) {
    if (target instanceof SpanTreeNode) await panels.show(target.traceId, { spanId: target.spanId });
    panels.command(command);
  },
}));
