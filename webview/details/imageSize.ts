/** What an image says about itself before it is decoded. */
export interface ImageHeader {
  readonly type: 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp';
  readonly width: number;
  readonly height: number;
}

/** Reads type and size from the first bytes of a raster image; undefined for anything else, SVG in particular. */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (text: string, at = 0): boolean => at + text.length <= bytes.length && [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  if (starts('\u0089PNG\r\n\u001a\n') && bytes.length >= 24) return { type: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
  if (starts('GIF8') && bytes.length >= 10) return { type: 'image/gif', width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (starts('RIFF') && starts('WEBP', 8) && bytes.length >= 30) return webp(view, starts);
  return starts('\u00ff\u00d8\u00ff') ? jpeg(view) : undefined;
}

/** https://developers.google.com/speed/webp/docs/riff_container: three kinds of first chunk. */
function webp(view: DataView, starts: (text: string, at: number) => boolean): ImageHeader | undefined {
  const type = 'image/webp';
  if (starts('VP8 ', 12)) return { type, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (starts('VP8L', 12)) {
    const bits = view.getUint32(21, true);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
  }
  if (!starts('VP8X', 12)) return undefined;
  const three = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  return { type, width: three(24) + 1, height: three(27) + 1 };
}

/** The size stands in the first start-of-frame segment (ITU T.81, B.2.2). */
function jpeg(view: DataView): ImageHeader | undefined {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) return { type: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

const largestBytes = 5 * 1024 * 1024;
const largestPixels = 40_000_000;

/** A `data:` address that is safe to draw, made anew from the bytes, or why there is none. */
export function drawableImage(base64: string): { readonly address: string } | { readonly reason: string } {
  if (base64.length * 0.75 > largestBytes) return { reason: 'larger than 5 MB' };
  const bytes = bytesOf(base64);
  const header = bytes === undefined ? undefined : imageHeader(bytes);
  if (header === undefined) return { reason: 'not a PNG, JPEG, GIF or WebP image, or cut' };
  if (header.width * header.height > largestPixels) return { reason: 'more than 40 megapixels' };
  return { address: `data:${header.type};base64,${base64}` };
}

function bytesOf(base64: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}
