import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { glyphs } from '../../../../webview/components/glyphs.ts';
import { fontOf } from '../../../../webview/components/iconFont.ts';

const whole = new Uint8Array(readFileSync(path.resolve(import.meta.dirname, '../../../../node_modules/@vscode/codicons/dist/codicon.ttf')));

/** What a font draws for a character, by its own tables: the outline, and how wide it is. */
function drawn(font: Uint8Array, code: number): string {
  const view = new DataView(font.buffer, font.byteOffset);
  const tables = new Map(Array.from({ length: view.getUint16(4) }, (_, i) => {
    const entry = 12 + i * 16;
    return [String.fromCharCode(...font.subarray(entry, entry + 4)), view.getUint32(entry + 8)] as const;
  }));
  const at = (name: string): number => tables.get(name) ?? 0;
  const cmap = at('cmap');
  const subtable = Array.from({ length: view.getUint16(cmap + 2) }, (_, i) => cmap + view.getUint32(cmap + 8 + i * 8)).find((offset) => view.getUint16(offset) === 4) ?? 0;
  const segments = view.getUint16(subtable + 6) / 2, ends = subtable + 14, starts = ends + segments * 2 + 2;
  const i = Array.from({ length: segments }, (_, n) => n).find((n) => view.getUint16(ends + n * 2) >= code) ?? 0;
  const range = starts + segments * 4 + i * 2, delta = view.getUint16(starts + segments * 2 + i * 2), first = view.getUint16(starts + i * 2);
  const glyph = view.getUint16(range) === 0 ? (code + delta) & 0xffff : view.getUint16(range + view.getUint16(range) + (code - first) * 2);
  const isLong = view.getInt16(at('head') + 50) === 1;
  const offset = (n: number): number => at('glyf') + (isLong ? view.getUint32(at('loca') + n * 4) : view.getUint16(at('loca') + n * 2) * 2);
  const outline = Buffer.from(font.subarray(offset(glyph), offset(glyph + 1))).toString('hex').replace(/0+$/, '');
  return `${outline} ${view.getUint16(at('hmtx') + glyph * 4)}`;
}

const sumOf = (font: Uint8Array): number => {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  let sum = 0;
  for (let at = 0; at < font.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
};

describe('the icon font of the page', () => {
  const font = fontOf(whole, new Set(Object.values(glyphs)));

  it.each(Object.entries(glyphs))('draws %s as the whole font does', (_name, code) => {
    expect(drawn(whole, code).length).toBeGreaterThan(20);
    expect(drawn(font, code)).toBe(drawn(whole, code));
  });

  it('is a small part of it, with a right checksum', () => {
    expect(font.length).toBeLessThan(whole.length / 3);
    expect(sumOf(font)).toBe(0xb1b0_afba);
  });

  it('draws nothing for other icons', () => {
    const other = 0xea60;
    expect(Object.values(glyphs)).not.toContain(other);
    expect(drawn(whole, other).length).toBeGreaterThan(20);
    expect(drawn(font, other)).toMatch(/^ \d+$/);
  });
});
