import type { ImportReport } from '../model/records.ts';
import { receivedSource, traceKeyOf } from '../model/traceKey.ts';
import type { FileInput, FileReport } from '../protocol/files.ts';
import { FileJob } from './files/fileJob.ts';
import type { FileProgress } from './files/fileMessages.ts';
import { SpanCounter } from './files/spanCounter.ts';
import { encodeBatch, rowsFormat } from './store/batchRows.ts';
import { spansWithoutEnd } from './store/openSpans.ts';
import type { TraceStore } from './store/traceStore.ts';

/**
 * Reads all of a trace file, packed or not, and stores its traces; a trace that is known already is merged with what the
 * file says. Rejects with words for the user when nothing of the file can be read. `bundle` is the absolute path of the file
 * worker's bundle.
 */
export async function importFile(store: TraceStore, bundle: string, input: FileInput): Promise<ImportReport> {
  const traceIds = new Set<string>(), counter = new SpanCounter();
  const { state, problem, report } = await new Promise<FileProgress>((resolve, reject) => {
    new FileJob(bundle, input, false, {
      rows: async (batch) => {
        counter.add(batch);
        for (const text of new Set(batch.traceId.subarray(0, batch.count))) traceIds.add(batch.texts[text] as string);
        await store.append(batch, { format: rowsFormat, signal: batch.count + batch.logs.length === 0 ? 'metrics' : 'traces', bytes: encodeBatch(batch) });
      },
      progress: (progress) => { if (progress.state !== 'reading') resolve(progress); },
      lost: (reason) => { reject(new Error(`The file was not read to its end: ${reason}.`)); },
    });
  });
  // Nobody will tell of the ends that are not in the file.
  store.connectionEnded([...traceIds].flatMap((traceId) => {
    const trace = store.trace(traceId);
    return trace === undefined ? [] : spansWithoutEnd(trace, false);
  }));
  if (state === 'failed') throw new Error(problem);
  return {
    format: report.parts.find(({ format }) => format !== undefined)?.format?.id ?? '',
    traceIds: [...traceIds].map((traceId) => traceKeyOf(receivedSource, traceId)),
    spanCount: counter.spanCount,
    warnings: warningsOf(report, counter.spanCount),
  };
}

function warningsOf({ parts, problems, morePartsCount }: FileReport, spanCount: number): string[] {
  const isArchive = parts.length + morePartsCount > 1;
  const ofParts = parts.flatMap(({ name, rejectedCount, problems: found, moreProblemsCount, cut, failure }) => [
    ...(rejectedCount === 0 ? [] : [`${rejectedCount} ${rejectedCount === 1 ? 'record' : 'records'} could not be read.`]),
    ...(cut === undefined ? [] : [`What comes after byte ${cut.byte} was left out: ${cut.reason}.`]),
    ...found,
    ...(moreProblemsCount === 0 ? [] : [`${moreProblemsCount} more problems of this kind.`]),
    ...(failure === undefined ? [] : [`${name} ${failure}`]),
  ].map((warning) => (isArchive && failure === undefined ? `${name}: ${warning}` : warning)));
  return [...problems, ...ofParts, ...(spanCount === 0 ? ['The file holds no spans.'] : [])];
}
