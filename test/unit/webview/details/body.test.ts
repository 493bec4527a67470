import { describe, expect, it } from 'vitest';
import { cutText, jsonIn, piecesOf } from '../../../../webview/details/body.ts';
import { exactText, oneLine } from '../../../../webview/details/jsonText.ts';
import { drawableImage, imageHeader } from '../../../../webview/details/imageSize.ts';

describe('a long text', () => {
  it('is whole up to twenty lines and else cut to eight', () => {
    const lines = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}`).join('\n');
    expect(cutText(lines(20)).hiddenLines).toBe(0);
    const cut = cutText(lines(30));
    expect([cut.shown.split('\n').length, cut.hiddenLines]).toEqual([8, 22]);
  });

  it('is cut by characters too, but never through one', () => {
    const cut = cutText('😀'.repeat(5000));
    expect(cut.shown.length).toBeLessThanOrEqual(1200);
    expect(cut.shown.isWellFormed()).toBe(true);
    expect(cut.shown.length + cut.hiddenLength).toBe(10_000);
    expect(cutText(`x${'😀'.repeat(5000)}`).shown.isWellFormed()).toBe(true);
  });
});

describe('a value', () => {
  it('that is JSON in a text is read exactly', () => {
    expect(exactText(jsonIn('{"id": 9223372036854775807, "__proto__": {"a": [1, true, null]}}'))).toBe(
      '{\n  "id": 9223372036854775807,\n  "__proto__": {\n    "a": [\n      1,\n      true,\n      null\n    ]\n  }\n}');
    expect([jsonIn('plain'), jsonIn('"text"'), jsonIn('{not json')]).toEqual([undefined, undefined, undefined]);
  });

  it('is copied as text when it is one and as JSON when it is not', () => {
    expect(exactText('a\nb')).toBe('a\nb');
    expect(exactText({ a: [], b: {}, c: -0 })).toBe('{\n  "a": [],\n  "b": {},\n  "c": 0\n}');
  });

  it('that is nested without end is cut', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 5000; level++) deep = [deep];
    expect(exactText(deep)).toContain('…');
    expect(oneLine(deep, 60)).toBeUndefined();
  });

  it('stands in one line when it is short', () => {
    expect(oneLine({ path: 'cart.py', n: [1, 2] }, 60)).toBe('{ "path": "cart.py", "n": [1, 2] }');
    expect(oneLine({ text: 'x'.repeat(60) }, 60)).toBeUndefined();
  });
});

describe('prose', () => {
  it.each([
    ['see `Line.total` there', [['prose', 'see '], ['code', 'Line.total'], ['prose', ' there']]],
    ['one ` alone', [['prose', 'one ` alone']]],
    ['`a` and ` b', [['code', 'a'], ['prose', ' and ` b']]],
    ['before\n```py\nx = 1\n```\nafter', [['prose', 'before\n'], ['block', 'x = 1'], ['prose', '\nafter']]],
    ['<b>not markup</b>', [['prose', '<b>not markup</b>']]],
  ])('keeps every character of %j but the fences', (text, pieces) => {
    expect(piecesOf(text).map((piece) => [piece.kind, piece.text])).toEqual(pieces);
  });
});

describe('an image', () => {
  const png = (width: number, height: number): Uint8Array => {
    const bytes = new Uint8Array(33);
    bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
    new DataView(bytes.buffer).setUint32(16, width);
    new DataView(bytes.buffer).setUint32(20, height);
    return bytes;
  };
  const base64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

  it('says its type and size before it is decoded', () => {
    expect(imageHeader(png(640, 480))).toEqual({ type: 'image/png', width: 640, height: 480 });
    expect(imageHeader(Uint8Array.from([...new TextEncoder().encode('GIF89a'), 3, 0, 2, 0]))).toEqual({ type: 'image/gif', width: 3, height: 2 });
    expect(imageHeader(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc0, 0, 17, 8, 0, 5, 0, 7, 3, 0, 0]))).toEqual({ type: 'image/jpeg', width: 7, height: 5 });
  });

  it.each([
    ['an SVG', btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['HTML', btoa('<html><script>alert(1)</script></html>')],
    ['a picture of more than 40 megapixels', base64(png(100_000, 100_000))],
    ['more than 5 MB', 'A'.repeat(8_000_000)],
    ['no base64', 'x" onerror="alert(1)'],
    ['nothing', ''],
    ['a JPEG without a frame', base64(Uint8Array.from([0xff, 0xd8, 0xff, 0xe0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]))],
  ])('that is %s is not drawn', (_what, data) => {
    expect(drawableImage(data)).toHaveProperty('reason');
  });

  it('that is safe gets an address with the type that its bytes have', () => {
    const data = base64(png(2, 2));
    expect(drawableImage(data)).toEqual({ address: `data:image/png;base64,${data}` });
  });
});
