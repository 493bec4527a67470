import type { Command } from './command.ts';
import { traceIdOf } from './targets.ts';

export const deleteTrace: Command = {
  id: 'spanscope.deleteTrace',
  async run(services, target) {
    const traceId = target === undefined ? services.tracesView.selectedTraceId : traceIdOf(services, target);
    if (traceId !== undefined) await services.collector.call('deleteTraces', [traceId]);
  },
};
