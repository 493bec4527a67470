import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PageFiles } from '../../../src/export/exporter.ts';
import { exporterById } from '../../../src/export/registry.ts';
import type { ExportOptions, ExportSpan, Exporter } from '../../../src/export/exporter.ts';
import type { SpanRecord } from '../../../src/model/records.ts';
import { manifestBlock, rowsBlock, spansBlock } from '../../../src/protocol/offlinePage.ts';
import type { OfflineManifest } from '../../../src/protocol/offlinePage.ts';
import type { OfflineData } from '../../../webview/offline/blocks.ts';
import { options, written } from './exportSpans.ts';

/** Files in the place of those that a build makes. */
export const page: PageFiles = {
  panelScript: 'panel();', hostScript: 'host();', style: "@font-face { src: url('./codicon.ttf') }", font: Uint8Array.of(1, 2, 3),
  hash: (text) => createHash('sha256').update(text).digest('base64'),
  deflate: (bytes) => deflateRawSync(bytes),
};

export const html = exporterById('html') as Exporter;

export const pageOf = (spans: Iterable<ExportSpan>, more: Partial<ExportOptions> = {}): string => written(html, spans, { ...options, page, ...more }).text;

/** What stands in the data blocks of a page. */
export function dataOf(text: string): OfflineData {
  const blocks = new Map(Array.from(text.matchAll(/<script type="application\/octet-stream" id="([a-z0-9-]+)">([A-Za-z0-9+/=]*)<\/script>\n/g), ([, id = '', base64 = '']) => [id, base64]));
  const bytes = (id: string): Buffer => inflateRawSync(Buffer.from(blocks.get(id) ?? '', 'base64'));
  return {
    manifest: JSON.parse(bytes(manifestBlock).toString()) as OfflineManifest,
    rows: (trace) => Promise.resolve(Uint8Array.from(bytes(rowsBlock(trace))).buffer),
    records: (trace, chunk) => Promise.resolve(JSON.parse(bytes(spansBlock(trace, chunk)).toString()) as SpanRecord[]),
  };
}
