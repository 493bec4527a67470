import path from 'node:path';
import process from 'node:process';
import type { Resource } from './records.ts';

export const kitVersion = '0.1.0';

const defaultEndpoint = 'ws://127.0.0.1:4318/v1/spans';
const defaultOtlp = 'http://127.0.0.1:4318';

/** An environment variable; empty counts as not set. */
export function variable(name: string): string | undefined {
  const value = process.env[name]?.trim();
  return value === '' ? undefined : value;
}

/** Where live spans go: the option, `SPANSCOPE_ENDPOINT`, the OTLP endpoint of the environment, the usual port. */
export function liveEndpoint(option?: string): URL {
  // A gRPC endpoint is another port, which does not speak WebSocket.
  const otlp = variable('OTEL_EXPORTER_OTLP_PROTOCOL') === 'grpc' ? undefined : variable('OTEL_EXPORTER_OTLP_ENDPOINT');
  for (const text of [option, variable('SPANSCOPE_ENDPOINT'), otlp]) {
    const url = text === undefined ? undefined : webSocketUrl(text);
    if (url !== undefined) return url;
  }
  return new URL(defaultEndpoint);
}

function webSocketUrl(text: string): URL | undefined {
  try {
    const url = new URL(text.replace(/^http/i, 'ws'));
    if (url.protocol !== 'ws:' && url.protocol !== 'wss:') return undefined;
    if (url.pathname === '/' || url.pathname === '') url.pathname = '/v1/spans';
    return url;
  } catch {
    return undefined;
  }
}

/** Where OTLP/HTTP requests with traces go, by the rules of the OpenTelemetry specification. */
export function otlpTracesEndpoint(option?: string): URL {
  const base = variable('OTEL_EXPORTER_OTLP_ENDPOINT') ?? defaultOtlp;
  const text = option ?? variable('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? `${base.replace(/\/$/, '')}/v1/traces`;
  try {
    return new URL(text);
  } catch {
    return new URL(`${defaultOtlp}/v1/traces`);
  }
}

/** `a=b,c=d` with percent-encoded values, as in `OTEL_EXPORTER_OTLP_HEADERS` and `OTEL_RESOURCE_ATTRIBUTES`. */
export function variablePairs(name: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of (variable(name) ?? '').split(',')) {
    const equals = pair.indexOf('=');
    if (equals < 1) continue;
    const value = pair.slice(equals + 1).trim();
    try {
      pairs.set(pair.slice(0, equals).trim(), decodeURIComponent(value));
    } catch {
      pairs.set(pair.slice(0, equals).trim(), value);
    }
  }
  return pairs;
}

/** The resource of this process; without a name given, the name of its script serves. */
export function resourceOf(serviceName: string | undefined, more: Resource = {}): Resource {
  const fromEnvironment = variablePairs('OTEL_RESOURCE_ATTRIBUTES');
  const script = path.parse(process.argv[1] ?? '').name;
  const name = serviceName ?? variable('OTEL_SERVICE_NAME') ?? fromEnvironment.get('service.name') ?? (script === '' ? 'agent' : script);
  return {
    ...Object.fromEntries(fromEnvironment),
    'telemetry.sdk.name': 'spanscope',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.version': kitVersion,
    'process.pid': process.pid,
    ...more,
    'service.name': name,
  };
}
