import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { EncodeSpan } from '../../../src/formats/format.ts';
import { otlpProtobuf } from '../../../src/formats/otlpProtobuf.ts';
import type { AttributeValue } from '../../../src/model/attributes.ts';
import type { CollectorEvent, CollectorOptions } from '../../../src/protocol/collector.ts';

export const start = 1_790_000_000_000_000_000n;
export const traceOf = (n: number): string => `d${n.toString(16).padStart(31, '0')}`;
export const spanOf = (n: number): string => `e${n.toString(16).padStart(15, '0')}`;

export interface Drawn {
  readonly trace?: number;
  readonly id: number;
  readonly parent?: number;
  readonly name?: string;
  readonly attributes?: Record<string, AttributeValue>;
  readonly error?: boolean;
}

/** An OTLP request of spans, each starting one nanosecond after the one before. */
export function request(...spans: Drawn[]): Uint8Array {
  return otlpProtobuf.encode?.(spans.map(encodeSpan)) ?? new Uint8Array(0);
}

function encodeSpan({ trace = 1, id, parent, name = `span ${id}`, attributes = {}, error = false }: Drawn): EncodeSpan {
  return {
    traceId: traceOf(trace), spanId: spanOf(id), parentSpanId: parent === undefined ? '' : spanOf(parent), name, kind: 'internal',
    startUnixNano: start + BigInt(id), endUnixNano: start + BigInt(id + 100), status: error ? 'error' : 'unset', statusMessage: '', service: 'agent',
    resource: { attributes: new Map([['service.name', 'agent']]), schemaUrl: '', droppedAttributesCount: 0 },
    scope: { name: 'test', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 },
    content: {
      attributes: new Map(Object.entries(attributes)), events: [], links: [], traceState: '', flags: 0,
      droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0,
    },
    logs: [],
  };
}

export function optionsOf(storageDirectory: string | undefined, more: Partial<CollectorOptions> = {}): CollectorOptions {
  return {
    storageDirectory, memoryBytes: 256 * 1024 * 1024, databaseBytes: 256 * 1024 * 1024, retentionDays: 0,
    allowedHosts: [], allowedOrigins: [], grpcBundle: '/nowhere/otlpGrpc.cjs', fileBundle: path.resolve(import.meta.dirname, '../../../src/collector/files/fileWorker.ts'), ...more,
  };
}

const directories: string[] = [];
export function makeDirectory(): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'spanscope-collector-'));
  directories.push(directory);
  return directory;
}
export function removeDirectories(): void {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** Events as they come, and a way to wait for one. */
export class Events {
  readonly all: CollectorEvent[] = [];
  private wake: (() => void) | undefined;

  readonly take = (event: CollectorEvent): void => {
    this.all.push(event);
    this.wake?.();
  };

  of<T extends CollectorEvent['type']>(type: T): Extract<CollectorEvent, { type: T }>[] {
    return this.all.filter((event): event is Extract<CollectorEvent, { type: T }> => event.type === type);
  }

  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => { this.wake = resolve; });
  }
}

/** Posts a request to a receiver. */
export async function post(endpoint: string | undefined, body: Uint8Array): Promise<number> {
  const response = await fetch(`${endpoint ?? ''}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/x-protobuf' }, body: Uint8Array.from(body) });
  await response.arrayBuffer();
  return response.status;
}
