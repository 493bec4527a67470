/** What a bar says where there is room. */
export interface LabelText {
  readonly label: string;
  /** What follows the label where there is room for both. */
  readonly note?: string;
  /** How many spans are folded into the bar; 1 for a plain one. */
  readonly count: number;
  /** Whether the icon leaves where the label would fit without it, stays (for errors, and in high contrast), or is never there. */
  readonly icon: 'leaves' | 'stays' | 'never';
  readonly iconSize: number;
}

export interface LabelFit {
  readonly icon: 'left' | 'centre' | 'none';
  /** Empty when there is no room for at least four letters. */
  readonly text: string;
  readonly isCentred: boolean;
  /** Width that is free after the icon and a whole label; 0 when the label was cut. */
  readonly free: number;
}

export const iconGap = 4;
/** Width of an icon at the editor's usual font size, and that size, CSS pixels. */
const usualIconSize = 11, usualFontSize = 13;
/** Icons grow with the text beside them. */
export const iconSizeFor = (fontSize: number): number => Math.max(usualIconSize, Math.round((fontSize * usualIconSize) / usualFontSize));
const leastForLeftIcon = 36, leastForCentredIcon = 18, leastForCount = 22, leastLetters = 4;

/**
 * Decides what stands in a bar of which `visible` pixels can be seen and `room` are for icon and text. When icon and
 * whole label do not both fit, but the label alone does, the label wins.
 */
export function fitLabel({ label, note, count, icon: wanted, iconSize }: LabelText, visible: number, room: number, measure: (text: string) => number): LabelFit {
  if (note !== undefined) {
    const both = fitLabel({ label: label + note, count, icon: wanted, iconSize }, visible, room, measure);
    if (both.text === label + note) return both;
  }
  const nothing: LabelFit = { icon: 'none', text: '', isCentred: false, free: 0 };
  if (visible < leastForCentredIcon) return nothing;
  const whole = measure(label), iconRoom = iconSize + iconGap;
  const labelAlone = whole > room - iconRoom && whole <= room;
  const hasIcon = wanted !== 'never' && visible >= leastForLeftIcon && (wanted === 'stays' || !labelAlone);
  const textRoom = room - (hasIcon ? iconRoom : 0);
  const icon = hasIcon ? 'left' : 'none';
  if (whole <= textRoom) return { icon, text: label, isCentred: false, free: textRoom - whole };
  const text = cutText(label, textRoom, measure);
  if (text !== '') return { icon, text, isCentred: false, free: 0 };
  if (count > 1 && visible >= leastForCount) return { icon, text: `×${count}`, isCentred: !hasIcon, free: 0 };
  return { ...nothing, icon: hasIcon ? 'left' : wanted === 'never' ? 'none' : 'centre' };
}

/** As much of a text as fits with an ellipsis; empty when that is less than four letters. */
export function cutText(text: string, room: number, measure: (text: string) => number): string {
  const letters = lettersOf(text);
  let low = 0, high = letters.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (measure(`${letters.slice(0, middle).join('')}…`) <= room) low = middle;
    else high = middle - 1;
  }
  return low < leastLetters ? '' : `${letters.slice(0, low).join('').trimEnd()}…`;
}

const plainText = /^[\u0020-\u007e]*$/;
const segmenter = new Intl.Segmenter();
/** Names longer than any screen are not looked through. */
const mostLetters = 400;

function lettersOf(text: string): readonly string[] {
  const start = text.slice(0, mostLetters);
  return plainText.test(start) ? start.split('') : Array.from(segmenter.segment(start), ({ segment }) => segment);
}
