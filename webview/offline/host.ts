import { pausedSpans } from '../../src/model/recordedPauses.ts';
import type { SpanRecord } from '../../src/model/records.ts';
import type { FromPanel, RowRef, SourceLink, SpanDetails, ToPanel } from '../../src/protocol/panel.ts';
import { shorten } from '../../src/protocol/shorten.ts';
import type { OfflineData } from './blocks.ts';
import { OfflineSearch, chunkOf } from './search.ts';

/** What the page itself can do. */
export interface PageTools {
  say(message: ToPanel): void;
  copy(text: string): Promise<void>;
  /** Hands a file to the browser, which asks or saves. */
  save(name: string, content: Blob): void;
}

const status = { state: 'off', receivedSpans: 0 } as const;
const noEditor = 'This page has no editor. Open the trace in Spanscope to go to its source.';

/** Answers the panel as the extension does, from what stands in the page. */
export class OfflineHost {
  readonly #data: OfflineData;
  readonly #tools: PageTools;
  #trace = 0;
  #revision = 0;

  constructor(data: OfflineData, tools: PageTools) {
    this.#data = data;
    this.#tools = tools;
  }

  /** Shows a trace of the page, by its number. */
  async show(trace: number, row?: number): Promise<void> {
    const found = this.#data.manifest.traces[trace];
    if (found === undefined) return;
    this.#trace = trace;
    const { summary, baseUnixNano, count, texts, figures, paused = [] } = found;
    const epoch = trace + 1, { traceId } = summary;
    const buffer = await this.#data.rows(trace);
    if (this.#trace !== trace) return;
    const revision = ++this.#revision;
    this.#tools.say({ type: 'panel.show', traceId, status, ...(row === undefined ? {} : { spanRow: { epoch, row } }) });
    if (paused.length > 0) this.#tools.say({ type: 'paused.set', traceId, paused: pausedSpans(paused) });
    this.#tools.say({ type: 'trace.rows', rows: { traceId, epoch, revision, baseUnixNano, count, firstRow: 0, buffer, firstText: 0, texts, figures } });
    this.#tools.say({ type: 'trace.summary', summary, revision, nowUnixNano: summary.endUnixNano ?? summary.startUnixNano });
  }

  receive(message: FromPanel): void {
    this.#answer(message).catch((error: unknown) => this.#tools.say({ type: 'request.failed', request: message.type, message: error instanceof Error ? error.message : String(error) }));
  }

  async #answer(message: FromPanel): Promise<void> {
    const { say, save, copy } = this.#tools;
    switch (message.type) {
      case 'panel.ready': return this.show(this.#trace);
      case 'details.get': return say({ type: 'span.details', details: detailsOf(message.ref, await this.#record(message.ref)) });
      case 'search.run': return this.#search(message.id, message.query);
      case 'link.open': return this.#openLink(message.ref, message.link);
      case 'value.copy': return copy(message.text);
      case 'value.open': {
        const record = await this.#record(message.ref);
        const value: unknown = message.what === 'attribute' && message.key !== undefined ? record.attributes[message.key] : record;
        return save(typeof value === 'string' ? 'value.txt' : 'span.json', new Blob([typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)], { type: 'text/plain;charset=utf-8' }));
      }
      case 'image.save': return save(`chart.${message.kind}`, message.kind === 'svg' ? new Blob([message.data], { type: 'image/svg+xml' }) : new Blob([bytesOf(message.data)], { type: 'image/png' }));
      case 'source.open': case 'frame.open': case 'file.run': case 'action.run': throw new Error(noEditor);
      case 'rows.ack': case 'selection.changed': case 'failure.report': return undefined;
    }
  }

  async #record({ epoch, row }: RowRef): Promise<SpanRecord> {
    const trace = epoch - 1, chunks = this.#data.manifest.traces[trace]?.chunks ?? [];
    const chunk = chunkOf(chunks, row);
    const record = chunk < 0 ? undefined : (await this.#data.records(trace, chunk))[row - (chunks[chunk] ?? 0)];
    if (record === undefined) throw new Error('This span is not in the page.');
    return record;
  }

  async #search(id: number, query: string): Promise<void> {
    const trace = this.#trace;
    const { rows, problem } = await new OfflineSearch(this.#data, trace).run(query);
    this.#tools.say({ type: 'search.result', id, epoch: trace + 1, rows: rows.buffer, ...(problem === undefined ? {} : { problem }) });
  }

  async #openLink(ref: RowRef, index: number): Promise<void> {
    const link = (await this.#record(ref)).links[index];
    const traces = this.#data.manifest.traces;
    const trace = traces.findIndex(({ summary }) => summary.traceId === link?.traceId);
    if (link === undefined || trace < 0) throw new Error('The linked trace is not in this page.');
    const row = await this.#rowOf(trace, link.spanId);
    if (row < 0) throw new Error('The linked span is not in this page.');
    if (trace === this.#trace) this.#tools.say({ type: 'selection.set', ref: { epoch: trace + 1, row } });
    else await this.show(trace, row);
  }

  async #rowOf(trace: number, spanId: string): Promise<number> {
    const chunks = this.#data.manifest.traces[trace]?.chunks ?? [];
    for (let chunk = 0; chunk < chunks.length; chunk++) {
      const at = (await this.#data.records(trace, chunk)).findIndex((record) => record.spanId === spanId);
      if (at >= 0) return (chunks[chunk] as number) + at;
    }
    return -1;
  }
}

/** A span as the panel shows it; its source is named where it was recorded, and cannot be opened here. */
function detailsOf(ref: RowRef, record: SpanRecord): SpanDetails {
  const source = sourceOf(record.attributes);
  return { ref, ...shorten(record), sources: source === undefined ? [] : [source], frames: [], ...(source === undefined ? { noSource: '' } : {}) };
}

function sourceOf(attributes: SpanRecord['attributes']): SourceLink | undefined {
  const first = (...keys: readonly string[]): string | undefined => keys.map((key) => attributes[key]).find((value) => typeof value === 'string' || typeof value === 'number')?.toString();
  const file = first('spanscope.source.file', 'code.file.path', 'code.filepath'), line = first('spanscope.source.line', 'code.line.number', 'code.lineno');
  const functionName = first('spanscope.source.function', 'code.function.name', 'code.function');
  return file === undefined ? undefined : { index: 0, label: line === undefined ? file : `${file}:${line}`, ...(functionName === undefined ? {} : { functionName }), origin: 'recorded in the span' };
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64.replace(/^data:image\/png;base64,/, '')), (char) => char.charCodeAt(0));
