import type { ExportOptions, Exporter, ExportSpan, ExportWriter } from '../export/exporter.ts';
import { LossCounter } from '../export/losses.ts';
import { exporterById, exporters } from '../export/registry.ts';
import { usualMaxCharacters, usualWidth } from '../export/writing.ts';
import { visibleName } from '../model/visibleText.ts';
import type { ExportKind, ExportProgress, ExportReport, ExportRequest } from '../protocol/export.ts';
import { Redactor } from '../redaction/redactor.ts';
import type { RedactionCounts } from '../redaction/redactor.ts';
import { ExportFile } from './exportFile.ts';
import { readPageFiles } from './pageFiles.ts';
import { exportSpanOf } from './store/exportSpan.ts';
import { pendingParentKey, pendingTypeKey } from './store/rowInput.ts';
import { rowsInOrder } from './store/spanRecords.ts';
import { summaryOf } from './store/summaries.ts';
import type { TraceColumns } from './store/traceColumns.ts';
import { Turns, nowUnixNano, searchRows } from './traceSearch.ts';
import type { TraceSources } from './traceSources.ts';

/** What traces can be written as. */
export function exportKinds(): ExportKind[] {
  return exporters.map(({ id, label, description, extension, isBinary, isForPeople }) => ({ id, label, description, extension, isBinary, isForPeople }));
}

/** Exports that go on, by the numbers that their callers gave them. */
export class RunningExports {
  private readonly running = new Map<number, { readonly task: ExportTask; readonly stop: AbortController }>();

  /** `exportSpans`, which can be asked about and stopped when the request has a number. */
  async run(sources: ExportSources, request: ExportRequest, pageFolder: string | undefined): Promise<ExportReport> {
    const { exportId } = request, stop = new AbortController(), task: ExportTask = { signal: stop.signal, spansWritten: 0, spansTotal: 0 };
    if (exportId !== undefined) this.running.set(exportId, { task, stop });
    try {
      return await exportSpans(sources, request, pageFolder, task);
    } finally {
      if (exportId !== undefined) this.running.delete(exportId);
    }
  }

  progressOf(exportId: number): ExportProgress | undefined {
    const task = this.running.get(exportId)?.task;
    return task && { spansWritten: task.spansWritten, spansTotal: task.spansTotal };
  }

  stop(exportId: number): void { this.running.get(exportId)?.stop.abort(); }
}

interface ExportTask { readonly signal: AbortSignal; spansWritten: number; spansTotal: number }

type ExportSources = Pick<TraceSources, 'pin' | 'summaryOf' | 'trace' | 'unpin'>;

/**
 * Writes spans as one file, a turn at a time. `pageFolder` holds the files of the HTML page. Rejects with words for the user
 * when the format is unknown, a trace is gone, nothing matches, the query cannot be read, it is too much for the format, the
 * file cannot be written, or it was stopped; of the file nothing stays then.
 */
export async function exportSpans(
  sources: ExportSources, request: ExportRequest, pageFolder: string | undefined, task: ExportTask = { signal: new AbortController().signal, spansWritten: 0, spansTotal: 0 },
): Promise<ExportReport> {
  const file = new ExportFile(request.path);
  try {
    return await writeSpans(sources, request, pageFolder, { file, task });
  } catch (error) {
    if (error instanceof RangeError) throw new Error(`This is too much for one file as ${exporterById(request.format)?.label ?? ''}. Export a part of it, or as OTLP (protobuf).`, { cause: error });
    throw error;
  } finally {
    await file.discard();
  }
}

async function writeSpans(sources: ExportSources, request: ExportRequest, pageFolder: string | undefined, { file, task }: Pick<Parts, 'file' | 'task'>): Promise<ExportReport> {
  const exporter = exporterById(request.format);
  if (exporter === undefined) throw new Error(`Traces cannot be exported as ${visibleName(request.format)}. Known: ${exporters.map(({ id }) => id).join(', ')}.`);
  const redactor = new Redactor(request.redaction ?? { content: 'keep', secrets: exporter.isForPeople });
  const losses = new LossCounter(exporter.losses);
  const isWhole = request.spanId === undefined && request.query === undefined;
  let writer: ExportWriter | undefined, spanCount = 0, looseLogs = 0, isCut = false;
  for (const traceId of request.traceIds) {
    sources.pin(traceId);
    try {
      const trace = sources.trace(traceId);
      if (trace === undefined) throw new Error('The trace is not there any more.');
      writer ??= exporter.open(await optionsOf(exporter, request, { title: titleOf(trace, redactor), firstUnixNano: firstOf(sources, request.traceIds), redactor, pageFolder }), file.add);
      spanCount += await addRows(trace, request, { writer, redactor, losses, file, task });
      isCut ||= trace.isCut;
      if (isWhole) looseLogs += addLooseLogs(trace, writer, redactor);
    } finally {
      sources.unpin(traceId);
    }
  }
  if (writer === undefined || (spanCount === 0 && request.query !== undefined)) throw new Error('No span matches, so there is nothing to export.');
  await writeRest(writer, file, task);
  const { leftOut } = writer.finish();
  const bytes = await file.finish();
  const missing = [...(leftOut === undefined ? [] : [leftOut]), ...(isCut ? [cutWords] : [])];
  const { secrets, maskedContents, omittedContents } = redactor.counts;
  return {
    bytes, spanCount, maskedSecrets: secrets, maskedContents, omittedContents, lost: [...losses.report(), ...looseReport(looseLogs)],
    ...(missing.length === 0 ? {} : { leftOut: missing.join(' ') }),
  };
}

/** What is said of a trace whose later spans are on the disk alone. */
const cutWords = 'Only the first spans are there: the trace is too large for the memory that may be used (spanscope.memory.maxMegabytes).';

