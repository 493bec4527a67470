import type { Endpoints } from '../../protocol/collector.ts';

export const shells = ['bash', 'fish', 'powershell', 'cmd', 'dotenv'] as const;
export type Shell = (typeof shells)[number];

export const shellLabels: Readonly<Record<Shell, string>> = {
  bash: 'bash, zsh', fish: 'fish', powershell: 'PowerShell', cmd: 'Command Prompt', dotenv: '.env file',
};

/**
 * The standard variables by which an OpenTelemetry SDK finds the receiver, with short delays so that spans are seen soon
 * after they end. Undefined while nothing listens.
 */
export function otelVariables(endpoints: Endpoints): ReadonlyMap<string, string> | undefined {
  const { http, grpc } = endpoints;
  if (http === undefined && grpc === undefined) return undefined;
  return new Map([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', http ?? `http://${grpc}`],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', http === undefined ? 'grpc' : 'http/protobuf'],
    ['OTEL_TRACES_EXPORTER', 'otlp'],
    ['OTEL_LOGS_EXPORTER', 'otlp'],
    ['OTEL_METRICS_EXPORTER', 'otlp'],
    ['OTEL_BSP_SCHEDULE_DELAY', '200'],
    ['OTEL_BLRP_SCHEDULE_DELAY', '200'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '5000'],
  ]);
}

const lineOf: Readonly<Record<Shell, (name: string, value: string) => string>> = {
  bash: (name, value) => `export ${name}=${value}`,
  fish: (name, value) => `set -gx ${name} ${value}`,
  powershell: (name, value) => `$env:${name} = "${value}"`,
  cmd: (name, value) => `set "${name}=${value}"`,
  dotenv: (name, value) => `${name}=${value}`,
};

/** Lines that set the variables in a shell. Names and values are ours and hold nothing that a shell reads specially. */
export function environmentText(variables: ReadonlyMap<string, string>, shell: Shell): string {
  const newline = shell === 'cmd' || shell === 'powershell' ? '\r\n' : '\n';
  return [...variables].map(([name, value]) => lineOf[shell](name, value) + newline).join('');
}
