import type { MeasuredText } from './textWidths.ts';

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
const leastForLeftIcon = 36, leastForCount = 22;
/** Narrower bars have nothing written on them, CSS pixels. */
export const leastForCentredIcon = 18;
const nothing: LabelFit = { icon: 'none', text: '', isCentred: false, free: 0 };

/**
 * Decides what stands in a bar of which `visible` pixels can be seen and `room` are for icon and text. When icon and
 * whole label do not both fit, but the label alone does, the label wins.
 */
export function fitLabel({ label, note, count, icon: wanted, iconSize }: LabelText, visible: number, room: number, measure: (text: string) => MeasuredText): LabelFit {
  if (note !== undefined) {
    const both = fitLabel({ label: label + note, count, icon: wanted, iconSize }, visible, room, measure);
    if (both.text === label + note) return both;
  }
  if (visible < leastForCentredIcon) return nothing;
  const measured = measure(label), whole = measured.width, iconRoom = iconSize + iconGap;
  const labelAlone = whole > room - iconRoom && whole <= room;
  const hasIcon = wanted !== 'never' && visible >= leastForLeftIcon && (wanted === 'stays' || !labelAlone);
  const textRoom = room - (hasIcon ? iconRoom : 0);
  const icon = hasIcon ? 'left' : 'none';
  if (whole <= textRoom) return { icon, text: label, isCentred: false, free: textRoom - whole };
  const text = measured.cut(textRoom);
  if (text !== '') return { icon, text, isCentred: false, free: 0 };
  if (count > 1 && visible >= leastForCount) return { icon, text: `×${count}`, isCentred: !hasIcon, free: 0 };
  return { ...nothing, icon: hasIcon ? 'left' : wanted === 'never' ? 'none' : 'centre' };
}
