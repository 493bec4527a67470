import type { FileReport, OpenedFile } from '../../protocol/files.ts';
import type { FileStatus } from '../../protocol/panel.ts';
import { visibleName } from '../../model/visibleText.ts';
import type { Display } from '../display.ts';
import type { TraceFile } from './openFiles.ts';

const megabytes = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${Math.round(bytes / 1e6)} MB`);

/** How a file stands, in a few words: what it holds, or how far it is read, or why it cannot be. */
export function fileDescription({ state, bytesRead, bytesTotal, traceCount, spanCount }: OpenedFile, display: Display): string {
  const found = `${display.count(traceCount, 'trace')} · ${display.count(spanCount, 'span')}`;
  switch (state) {
    case 'reading': return bytesTotal === undefined ? `${megabytes(bytesRead)} read` : `${megabytes(bytesRead)} of ${megabytes(bytesTotal)}`;
    case 'following': return `${found} · following`;
    case 'stopped': return `${found} · stopped`;
    case 'failed': return spanCount > 0 ? `${found} · in part` : 'cannot be read';
    default: return found;
  }
}

/** What a report warns of, one line each; empty when all of the file was read as it stands. */
export function warningsOf({ parts, problems, morePartsCount }: FileReport): string[] {
  const isOne = parts.length === 1;
  const told = parts.flatMap(({ name, failure, problems: own, moreProblemsCount, rejectedCount, cut, unfinishedFrom }) => {
    const where = isOne ? '' : `${visibleName(name)}: `;
    return [
      failure === undefined ? '' : `${where}${failure}`,
      ...own.map((problem) => `${where}${problem}`),
      moreProblemsCount > 0 ? `${where}${moreProblemsCount} more problems` : '',
      rejectedCount > 0 ? `${where}${rejectedCount} records could not be read` : '',
      cut === undefined ? '' : `${where}what comes after byte ${cut.byte.toLocaleString('en')} was left out: ${cut.reason}`,
      unfinishedFrom === undefined ? '' : `${where}${unfinishedFrom === 0 ? 'its end is missing' : `the end is missing of what begins at byte ${unfinishedFrom.toLocaleString('en')}`}`,
    ];
  });
  return [...told, ...problems, morePartsCount > 0 ? `${morePartsCount} more members of the archive are not listed` : ''].filter(Boolean);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');

/** What is said of a file before anything is known of it. */
export const opening: FileStatus = { text: 'Opening the file', tone: 'busy', actions: [] };

/** What a panel says above a trace of a file; undefined when all of it was read and there is nothing else to choose. */
export function fileStatus(file: TraceFile, traceId: string | undefined, display: Display): FileStatus | undefined {
  const { state, report, spanCount, traceCount, uri, isFollowed } = file, name = visibleName(file.name);
  if (state === 'reading') {
    const { bytesRead, bytesTotal } = file;
    return {
      text: `Opening ${name}, ${fileDescription(file, display)}`, tone: 'busy', actions: [{ action: 'stop', label: 'Cancel' }],
      ...(bytesTotal === undefined || bytesTotal === 0 ? {} : { fraction: Math.min(1, bytesRead / bytesTotal) }),
    };
  }
  const warnings = warningsOf(report), toText = uri === undefined ? [] : [{ action: 'openText', label: 'Open as text' } as const];
  if (spanCount === 0) {
    const [why] = warnings;
    return {
      text: file.problem ?? (why === undefined ? undefined : `Nothing of ${name} could be read. ${capital(visibleName(why))}.`) ?? (state === 'following' ? `${name} holds no spans so far. What is written to it shows here.` : `${name} holds no spans.`),
      tone: 'warning', actions: [...toText, { action: 'report', label: 'Show report' }],
    };
  }
  const others: FileStatus['actions'] = traceCount > 1 ? [{ action: 'pickTrace', label: 'Choose a trace' }] : [];
  if (state === 'stopped') return { text: `${display.count(spanCount, 'span')} of ${name} were read before you stopped.`, tone: 'warning', actions: [{ action: 'openAgain', label: 'Read all of it' }, ...others] };
  const [problem, ...more] = [...(file.problem === undefined ? [] : [file.problem]), ...warnings];
  if (problem !== undefined) {
    return {
      text: `${display.count(spanCount, 'span')} of ${name} ${spanCount === 1 ? 'was' : 'were'} read. ${capital(visibleName(problem))}.`, tone: 'warning',
      actions: [{ action: 'report', label: more.length === 0 ? 'Show report' : `Show ${more.length + 1} warnings` }, ...others],
    };
  }
  if (traceCount > 1) {
    const place = file.traces.findIndex((trace) => trace.traceId === traceId);
    return { text: `${name} holds ${display.numbers.count(traceCount)} traces${place < 0 ? '' : `; this is number ${display.numbers.count(place + 1)}`}.`, tone: 'plain', actions: others };
  }
  return isFollowed ? { text: `Following ${name}: what is written to it shows here.`, tone: 'plain', actions: [{ action: 'stop', label: 'Stop' }] } : undefined;
}
