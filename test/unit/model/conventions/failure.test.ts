import { describe, expect, it } from 'vitest';
import type { AttributeValue } from '../../../../src/model/attributes.ts';
import { isFailedResult, toldFailure } from '../../../../src/model/conventions/failure.ts';
import type { SpanKind } from '../../../../src/model/span.ts';

const told = (attributes: Record<string, AttributeValue>, { name = 'x', kind = 'internal' as SpanKind, event = undefined as [string, Record<string, AttributeValue>] | undefined } = {}) =>
  toldFailure({
    name, kind, attributes: new Map(Object.entries(attributes)),
    events: event === undefined ? [] : [{ name: event[0], timeUnixNano: 0n, attributes: new Map(Object.entries(event[1])), droppedAttributesCount: 0 }],
  });

describe('a span without a status', () => {
  it('has failed when its Langfuse level is ERROR, with the status message in words', () => {
    expect(told({ 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': 'no seats' })).toEqual({ value: 'no seats', source: 'langfuse.observation.level' });
    expect(told({ 'langfuse.observation.level': 'WARNING', 'langfuse.observation.status_message': 'slow' })).toBeUndefined();
  });

  it('has failed from the Logfire level error on', () => {
    expect(told({ 'logfire.level_num': 17 })).toEqual({ value: '', source: 'logfire.level_num' });
    expect(told({ 'logfire.level_num': 21n })?.source).toBe('logfire.level_num');
    expect(told({ 'logfire.level_num': 13 })).toBeUndefined();
  });

  it('goes by the level that somebody gave it and not by codes besides', () => {
    expect(told({ 'logfire.level_num': 9, 'http.response.status_code': 404 }, { kind: 'client' })).toBeUndefined();
    expect(told({ 'langfuse.observation.level': 'DEFAULT', 'error.type': 'Timeout' })).toBeUndefined();
  });

  it('has failed when Claude Code says that it had no success, which other programs may mean otherwise', () => {
    expect(told({ success: false, error: 'overloaded' }, { name: 'claude_code.llm_request' })).toEqual({ value: 'overloaded', source: 'success' });
    expect(told({ success: 'false' }, { name: 'claude_code.tool.execution' })?.source).toBe('success');
    expect(told({ success: true }, { name: 'claude_code.llm_request' })).toBeUndefined();
    expect(told({ success: false }, { name: 'lottery' })).toBeUndefined();
  });

  it('has failed when it has a type of error', () => {
    expect(told({ 'error.type': 'timeout' })).toEqual({ value: 'timeout', source: 'error.type' });
    expect(told({ 'error.type': 'Timeout', 'error.message': 'after 3 s' })?.value).toBe('after 3 s');
    expect(told({ 'error.type': '' })).toBeUndefined();
  });

  it('has failed by an exception that left it, not by one that was dealt with', () => {
    expect(told({}, { event: ['exception', { 'exception.type': 'E', 'exception.message': 'no', 'exception.escaped': true }] })).toEqual({ value: 'no', source: 'event:exception' });
    expect(told({}, { event: ['exception', { 'exception.escaped': 'True' }] })?.source).toBe('event:exception');
    expect(told({}, { event: ['exception', { 'exception.type': 'E', 'exception.escaped': 'False' }] })).toBeUndefined();
    expect(told({}, { event: ['exception', { 'exception.type': 'E' }] })).toBeUndefined();
    expect(told({}, { event: ['gen_ai.client.operation.exception', { 'exception.type': 'RateLimit' }] })).toEqual({ value: 'RateLimit', source: 'event:gen_ai.client.operation.exception' });
  });

  it('has failed by HTTP status codes as OpenTelemetry says: clients from 400, servers from 500', () => {
    expect(told({ 'http.response.status_code': 404 }, { kind: 'client' })).toEqual({ value: 'HTTP 404', source: 'http.response.status_code' });
    expect(told({ 'http.status_code': '503' }, { kind: 'server' })).toEqual({ value: 'HTTP 503', source: 'http.status_code' });
    expect(told({ 'http.response.status_code': 404 }, { kind: 'server' })).toBeUndefined();
    expect(told({ 'http.response.status_code': 302 }, { kind: 'client' })).toBeUndefined();
    expect(told({ 'http.response.status_code': 404 })).toBeUndefined();
  });

  it('has failed by gRPC codes as OpenTelemetry says: clients by any, servers by those that are their own fault', () => {
    expect(told({ 'rpc.grpc.status_code': 5 }, { kind: 'client' })).toEqual({ value: 'gRPC NOT_FOUND', source: 'rpc.grpc.status_code' });
    expect(told({ 'rpc.response.status_code': 'UNAVAILABLE' }, { kind: 'server' })).toEqual({ value: 'gRPC UNAVAILABLE', source: 'rpc.response.status_code' });
    expect(told({ 'rpc.grpc.status_code': 5 }, { kind: 'server' })).toBeUndefined();
    expect(told({ 'rpc.grpc.status_code': 0 }, { kind: 'client' })).toBeUndefined();
    expect(told({ 'rpc.response.status_code': 'OK' }, { kind: 'client' })).toBeUndefined();
    expect(told({ 'mcp.method.name': 'tools/call', 'rpc.response.status_code': '-32602' }, { kind: 'server' })).toEqual({ value: 'JSON-RPC error -32602', source: 'rpc.response.status_code' });
    expect(told({ 'rpc.jsonrpc.error_code': -32602, 'rpc.jsonrpc.error_message': 'no such tool' })).toEqual({ value: 'no such tool', source: 'rpc.jsonrpc.error_code' });
  });
});

describe('the result of a tool', () => {
  it('is a failure when it is marked as one', () => {
    expect(isFailedResult('{"content":[{"type":"text","text":"no"}],"isError":true}')).toBe(true);
    expect(isFailedResult(new Map([['is_error', true]]))).toBe(true);
    expect(isFailedResult('{"content":[],"isError":false}')).toBe(false);
    expect(isFailedResult('isError: true')).toBe(false);
    expect(isFailedResult('{"order":{"isError":true}}')).toBe(false);
    expect(isFailedResult(undefined)).toBe(false);
  });
});
