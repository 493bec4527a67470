import type { Command } from './command.ts';

/** Finds in the trace that is looked at: its panel opens with the cursor in its filter. */
export const searchSpans: Command = {
  id: 'spanscope.searchSpans',
  async run({ selection, panels }) {
    const { current } = selection;
    if (current === undefined) return;
    const panel = await panels.show(current.traceId, { spanId: current.spanId });
    panel.command('find');
  },
};
