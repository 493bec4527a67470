import { describe, expect, test } from 'vitest';
import { cutText, fitLabel, iconSizeFor } from '../../../../webview/flame/labels.ts';

/** Every letter six pixels wide. */
const measure = (text: string): number => Array.from(text).length * 6;
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
    expect(cutText('👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀', 4 * 18 + 6, (text) => Array.from(new Intl.Segmenter().segment(text)).length * 18)).toBe('');
    expect(cutText('éééééééé', 40, measure)).toBe('ééééé…');
  });
});
