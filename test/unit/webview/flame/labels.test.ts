import { describe, expect, test } from 'vitest';
import { fitLabel, iconSizeFor } from '../../../../webview/flame/labels.ts';
import { MeasuredText, TextWidths } from '../../../../webview/flame/textWidths.ts';

/** Every letter six pixels wide. */
const widthOf = (text: string): number => Array.from(text).length * 6;
const measure = (text: string): MeasuredText => new MeasuredText(text, widthOf);
const fit = (visible: number, text: Partial<Parameters<typeof fitLabel>[0]> = {}): ReturnType<typeof fitLabel> =>
  fitLabel({ label: 'run_tests', count: 1, icon: 'leaves', iconSize: 11, ...text }, visible, visible - 9, measure);

describe('the label of a bar', () => {
  test('stands beside its icon where there is room for both', () => {
    expect(fit(100)).toEqual({ icon: 'left', text: 'run_tests', isCentred: false, free: 100 - 9 - 15 - 54 });
  });

  test('wins over the icon when only one of them fits whole', () => {
    expect(fit(66)).toMatchObject({ icon: 'none', text: 'run_tests' });
    expect(fit(66, { icon: 'stays' })).toMatchObject({ icon: 'left', text: 'run_te…' });
  });

  test('is cut to at least four letters, else left to the icon', () => {
    expect(fit(60)).toMatchObject({ icon: 'left', text: 'run_t…' });
    expect(fit(50)).toMatchObject({ icon: 'left', text: '' });
    expect(fit(30)).toMatchObject({ icon: 'centre', text: '' });
    expect(fit(17)).toMatchObject({ icon: 'none', text: '' });
  });

  test('has all the room where icons cannot be drawn', () => {
    expect(fit(100, { icon: 'never' })).toMatchObject({ icon: 'none', text: 'run_tests' });
    expect(fit(30, { icon: 'never' })).toMatchObject({ icon: 'none', text: '' });
  });

  test('tells how many are folded where there is no room for the name', () => {
    expect(fit(45, { label: '×6 read_file', count: 6 })).toMatchObject({ icon: 'left', text: '×6' });
    expect(fit(24, { label: '×6 read_file', count: 6 })).toMatchObject({ icon: 'none', text: '×6', isCentred: true });
  });

  test('is followed by a note where there is room for both, and comes without it else', () => {
    expect(fit(160, { note: ' · retry 1' })).toMatchObject({ icon: 'left', text: 'run_tests · retry 1' });
    expect(fit(125, { note: ' · retry 1' })).toMatchObject({ icon: 'none', text: 'run_tests · retry 1' });
    expect(fit(120, { note: ' · retry 1' })).toEqual(fit(120));
    expect(fit(30, { note: ' · retry 1' })).toEqual(fit(30));
  });

  test('has an icon that grows with the font, and leaves it the room', () => {
    expect([9, 13, 20].map(iconSizeFor)).toEqual([11, 11, 17]);
    expect(fit(100, { iconSize: 17 }).free).toBe(fit(100).free - 6);
  });

  test('is never cut within a letter of several code units', () => {
    const cut = (text: string, room: number, width: (part: string) => number): string => new MeasuredText(text, width).cut(room);
    expect(cut('👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀', 4 * 18 + 6, (text) => Array.from(new Intl.Segmenter().segment(text)).length * 18)).toBe('');
    expect(cut('éééééééé', 40, widthOf)).toBe('ééééé…');
  });

  test('is cut anew for every room, and loses the space before its ellipsis', () => {
    const text = measure('plan the next step');
    expect([80, 44, 38, 26, 80].map((room) => text.cut(room))).toEqual(['plan the nex…', 'plan t…', 'plan…', '', 'plan the nex…']);
  });
});

describe('widths of texts', () => {
  test('are measured once for every font, however often they are asked for', () => {
    const asked: string[] = [], widths = new TextWidths((text, { size, weight }) => {
      asked.push(`${text} ${size} ${weight}`);
      return text.length * size;
    });
    const fonts = [{ size: 11, weight: 500 }, { size: 11, weight: 600 }, { size: 10.5, weight: 500 }] as const;
    for (let i = 0; i < 3; i++) expect(fonts.map((font) => widths.of('plan', font).width)).toEqual([44, 44, 42]);
    expect(asked).toEqual(['plan 11 500', 'plan 11 600', 'plan 10.5 500']);
  });

  test('hold however many texts come', () => {
    const widths = new TextWidths((text) => text.length), font = { size: 11, weight: 500 } as const;
    for (let i = 0; i < 12_000; i++) expect(widths.of(`name ${i}`, font).width).toBe(`name ${i}`.length);
  });
});
