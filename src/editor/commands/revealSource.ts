import type { Services } from '../services.ts';
import type { Command } from './command.ts';
import { spanOf } from './targets.ts';

export const revealSource: Command = {
  id: 'spanscope.revealSource',
  run: (services, target) => reveal(services, target, false),
};

export const revealSourceBeside: Command = {
  id: 'spanscope.revealSourceBeside',
  run: (services, target) => reveal(services, target, true),
};

async function reveal(services: Services, target: unknown, beside: boolean): Promise<void> {
  const span = await spanOf(services, target);
  if (span === undefined) throw new Error('No span is selected. Select one in the Spans view or in a chart.');
  const record = await services.collector.call('spanById', span.traceId, span.spanId);
  if (record === undefined) throw new Error('This span is no longer stored.');
  services.selection.select(span, revealSource);
  await services.source.reveal(record, { beside, from: services.panels.activeColumn });
}
