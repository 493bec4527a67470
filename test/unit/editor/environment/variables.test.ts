import { describe, expect, it } from 'vitest';
import { environmentText, otelVariables, shells } from '../../../../src/editor/environment/variables.ts';

const variables = otelVariables({ http: 'http://127.0.0.1:4318', grpc: '127.0.0.1:4317', webSocket: 'ws://127.0.0.1:4318/v1/spans' })!;

describe('the environment', () => {
  it('points traces, logs and metrics at the receiver', () => {
    expect(environmentText(variables, 'dotenv')).toBe([
      'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
      'OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      'OTEL_TRACES_EXPORTER=otlp',
      'OTEL_LOGS_EXPORTER=otlp',
      'OTEL_METRICS_EXPORTER=otlp',
      'OTEL_BSP_SCHEDULE_DELAY=200',
      'OTEL_BLRP_SCHEDULE_DELAY=200',
      'OTEL_METRIC_EXPORT_INTERVAL=5000',
      '',
    ].join('\n'));
  });

  it.each([
    ['bash', 'export OTEL_TRACES_EXPORTER=otlp'],
    ['fish', 'set -gx OTEL_TRACES_EXPORTER otlp'],
    ['powershell', '$env:OTEL_TRACES_EXPORTER = "otlp"'],
    ['cmd', 'set "OTEL_TRACES_EXPORTER=otlp"'],
    ['dotenv', 'OTEL_TRACES_EXPORTER=otlp'],
  ] as const)('is written for %s', (shell, line) => {
    expect(environmentText(variables, shell).split(/\r?\n/)).toContain(line);
  });

  it('names loopback only, in every shell', () => {
    for (const shell of shells) {
      const hosts = [...environmentText(variables, shell).matchAll(/\/\/([^:/"\s]+)/g)].map(([, host]) => host);
      expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']));
    }
  });

  it('speaks gRPC when only that listens, and is empty when nothing does', () => {
    expect(otelVariables({ grpc: '127.0.0.1:4317' })?.get('OTEL_EXPORTER_OTLP_ENDPOINT')).toBe('http://127.0.0.1:4317');
    expect(otelVariables({ grpc: '127.0.0.1:4317' })?.get('OTEL_EXPORTER_OTLP_PROTOCOL')).toBe('grpc');
    expect(otelVariables({})).toBeUndefined();
  });
});
