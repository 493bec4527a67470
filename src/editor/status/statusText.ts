import type { Numbers } from '../../analysis/numbers.ts';
import type { CollectorStats, Endpoints, PortProblem } from '../../protocol/collector.ts';
import type { ReceiverStatus } from '../../protocol/panel.ts';
import { portProblemLabel } from '../collector/portProblems.ts';

export interface StatusFacts {
  readonly state: ReceiverStatus['state'];
  readonly problems: readonly PortProblem[];
  readonly running: number;
}

/** The text of the status bar item. */
export function statusText({ state, problems, running }: StatusFacts): string {
  if (state === 'failed') return '$(error) Spanscope: failed';
  if (state === 'off') return '$(circle-slash) Spanscope: off';
  if (state === 'starting') return '$(radio-tower) Spanscope: starting';
  const problem = portProblemLabel(problems);
  if (problem !== undefined) return `$(error) Spanscope: ${problem}`;
  return running > 0 ? `$(loading~spin) Spanscope: ${running} running` : '$(radio-tower) Spanscope';
}

/** The lines of its tooltip. */
export function statusTooltip(status: ReceiverStatus, endpoints: Endpoints, stats: CollectorStats | undefined, numbers: Numbers): string[] {
  const lines = [titles[status.state]];
  if (status.problem !== undefined) lines.push(status.problem);
  if (endpoints.http !== undefined) lines.push(`OTLP/HTTP, Zipkin: ${endpoints.http}`);
  if (endpoints.grpc !== undefined) lines.push(`OTLP/gRPC: ${endpoints.grpc}`);
  if (endpoints.webSocket !== undefined) lines.push(`WebSocket: ${endpoints.webSocket}`);
  if (stats === undefined) return lines;
  lines.push(`${numbers.counted(stats.receivedSpans, 'span')} received, ${numbers.count(Math.round(stats.spansPerSecond))} a second`);
  if (stats.rejectedSpans > 0) lines.push(`${numbers.counted(stats.rejectedSpans, 'span')} rejected`);
  lines.push(`${numbers.counted(stats.storedTraces, 'trace')} stored, ${numbers.size(stats.storedBytes)}; ${numbers.size(stats.memoryBytes)} in memory`);
  if (stats.storageProblem !== undefined) lines.push(stats.storageProblem);
  return lines;
}

const titles: Readonly<Record<ReceiverStatus['state'], string>> = {
  off: 'The receiver is off', starting: 'The receiver is starting', listening: 'Listening', failed: 'The receiver could not start',
};
