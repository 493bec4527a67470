import { visibleName } from '../model/visibleText.ts';

/** So much of an id tells several spans without a name apart. */
export const shownIdLength = 8;

/** What people read for a span: its label with nothing hidden in it; else, for one that has not come yet, which one is waited for (`spanId` or its beginning). */
export function shownLabel(label: string, isPlaceholder: boolean, spanId: string): string {
  const shown = visibleName(label);
  if (shown !== '') return shown;
  return isPlaceholder ? `waiting for parent ${visibleName(spanId.slice(0, shownIdLength))}`.trimEnd() : '(no name)';
}
