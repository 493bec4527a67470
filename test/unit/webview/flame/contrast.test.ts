import { describe, expect, test } from 'vitest';
import { contrast, flatten, labelOn, mix, outlineOf, parseColour, toPixel } from '../../../../webview/flame/contrast.ts';
import { loudest, paletteOf } from '../../../../webview/flame/palette.ts';
import { theme } from './support.ts';

describe('contrast', () => {
  test('is that of WCAG 2', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#5987DD', '#1F1F1F')).toBeCloseTo(4.7, 1);
    expect(contrast('#DFB0FF', '#FFFFFF')).toBeCloseTo(1.8, 1);
  });

  test('chooses the label that can be read', () => {
    expect(labelOn('#DCA2FF')).toBe('#101010');
    expect(labelOn('#303060')).toBe('#FFFFFF');
  });

  test('gives only faint fills an outline, strong enough to be seen', () => {
    expect(outlineOf('#758BE8', '#5466C0', '#FFFFFF')).toBeUndefined();
    const outline = outlineOf('#07AE71', '#007E50', '#FFFFFF');
    expect(outline && contrast(outline, '#FFFFFF')).toBeGreaterThanOrEqual(3);
  });

  test('mixes and flattens what CSS can say', () => {
    expect(mix('#ffffff', '#000000', 0.5)).toBe('#808080');
    expect(flatten('rgba(255, 255, 255, 0.2)', '#000000')).toBe('#333333');
    expect(parseColour('no colour')).toEqual({ r: 128, g: 128, b: 128, a: 1 });
    expect(toPixel('#010203')).toBe(0xff030201);
  });
});

describe('the palette of each theme', () => {
  test.each(['dark', 'light', 'hcDark', 'hcLight'] as const)('can be read and seen: %s', (kind) => {
    const { background, strong } = theme(kind), { paints, error } = paletteOf(theme(kind), 'role');
    for (const { fill, label, outline, edge } of paints) {
      expect(contrast(label, fill)).toBeGreaterThanOrEqual(4.5);
      expect(Math.max(contrast(outline ?? fill, background), contrast(edge, background))).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(strong, error.fill)).toBeGreaterThanOrEqual(4.5);
  });

  test('of self time can be read from one end to the other', () => {
    const paints = (['dark', 'light'] as const).flatMap((kind) => paletteOf(theme(kind), 'selfTime').paints.filter((_, i) => loudest(i) === i));
    for (const { fill, label } of paints) expect(contrast(label, fill)).toBeGreaterThanOrEqual(4.5);
  });

  test('leaves transparency and tints out of high contrast', () => {
    const { paints } = paletteOf(theme('hcDark'), 'role');
    expect(new Set(paints.map(({ fill }) => fill))).toEqual(new Set(['#000000']));
  });
});