/** Hands log records of a trace that name none of its spans to formats that have a place for them; gives how many had none. */
function addLooseLogs({ logs }: TraceColumns, writer: ExportWriter, redactor: Redactor): number {
  const loose = logs.ofTrace();
  if (writer.addLogs === undefined) return loose.length;
  writer.addLogs(loose.map((log) => redactor.looseLog(log)));
  return 0;
}

const looseReport = (count: number): readonly string[] => (count === 0 ? [] : [`${count.toLocaleString('en')} log ${count === 1 ? 'record' : 'records'} of no span`]);

interface Parts { readonly writer: ExportWriter; readonly redactor: Redactor; readonly losses: LossCounter; readonly file: ExportFile; readonly task: ExportTask }

/** Hands the wanted rows of a trace to the writer; gives how many there were. */
async function addRows(trace: TraceColumns, request: ExportRequest, { writer, redactor, losses, file, task }: Parts): Promise<number> {
  const rows = await wantedRows(trace, request);
  task.spansTotal += rows.length;
  const turns = new Turns();
  const { epoch } = trace;
  for (const row of rows) {
    if (trace.epoch !== epoch) throw new Error('The trace changed while it was written. Try again.');
    const span = placed(exportSpanOf(trace, row));
    losses.add(span);
    writer.add(redactor.redact(span));
    task.spansWritten++;
    await turns.next();
    await file.drain();
    if (task.signal.aborted) throw new Error('The export was stopped.');
  }
  return rows.length;
}

/** A span that Logfire told of as pending stands where it belongs: who reads once more that it is pending would put it in place of its parent. */
function placed(span: ExportSpan): ExportSpan {
  const { content } = span;
  if (content.attributes.get(pendingTypeKey) !== 'pending_span') return span;
  const attributes = new Map([...content.attributes].filter(([key]) => key !== pendingParentKey)).set(pendingTypeKey, 'span');
  return { ...span, content: { ...content, attributes } };
}

/** Has written what was held of the spans until all were there. */
async function writeRest(writer: ExportWriter, file: ExportFile, { signal }: ExportTask): Promise<void> {
  const turns = new Turns();
  for (const _ of writer.rest?.() ?? []) {
    await turns.next();
    await file.drain();
    if (signal.aborted) throw new Error('The export was stopped.');
  }
}

/** The rows of a request in their order: a subtree, what matches, or all. */
async function wantedRows(trace: TraceColumns, { spanId, query }: ExportRequest): Promise<readonly number[]> {
  const matching = query === undefined || query.trim() === '' ? undefined : new Set(new Uint32Array((await searchRows(trace, query, undefined, Infinity)).rows));
  const ordered = rowsInOrder(trace);
  const inTree = spanId === undefined ? undefined : subtreeOf(trace, trace.rowOf(spanId));
  return ordered.filter((row) => (inTree === undefined || inTree[row] === 1) && (matching === undefined || matching.has(row)));
}

/** Which rows are the root or below it. Every row is walked once: 1 is in, 2 is out. */
function subtreeOf({ count, parent }: TraceColumns, root: number): Uint8Array {
  if (root < 0) throw new Error('The span is not there any more.');
  const known = new Uint8Array(count);
  known[root] = 1;
  const way: number[] = [];
  for (let row = 0; row < count; row++) {
    let at = row;
    for (; at >= 0 && known[at] === 0; at = parent[at] as number) way.push(at);
    const answer = at < 0 ? 2 : known[at] as number;
    for (const each of way.splice(0)) known[each] = answer;
  }
  return known;
}

const titleOf = (trace: TraceColumns, redactor: Redactor): string => {
  const { label, name } = summaryOf(trace);
  const { text } = redactor.peek(label === '' ? name : label);
  return text === '' ? 'Trace' : text;
};

/** When the earliest of the traces begins that has a time. */
function firstOf(sources: ExportSources, traceIds: readonly string[]): bigint {
  const starts = traceIds.map((traceId) => BigInt(sources.summaryOf(traceId)?.startUnixNano ?? 0)).filter((start) => start > 0n);
  return starts.reduce((first, start) => (start < first ? start : first), starts[0] ?? 0n);
}

interface Setting { readonly title: string; readonly firstUnixNano: bigint; readonly redactor: Redactor; readonly pageFolder: string | undefined }

async function optionsOf(exporter: Exporter, { traceIds, width, unicode, maxCharacters }: ExportRequest, { title, firstUnixNano, redactor, pageFolder }: Setting): Promise<ExportOptions> {
  const page = exporter.id === 'html' && pageFolder !== undefined ? await readPageFiles(pageFolder) : undefined;
  return {
    title, traceCount: traceIds.length, firstUnixNano, nowUnixNano: nowUnixNano(), width: width ?? usualWidth, unicode: unicode ?? false, maxCharacters: maxCharacters ?? usualMaxCharacters,
    note: () => noteOf(redactor.counts), ...(page === undefined ? {} : { page }),
  };
}

function noteOf({ secrets, maskedContents, omittedContents }: RedactionCounts): string | undefined {
  const parts = [
    ...(secrets > 0 ? [`${secrets.toLocaleString('en')} ${secrets === 1 ? 'secret was' : 'secrets were'} masked`] : []),
    ...(maskedContents > 0 ? [`${maskedContents.toLocaleString('en')} ${maskedContents === 1 ? 'message or payload was' : 'messages and payloads were'} masked`] : []),
    ...(omittedContents > 0 ? [`${omittedContents.toLocaleString('en')} ${omittedContents === 1 ? 'message or payload was' : 'messages and payloads were'} left out`] : []),
  ];
  return parts.length === 0 ? undefined : `${parts.join(', ')}.`;
}
