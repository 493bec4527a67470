import type { ChartCommand } from '../../protocol/panel.ts';
import type { Command } from './command.ts';
import { namedSpanOf } from './targets.ts';

const chartCommands: readonly ChartCommand[] = [
  'zoomToSpan', 'fitAll', 'find', 'nextError', 'previousError', 'toggleFollow', 'showKeys', 'savePng', 'saveSvg',
  'showSubtree', 'foldName', 'foldPaused', 'filterByName', 'filterByRole', 'exclude',
];

/** What the menus and the palette ask of the chart that was active last. Called on a row, its trace and span are shown first. */
export const chart: readonly Command[] = chartCommands.map((command) => ({
  id: `spanscope.chart.${command}` as const,
  async run(services, target) {
    const span = await namedSpanOf(services, target);
    if (span !== undefined) await services.panels.show(span.traceId, { spanId: span.spanId });
    services.panels.command(command);
  },
}));
