import type { Command } from './command.ts';
import { spanOf } from './targets.ts';

/** Says where a folder of another machine lies here, and remembers it in the settings of the workspace. */
export const mapPath: Command = {
  id: 'spanscope.mapPath',
  async run(services, target) {
    const span = await spanOf(services, target);
    const record = span === undefined ? undefined : await services.collector.call('spanById', span.traceId, span.spanId);
    await services.source.mapPath(record);
  },
};
