import * as vscode from 'vscode';
import type { SpanRecord } from '../../model/records.ts';
import type { Collector } from '../collector/collectorHost.ts';
import { safeFileName } from '../fileNames.ts';
import { showDocument } from '../showDocument.ts';

const scheme = 'spanscope-value';

/** A span as JSON, or one of its attributes. */
export interface ValueName { readonly traceId: string; readonly spanId: string; readonly key?: string }

/** Whole values of spans as read-only documents, read from the collector when the editor shows them. */
export class ValueDocuments implements vscode.TextDocumentContentProvider {
  readonly #collector: Collector;
  readonly #registration: vscode.Disposable;

  constructor(collector: Collector) {
    this.#collector = collector;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  }

  /** `traceId` is the key of the trace, which the record does not tell. */
  async show(traceId: string, record: SpanRecord, key?: string): Promise<void> {
    const name: ValueName = { traceId, spanId: record.spanId, ...(key === undefined ? {} : { key }) };
    const extension = key === undefined || laidOut(valueText(record, key)) !== undefined ? '.json' : '.txt';
    const file = safeFileName(key === undefined ? record.name : `${record.name} ${key}`, extension);
    const uri = vscode.Uri.from({ scheme, path: `/${file}`, query: JSON.stringify(name) });
    await showDocument(uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { traceId, spanId, key } = JSON.parse(uri.query) as ValueName;
    const record = await this.#collector.call('spanById', traceId, spanId);
    if (record === undefined) return 'This span is no longer stored.';
    return key === undefined ? JSON.stringify(record, undefined, 2) : valueText(record, key);
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** An attribute as text: JSON in its texts is laid out, other values are written as JSON. */
export function valueText(record: SpanRecord, key: string): string {
  const value = Object.hasOwn(record.attributes, key) ? record.attributes[key] : undefined;
  if (typeof value !== 'string') return JSON.stringify(value, undefined, 2) ?? '';
  return laidOut(value) ?? value;
}

interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}

/** JSON with one value a line and every digit of its numbers, or undefined for a text that is none. */
function laidOut(text: string): string | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const { parse, rawJSON } = JSON as unknown as ExactJson;
  try {
    const exact = parse(text, (_key, value, { source }) => (typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value));
    return JSON.stringify(exact, undefined, 2);
  } catch {
    return undefined;
  }
}
