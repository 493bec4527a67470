import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import type { SpanscopeApi } from '../../../src/editor/api.ts';

/** The folder of the project itself. */
export const root = process.env['SPANSCOPE_TEST_ROOT'] ?? '';

/** What loads one of the project's packages in a program of a test. */
export const load = (name: string): string => `require(${JSON.stringify(path.join(root, 'node_modules', name))})`;

/** The folder that is open. */
export function openFolder(): vscode.WorkspaceFolder {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return folder;
}

/** The interface that the extension exports. */
export async function activated(): Promise<SpanscopeApi> {
  const extension = vscode.extensions.getExtension<SpanscopeApi>('spanscope.spanscope');
  assert.ok(extension, 'the extension is not installed');
  return extension.activate();
}

/** Listens on free ports; the address of OTLP/HTTP. */
export async function listening(api: SpanscopeApi): Promise<string> {
  const { http } = await api.startReceiver({ httpPort: 0, grpcPort: 0 });
  assert.ok(http !== undefined, 'nothing listens');
  return http;
}

export interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly kind?: number;
  readonly status?: { readonly code: number; readonly message?: string };
  readonly attributes?: readonly { readonly key: string; readonly value: unknown }[];
}

export const newTraceId = (): string => randomBytes(16).toString('hex');
export const newSpanId = (): string => randomBytes(8).toString('hex');
export const text = (key: string, value: string): { key: string; value: unknown } => ({ key, value: { stringValue: value } });
export const int = (key: string, value: number | string): { key: string; value: unknown } => ({ key, value: { intValue: String(value) } });

/** A span of one second that began now, with what a test is about put in its place. */
export function span(part: Partial<SentSpan>): SentSpan {
  const start = BigInt(Date.now()) * 1_000_000n;
  return {
    traceId: newTraceId(), spanId: newSpanId(), name: 'work', kind: 1,
    startTimeUnixNano: String(start), endTimeUnixNano: String(start + 1_000_000_000n), ...part,
  };
}

/** Sends spans as an SDK does; resolves when they were answered with 200. */
export async function send(http: string, spans: readonly SentSpan[], service = 'tester'): Promise<void> {
  const body = JSON.stringify({ resourceSpans: [{ resource: { attributes: [text('service.name', service)] }, scopeSpans: [{ scope: { name: 'suite' }, spans }] }] });
  const answer = await fetch(`${http}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  assert.equal(answer.status, 200, await answer.text());
}

/** The first event that fits; an end of the test's patience is the test's own timeout. */
export function eventually<T>(event: vscode.Event<T>, fits: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const listener = event((value) => {
      if (!fits(value)) return;
      listener.dispose();
      resolve(value);
    });
  });
}

/** Looks until there is something; `problem` says what is wrong when there is nothing for so long. */
export async function until<T>(look: () => Promise<T | undefined> | T | undefined, problem: () => string | Promise<string>, patienceMs = 45_000): Promise<T> {
  const end = Date.now() + patienceMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
  throw new Error(await problem());
}
