import type { Command } from './command.ts';
import { traceIdsOf } from './targets.ts';

/** Deletes a trace, or all that are selected in the view. */
export const deleteTrace: Command = {
  id: 'spanscope.deleteTrace',
  async run(services, target, selected) {
    const traceIds = target === undefined ? services.tracesView.selectedTraceIds : traceIdsOf(services, target, selected);
    if (traceIds.length > 0) await services.collector.call('deleteTraces', traceIds);
  },
};
