import { openInEditor } from '../files/openMany.ts';
import type { Services } from '../services.ts';
import { SpanTreeNode } from '../traces/spansTree.ts';
import { FileNode, RunNode, TraceNode } from '../traces/tracesTree.ts';
import type { Command } from './command.ts';
import { pickTrace, traceIdOf } from './targets.ts';

export const openTrace: Command = {
  id: 'spanscope.openTrace',
  run: (services, target, spanId) => open(services, target, spanId, false),
};

export const openTraceBeside: Command = {
  id: 'spanscope.openTraceBeside',
  run: (services, target, spanId) => open(services, target, spanId, true),
};

/** From the palette the trace is chosen; where there is none yet, a panel opens that waits for the first. */
async function open(services: Services, target: unknown, spanId: unknown, beside: boolean): Promise<void> {
  if (target instanceof FileNode && target.file.traceCount === 0 && target.file.uri !== undefined) return openInEditor(target.file.uri);
  const isNamed = target instanceof FileNode || target instanceof RunNode || target instanceof TraceNode || target instanceof SpanTreeNode || typeof target === 'string';
  const hasTraces = isNamed || beside || (await services.collector.call('listTraces', '', { offset: 0, limit: 1 })).total > 0;
  const traceId = isNamed || beside ? traceIdOf(services, target) : (await pickTrace(services, 'Open Trace'))?.traceId;
  if (traceId === undefined && hasTraces) return;
  await services.panels.show(traceId, { beside, spanId: typeof spanId === 'string' ? spanId : undefined });
  if (traceId === undefined) await services.receiver.startIfWanted();
}
