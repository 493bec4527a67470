import { describe, expect, it } from 'vitest';
import { Numbers } from '../../../../src/analysis/numbers.ts';
import { statusText, statusTooltip } from '../../../../src/editor/status/statusText.ts';
import type { CollectorStats, PortProblem } from '../../../../src/protocol/collector.ts';

const held: PortProblem = { wantedPort: 4318, port: 4320, holder: 'spanscope', receiver: 'http' };
const stats: CollectorStats = {
  receivedSpans: 12_800, rejectedSpans: 3, receivedLogs: 0, receivedMetricPoints: 0, spansPerSecond: 41.6, tracesInMemory: 2, spansInMemory: 10,
  memoryBytes: 3_100_000, memoryLimitBytes: 512e6, storedTraces: 31, storedBytes: 45_400,
};

describe('the status bar item', () => {
  it.each([
    ['listening', [], 0, '$(radio-tower) Spanscope'],
    ['listening', [], 2, '$(loading~spin) Spanscope: 2 running'],
    ['listening', [held], 2, '$(error) Spanscope: port 4318 in use, on 4320'],
    ['off', [], 0, '$(circle-slash) Spanscope: off'],
    ['failed', [], 0, '$(error) Spanscope: failed'],
  ] as const)('%s', (state, problems, running, text) => {
    expect(statusText({ state, problems, running })).toBe(text);
  });

  it('has addresses, speed and sizes in its tooltip', () => {
    const lines = statusTooltip({ state: 'listening', receivedSpans: 0 }, { http: 'http://127.0.0.1:4318', grpc: '127.0.0.1:4317' }, stats, new Numbers('en'));
    expect(lines.map((line) => line.replaceAll('\u00a0', ' '))).toEqual([
      'Listening',
      'OTLP/HTTP, Zipkin: http://127.0.0.1:4318',
      'OTLP/gRPC: 127.0.0.1:4317',
      '12,800 spans received, 42 a second',
      '3 spans rejected',
      '31 traces stored, 45.4 kB; 3.1 MB in memory',
    ]);
  });
});
