import type { AgentView } from '../agent.ts';
import type { Attributes, AttributeValue } from '../attributes.ts';
import type { SpanEvent, SpanKind } from '../span.ts';
import type { Sourced } from './convention.ts';
import { at, figure, structured, text } from './read.ts';

/** What may tell of a failure where no status was sent. */
export interface FailureInput {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Pick<Attributes, 'get'>;
  readonly events: readonly SpanEvent[];
}

/** The keys that are looked at. */
export const failureKeys = [
  'langfuse.observation.level', 'logfire.level_num', 'success', 'error.type', 'http.response.status_code', 'http.status_code',
  'rpc.response.status_code', 'rpc.grpc.status_code', 'rpc.jsonrpc.error_code',
] as const;

/**
 * Words for a failure that a span without a status tells of, '' when there are none, and the key that tells it; undefined
 * when it tells of none. A level that somebody gave the span decides; then come the rules by which OpenTelemetry's
 * conventions say when an operation has failed (`error.type`, exceptions that left the span, status codes of HTTP and gRPC,
 * for servers only those that are their own fault).
 */
export function toldFailure(input: FailureInput): Sourced<string> | undefined {
  const level = text(input.attributes.get('langfuse.observation.level'));
  if (level !== undefined) return level.toUpperCase() === 'ERROR' ? told(input, 'langfuse.observation.level', 'langfuse.observation.status_message') : undefined;
  const number = figure(input.attributes.get('logfire.level_num'));
  if (number !== undefined) return number >= logfireError ? told(input, 'logfire.level_num', 'exception.message') : undefined;
  if (input.name.startsWith('claude_code.') && /^false$/i.test(String(input.attributes.get('success')))) return told(input, 'success', 'error');
  const exception = input.events.find(hasLeft);
  if (exception !== undefined) return { value: text(exception.attributes.get('exception.message')) ?? text(exception.attributes.get('exception.type')) ?? '', source: `event:${exception.name}` };
  const type = text(input.attributes.get('error.type'));
  if (type !== undefined) return { value: wordsOf(input, ['error.message', 'exception.message']) ?? (type === '_OTHER' ? '' : type), source: 'error.type' };
  return failedCode(input);
}

/** Logfire's levels are OpenTelemetry's severity numbers. */
const logfireError = 17;

const told = (input: FailureInput, source: string, messageKey: string): Sourced<string> => ({ value: wordsOf(input, [messageKey]) ?? '', source });
const wordsOf = ({ attributes }: FailureInput, keys: readonly string[]): string | undefined => keys.map((key) => text(attributes.get(key))).find((words) => words !== undefined);

/** An exception that ended the span; others were recorded and dealt with. */
const hasLeft = ({ name, attributes }: SpanEvent): boolean =>
  name === 'gen_ai.client.operation.exception' || (name === 'exception' && /^true$/i.test(String(attributes.get('exception.escaped'))));

const grpcNames = [
  'OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS', 'PERMISSION_DENIED', 'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED',
];
/** What a client is told that did nothing wrong itself. */
const serverFaults = new Set(['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS']);

/** Codes of JSON-RPC, by which MCP servers are spoken to; beside those of gRPC the negative ones alone are sure to be some. */
const jsonRpcCodes = [['rpc.jsonrpc.error_code', /^-?[1-9]\d{0,9}$/], ['rpc.response.status_code', /^-\d{1,10}$/]] as const;

function failedCode(input: FailureInput): Sourced<string> | undefined {
  const { kind, attributes } = input;
  for (const key of ['http.response.status_code', 'http.status_code']) {
    const code = figure(attributes.get(key));
    if (code !== undefined) return (kind === 'client' && code >= 400) || (kind === 'server' && code >= 500) ? { value: `HTTP ${code}`, source: key } : undefined;
  }
  for (const key of ['rpc.response.status_code', 'rpc.grpc.status_code']) {
    const value = attributes.get(key), code = grpcNames[figure(value) ?? -1] ?? text(value)?.toUpperCase();
    if (code === undefined || !grpcNames.includes(code) || code === 'OK') continue;
    return kind === 'client' || (kind === 'server' && serverFaults.has(code)) ? { value: `gRPC ${code}`, source: key } : undefined;
  }
  for (const [key, isError] of jsonRpcCodes) {
    const code = String(attributes.get(key) ?? '');
    if (isError.test(code)) return { value: wordsOf(input, ['rpc.jsonrpc.error_message']) ?? `JSON-RPC error ${code}`, source: key };
  }
  return undefined;
}

/** Whether the result of a tool says of itself that the tool has failed, as those of MCP servers and of Anthropic's messages do. */
export function isFailedResult(result: AttributeValue | undefined): boolean {
  const read = structured(result);
  return ['isError', 'is_error'].some((key) => at(read, key) === true);
}

/** The failure that a span without a status tells of by its attributes, or by its result when it is a tool's. */
export function failureOf(input: FailureInput, step: AgentView | undefined): Sourced<string> | undefined {
  const failure = toldFailure(input);
  if (failure !== undefined || step?.role !== 'tool' || !isFailedResult(step.toolResult)) return failure;
  return { value: 'The result says that the tool failed', source: step.sources.get('toolResult') ?? '' };
}
