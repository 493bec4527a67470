/** A table of a font file: name, and its bytes. */
type Tables = ReadonlyMap<string, Uint8Array>;

/** Composite glyphs name others, each with flags that say how long its record is. */
const composite = { wordArguments: 0x1, scale: 0x8, more: 0x20, twoScales: 0x40, matrix: 0x80 } as const;
const checksumMagic = 0xb1b0_afba;

/**
 * A TrueType font with the outlines of some characters alone; all others are blank. Runs when the page is built: of the
 * several hundred icons of the font the page uses some dozens. Format: OpenType 1.9, tables cmap (format 4), glyf, loca, head, post.
 */
export function fontOf(font: Uint8Array, codePoints: ReadonlySet<number>): Uint8Array {
  const tables = tablesOf(font);
  const glyf = need(tables, 'glyf'), offsets = glyphOffsets(tables);
  const used = withParts(glyf, offsets, new Set([0, ...glyphsOf(need(tables, 'cmap'), codePoints)]));
  const kept: Uint8Array[] = [], loca = new DataView(new ArrayBuffer(offsets.length * 4));
  let at = 0;
  for (let glyph = 0; glyph + 1 < offsets.length; glyph++) {
    loca.setUint32(glyph * 4, at);
    if (!used.has(glyph)) continue;
    const outline = padded(glyf.subarray(offsets[glyph], offsets[glyph + 1]));
    kept.push(outline);
    at += outline.length;
  }
  loca.setUint32((offsets.length - 1) * 4, at);
  const head = need(tables, 'head').slice();
  viewOf(head).setUint32(8, 0);
  viewOf(head).setInt16(50, 1);
  // Version 3 has no names of glyphs; ligatures by name are not used either.
  const post = need(tables, 'post').slice(0, 32);
  viewOf(post).setUint32(0, 0x0003_0000);
  const changed = new Map([...tables, ['glyf', concatenated(kept)], ['loca', new Uint8Array(loca.buffer)], ['head', head], ['post', post]]);
  changed.delete('GSUB');
  return written(changed);
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function tablesOf(font: Uint8Array): Tables {
  const view = viewOf(font), tables = new Map<string, Uint8Array>();
  for (let i = 0; i < view.getUint16(4); i++) {
    const entry = 12 + i * 16, start = view.getUint32(entry + 8);
    tables.set(String.fromCharCode(...font.subarray(entry, entry + 4)), font.subarray(start, start + view.getUint32(entry + 12)));
  }
  return tables;
}

function need(tables: Tables, name: string): Uint8Array {
  const table = tables.get(name);
  if (table === undefined) throw new Error(`The icon font has no table ${name}.`);
  return table;
}

/** Where each glyph begins, and the last one ends. */
function glyphOffsets(tables: Tables): number[] {
  const loca = viewOf(need(tables, 'loca')), isLong = viewOf(need(tables, 'head')).getInt16(50) === 1;
  return Array.from({ length: loca.byteLength / (isLong ? 4 : 2) }, (_, i) => (isLong ? loca.getUint32(i * 4) : loca.getUint16(i * 2) * 2));
}

/** The glyphs of characters, from the segments of a cmap subtable of format 4. */
function glyphsOf(cmap: Uint8Array, codePoints: ReadonlySet<number>): number[] {
  const all = viewOf(cmap);
  const start = Array.from({ length: all.getUint16(2) }, (_, i) => all.getUint32(4 + i * 8 + 4)).find((offset) => all.getUint16(offset) === 4);
  if (start === undefined) throw new Error('The icon font has no cmap of format 4.');
  const segments = all.getUint16(start + 6) / 2;
  const ends = start + 14, starts = ends + segments * 2 + 2, deltas = starts + segments * 2, ranges = deltas + segments * 2;
  return [...codePoints].map((code) => {
    for (let i = 0; i < segments; i++) {
      const first = all.getUint16(starts + i * 2), range = all.getUint16(ranges + i * 2);
      if (code > all.getUint16(ends + i * 2) || code < first) continue;
      const glyph = range === 0 ? code : all.getUint16(ranges + i * 2 + range + (code - first) * 2);
      return glyph === 0 ? 0 : (glyph + all.getUint16(deltas + i * 2)) & 0xffff;
    }
    return 0;
  });
}

/** The glyphs and those that they are made of. */
function withParts(glyf: Uint8Array, offsets: readonly number[], used: Set<number>): ReadonlySet<number> {
  for (const glyph of used) {
    const start = offsets[glyph] ?? 0, end = offsets[glyph + 1] ?? 0;
    if (end - start < 10 || viewOf(glyf).getInt16(start) >= 0) continue;
    for (let at = start + 10, flags: number = composite.more; (flags & composite.more) !== 0;) {
      flags = viewOf(glyf).getUint16(at);
      used.add(viewOf(glyf).getUint16(at + 2));
      at += 4 + ((flags & composite.wordArguments) === 0 ? 2 : 4) + ((flags & composite.scale) !== 0 ? 2 : (flags & composite.twoScales) !== 0 ? 4 : (flags & composite.matrix) !== 0 ? 8 : 0);
    }
  }
  return used;
}

/** The font file of tables, with their checksums. */
function written(tables: Tables): Uint8Array {
  const names = [...tables.keys()].toSorted(), largest = 2 ** Math.floor(Math.log2(names.length));
  const directory = new Uint8Array(12 + names.length * 16), view = viewOf(directory), bodies: Uint8Array[] = [];
  view.setUint32(0, 0x0001_0000);
  view.setUint16(4, names.length);
  view.setUint16(6, largest * 16);
  view.setUint16(8, Math.log2(largest));
  view.setUint16(10, (names.length - largest) * 16);
  let at = directory.length, headAt = 0;
  names.forEach((name, i) => {
    const table = need(tables, name), body = padded(table), entry = 12 + i * 16;
    if (name === 'head') headAt = at;
    for (let char = 0; char < 4; char++) view.setUint8(entry + char, name.charCodeAt(char));
    view.setUint32(entry + 4, checksumOf(body));
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, table.length);
    bodies.push(body);
    at += body.length;
  });
  const font = concatenated([directory, ...bodies]);
  viewOf(font).setUint32(headAt + 8, (checksumMagic - checksumOf(font)) >>> 0);
  return font;
}

/** The sum of the 32-bit words. */
function checksumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + viewOf(bytes).getUint32(at)) >>> 0;
  return sum;
}

function padded(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array((bytes.length + 3) & ~3);
  longer.set(bytes);
  return longer;
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
