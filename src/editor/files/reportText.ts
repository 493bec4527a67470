import type { OpenedFile, PartReport } from '../../protocol/files.ts';
import { visibleName } from '../../model/visibleText.ts';

const number = (value: number): string => value.toLocaleString('en');

/** All that is known of what was found in a file, as text to read. */
export function reportText({ name, state, problem, bytesRead, report }: OpenedFile): string {
  const { parts, morePartsCount, problems } = report;
  return [
    visibleName(name),
    `${number(bytesRead)} bytes, ${stateWords[state]}`,
    ...(problem === undefined ? [] : [visibleName(problem)]),
    '',
    ...parts.flatMap((part) => [...partLines(part, parts.length === 1), '']),
    ...(morePartsCount > 0 ? [`${number(morePartsCount)} more members of the archive are not listed.`, ''] : []),
    ...(problems.length > 0 ? ['Problems', ...problems.map((text) => `  ${visibleName(text)}`), ''] : []),
  ].join('\n');
}

const stateWords: Readonly<Record<OpenedFile['state'], string>> = {
  reading: 'still being read', following: 'followed while it grows', read: 'read to the end', stopped: 'stopped by you', failed: 'not read to the end', closed: 'closed',
};

function partLines(part: PartReport, isOnly: boolean): string[] {
  const { format, packing, encoding, cut, unfinishedFrom, failure, moreProblemsCount } = part;
  const packed = packing.length === 0 ? '' : `, packed as ${packing.join(' in ')}`;
  const figures: readonly (readonly [string, number])[] = [
    ['trace', part.traceCount], ['span', part.spanCount], ['log record', part.logCount], ['metric point', part.metricPointCount], ['unreadable record', part.rejectedCount],
  ];
  return [
    ...(isOnly ? [] : [visibleName(part.name)]),
    format === undefined ? 'Not read as a trace file' : `${format.label}: it ${visibleName(format.reason)} (${Math.round(format.score * 100)}% sure)`,
    ...(failure === undefined ? [] : [visibleName(failure)]),
    `${number(part.bytes)} bytes of content, ${encoding.toUpperCase()}${packed}`,
    ...figures.filter(([, count]) => count > 0).map(([what, count]) => `${number(count)} ${what}${count === 1 ? '' : 's'}`),
    ...(unfinishedFrom === undefined ? [] : [`The end is missing of what begins at byte ${number(unfinishedFrom)}`]),
    ...(cut === undefined ? [] : [`Left out from byte ${number(cut.byte)} on: ${visibleName(cut.reason)}`]),
    ...(part.problems.length > 0 ? ['Problems', ...part.problems.map((text) => `  ${visibleName(text)}`)] : []),
    ...(moreProblemsCount > 0 ? [`  and ${number(moreProblemsCount)} more`] : []),
  ];
}
