import type { WriteBytes } from '../formats/textBytes.ts';
import { base64OfBytes } from '../formats/base64.ts';
import { visibleName } from '../model/visibleText.ts';
import { manifestBlock, rowsBlock, spansBlock } from '../protocol/offlinePage.ts';
import type { OfflineManifest } from '../protocol/offlinePage.ts';
import type { ExportOptions, ExportSpan, ExportWriter, Exporter, PageFiles } from './exporter.ts';
import { HtmlTrace } from './htmlTrace.ts';
import { spanRecordOf } from './spanRecord.ts';

/** Spans are inflated in chunks of about so many characters or rows, when one of them is opened. */
const chunkCharacters = 512 * 1024, chunkRows = 1024;
const encoder = new TextEncoder();

/**
 * One HTML file with the panel of the extension in it, which any browser of the last years opens without a network. Texts of
 * spans stand only in data blocks as base64 of deflated bytes (protocol/offlinePage.ts), so none of them is ever markup or
 * script; the page's policy allows its two scripts and its style by their hashes, and no connection at all.
 */
export const html: Exporter = {
  id: 'html',
  label: 'HTML page',
  description: 'One file with chart, table and details, for any browser without a network',
  extension: '.html',
  losses: [],
  isBinary: false,
  isForPeople: true,
  open: (options, write) => {
    const { page } = options;
    if (page === undefined) throw new Error('The files of the page are missing. Install the extension anew.');
    return new HtmlWriter(options, page, write);
  },
};

class HtmlWriter implements ExportWriter {
  readonly #options: ExportOptions;
  readonly #page: PageFiles;
  readonly #write: WriteBytes;
  readonly #traces: OfflineManifest['traces'][number][] = [];
  #trace: HtmlTrace | undefined;
  #chunks: number[] = [];
  #records: string[] = [];
  #characters = 0;

  constructor(options: ExportOptions, page: PageFiles, write: WriteBytes) {
    this.#options = options;
    this.#page = page;
    this.#write = write;
    write(encoder.encode(beginOf(options.title, page)));
  }

  add(span: ExportSpan): void {
    if (this.#trace?.traceId !== span.traceId) this.#endTrace();
    this.#trace ??= new HtmlTrace(span.traceId);
    if (this.#records.length === 0) this.#chunks.push(this.#trace.count);
    const record = spanRecordOf(span), text = JSON.stringify(record);
    this.#trace.add(span, record);
    this.#records.push(text);
    this.#characters += text.length;
    if (this.#characters > chunkCharacters || this.#records.length === chunkRows) this.#endChunk();
  }

  finish(): Record<string, never> {
    this.#endTrace();
    const manifest: OfflineManifest = { version: 1, note: this.#options.note?.() ?? '', traces: this.#traces };
    this.#block(manifestBlock, encoder.encode(JSON.stringify(manifest)));
    this.#write(encoder.encode('</body>\n</html>\n'));
    return {};
  }

  #endTrace(): void {
    if (this.#trace === undefined) return;
    this.#endChunk();
    const { head, rows } = this.#trace.finish(this.#options.nowUnixNano);
    this.#block(rowsBlock(this.#traces.length), rows);
    this.#traces.push({ ...head, chunks: this.#chunks });
    this.#trace = undefined;
    this.#chunks = [];
  }

  #endChunk(): void {
    if (this.#records.length === 0) return;
    this.#block(spansBlock(this.#traces.length, this.#chunks.length - 1), encoder.encode(`[${this.#records.join(',')}]`));
    this.#records = [];
    this.#characters = 0;
  }

  /** Browsers do not run a script of this type; its text is base64, in which there is no markup. */
  #block(id: string, bytes: Uint8Array): void {
    this.#write(encoder.encode(`<script type="application/octet-stream" id="${id}">${base64OfBytes(this.#page.deflate(bytes))}</script>\n`));
  }
}

/** The page up to its data. */
function beginOf(title: string, page: PageFiles): string {
  const style = page.style.replaceAll('./codicon.ttf', `data:font/ttf;base64,${base64OfBytes(page.font)}`);
  const scripts = [page.hostScript, page.panelScript];
  for (const text of [...scripts, style]) if (/<\/(?:script|style)|<!--|\r/i.test(text)) throw new Error('The files of the page cannot stand in a page.');
  const policy = [
    `default-src 'none'`,
    `script-src ${scripts.map((script) => `'sha256-${page.hash(script)}'`).join(' ')}`,
    `style-src 'sha256-${page.hash(style)}'`,
    'font-src data:',
    'img-src data:',
    `base-uri 'none'`,
    `form-action 'none'`,
    `require-trusted-types-for 'script'`,
    `trusted-types 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta name="generator" content="Spanscope">
<title>${escaped(visibleName(title))}</title>
<style>${style}</style>
</head>
<body data-offline>
<div id="app"></div>
<noscript>This page shows a trace. It needs JavaScript, and no network.</noscript>
${scripts.map((script) => `<script>${script}</script>`).join('\n')}
`;
}

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
