import type { ExportReport } from '../../protocol/export.ts';
import type { Display } from '../display.ts';

const mostLosses = 4;

/** What was written, in sentences: how much, what was masked, what was lost. `to` is a file name or `the clipboard`. */
export function reportWords(report: Omit<ExportReport, 'bytes'>, to: string, label: string, display: Display): string {
  const { spanCount, maskedSecrets, maskedContents, omittedContents, lost, leftOut } = report;
  const masked = [
    ...(maskedSecrets > 0 ? [`${display.count(maskedSecrets, 'secret')} masked`] : []),
    ...(maskedContents > 0 ? [`${contents(maskedContents, display)} masked`] : []),
    ...(omittedContents > 0 ? [`${contents(omittedContents, display)} left out`] : []),
  ];
  const shown = lost.slice(0, mostLosses), more = lost.length - shown.length;
  return [
    `${display.count(spanCount, 'span')} written to ${to}.`,
    ...(masked.length === 0 ? [] : [`${capital(masked.join(', '))}.`]),
    ...(shown.length === 0 ? [] : [`${label} cannot hold ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`]),
    ...(leftOut === undefined ? [] : [leftOut]),
  ].join(' ');
}

/** Whether a report says more than that it worked. */
export const isTelling = ({ maskedSecrets, maskedContents, omittedContents, lost, leftOut }: Omit<ExportReport, 'bytes'>): boolean =>
  maskedSecrets + maskedContents + omittedContents + lost.length > 0 || leftOut !== undefined;

const contents = (count: number, display: Display): string => `${display.numbers.count(count)} ${count === 1 ? 'message or payload' : 'messages and payloads'}`;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
