import { describe, expect, it } from 'vitest';
import { heatIcon, heatLevel, heatLevels } from '../../../../src/editor/code/use/heat.ts';

describe('heat', () => {
  it('has a level for every part of the hottest line, and none for nothing', () => {
    expect([0, 1, 10, 30, 60, 100].map((value) => heatLevel(value, 100))).toEqual([0, 1, 2, 3, 4, 5]);
    expect([heatLevel(NaN, 1), heatLevel(5, 0), heatLevel(-1, 1)]).toEqual([0, 0, 0]);
  });

  it('says in every theme by the height of its bar what it says by its colour', () => {
    for (const theme of ['dark', 'light', 'highContrast', 'highContrastLight'] as const) {
      const pictures = Array.from({ length: heatLevels }, (_, i) => atob(heatIcon(i + 1, theme).replace('data:image/svg+xml;base64,', '')));
      expect(pictures.map((picture) => picture.match(/<rect /g)?.length)).toEqual([1, 2, 3, 4, 5]);
    }
  });
});
