import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as zlib from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { FileReport } from '../../../../src/protocol/files.ts';
import { readFile, spanNamed } from './reading.ts';
import { zipOf } from './zipFile.ts';

const samples = path.resolve(import.meta.dirname, '../../../../../shared/samples');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const concat = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
const bytesOf = (buffer: Buffer): Uint8Array => new Uint8Array(buffer);
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (Math.imul(i + 1, 2_654_435_761) >>> 13) & 255);

describe('a packed file', () => {
  const text = ['a', 'b', 'c'].map((name) => spanNamed(name)).join('');

  it.each([
    ['gzip', bytesOf(zlib.gzipSync(text)), ['gzip']],
    ['several gzip members', concat(...['a', 'b', 'c'].map((name) => bytesOf(zlib.gzipSync(spanNamed(name))))), ['gzip']],
    ['gzip in gzip', bytesOf(zlib.gzipSync(zlib.gzipSync(text))), ['gzip', 'gzip']],
    ['zstd', bytesOf(zlib.zstdCompressSync(text)), ['zstd']],
    ['several zstd frames', concat(...['a', 'b', 'c'].map((name) => bytesOf(zlib.zstdCompressSync(spanNamed(name))))), ['zstd']],
    ['zstd frames with something to skip between them', concat(bytesOf(zlib.zstdCompressSync(spanNamed('a'))), Uint8Array.from([0x53, 0x2a, 0x4d, 0x18, 5, 0, 0, 0, 1, 2, 3, 4, 5]),
      bytesOf(zlib.zstdCompressSync(`${spanNamed('b')}${spanNamed('c')}`, { params: { [zlib.constants.ZSTD_c_checksumFlag]: 1, [zlib.constants.ZSTD_c_contentSizeFlag]: 0 } }))), ['zstd']],
    ['messages that are packed one by one', concat(...['a', 'b', 'c'].map((name) => {
      const block = zlib.zstdCompressSync(spanNamed(name).trim()), length = Buffer.alloc(4);
      length.writeUInt32BE(block.length);
      return concat(length, block);
    })), ['blocks']],
    ['zip', zipOf([{ name: 'x.json', bytes: text }]), ['zip']],
    ['zip without compression', zipOf([{ name: 'x.json', bytes: text, isStored: true }]), ['zip']],
    ['zip of a large kind', zipOf([{ name: 'x.json', bytes: text, isLarge: true }], { isLarge: true, comment: 'made by hand' }), ['zip']],
    ['gzip in zip', zipOf([{ name: 'x.json.gz', bytes: zlib.gzipSync(text) }]), ['zip', 'gzip']],
    ['zip in zip', zipOf([{ name: 'x.zip', bytes: zipOf([{ name: 'x.json', bytes: text }]) }]), ['zip', 'zip']],
    ['zip in gzip', bytesOf(zlib.gzipSync(zipOf([{ name: 'x.json', bytes: text }]))), ['gzip', 'zip']],
  ])('is read: %s', async (_, bytes, packing) => {
    const { names, report, failure } = await readFile(bytes);
    expect([names, failure, report.problems]).toEqual([['a', 'b', 'c'], undefined, []]);
    expect(report.parts).toMatchObject([{ packing, spanCount: 3, traceCount: 1, problems: [], format: { id: 'otlp-json' } }]);
  });

  it('has each of its members in the report, with what it is called and what it holds', async () => {
    const { names, report } = await readFile(zipOf([
      { name: 'run/', bytes: '' }, { name: 'run/a.json', bytes: spanNamed('a') }, { name: '__MACOSX/run/._a.json', bytes: 'x' },
      { name: 'run/readme.txt', bytes: 'hello' }, { name: 'inner.zip', bytes: zipOf([{ name: 'b.jsonl', bytes: spanNamed('b') }]) },
    ]));
    expect(names).toEqual(['a', 'b']);
    expect(report.parts.map(({ name, spanCount, failure }) => [name, spanCount, failure])).toEqual([
      ['run/a.json', 1, undefined], ['run/readme.txt', 0, 'is not a trace file of a known format.'], ['inner.zip/b.jsonl', 1, undefined],
    ]);
  });

  it('is passed over where it is encrypted, damaged, of an unknown method or not where it should be, and the rest is read', async () => {
    const { names, report } = await readFile(zipOf([
      { name: 'secret.json', bytes: spanNamed('s'), flags: 1 }, { name: 'odd.json', bytes: spanNamed('o'), method: 99 },
      { name: 'far.json', bytes: spanNamed('f'), claims: { offset: 0x7000_0000 } }, { name: 'crc.json', bytes: spanNamed('c'), claims: { crc: 1 } },
      { name: 'size.json', bytes: spanNamed('z'), claims: { bytes: 5 } }, { name: 'short.json', bytes: spanNamed('h'), claims: { packedBytes: 20 } },
      { name: 'good.json', bytes: spanNamed('g') },
    ]));
    // What was unpacked before the damage was noticed stays.
    expect(names).toEqual(['c', 'z', 'g']);
    const said = report.parts.map(({ name, failure, problems }) => [name, failure ?? problems.at(-1) ?? '']);
    expect(said).toEqual([
      ['secret.json', 'is encrypted.'], ['odd.json', 'is packed by a method that is not supported (99).'], ['far.json', 'is not where the list of members says.'],
      ['crc.json', 'crc.json is damaged: its content is not what the archive says.'], ['size.json', 'size.json is damaged: its content is not what the archive says.'],
      ['short.json', expect.stringMatching(/breaks off|cut off|damaged/)], ['good.json', ''],
    ]);
  });

  it('never takes a name that leads out of the archive', async () => {
    const { names, report } = await readFile(zipOf(['/etc/a.json', '../a.json', 'a/../../b.json', 'C:\\a.json', 'a\\b.json'].map((name) => ({ name, bytes: spanNamed('x') }))));
    expect(names).toEqual([]);
    expect(report.problems).toEqual(['file: 5 members have names that would lead out of the archive; nothing of that kind is read.']);
  });

  it('is read up to where it breaks off, which is said', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => spanNamed(`span ${Math.imul(i, 2_654_435_761)}`)).join('');
    for (const pack of [zlib.gzipSync, zlib.zstdCompressSync]) {
      const bytes = bytesOf(pack(lines)), { names, report } = await readFile(bytes.slice(0, bytes.length >> 1), 'cut.gz');
      expect(names.length).toBeGreaterThan(1000);
      expect(report.parts[0]?.problems.at(-1)).toBe('cut.gz is packed and breaks off.');
    }
  });

  it('is read where it is an archive that breaks off, member by member', async () => {
    const lines = (from: string): string => Array.from({ length: 20_000 }, (_, i) => spanNamed(`${from} ${Math.imul(i, 2_654_435_761)}`)).join('');
    // What is packed while it is sent tells its length behind it.
    for (const more of [{}, { flags: 8 }]) {
      const archive = zipOf([{ name: 'x/', bytes: '', isStored: true }, { name: 'a.json', bytes: lines('a'), ...more }, { name: '../b.json', bytes: spanNamed('no') }, { name: 'b.json', bytes: lines('b'), ...more }]);
      const { names, report, failure } = await readFile(archive.slice(0, archive.length - 60_000), 'cut.zip');
      expect([names.length > 22_000, names.length < 40_000, failure]).toEqual([true, true, undefined]);
      expect(report.problems).toEqual(['cut.zip: It breaks off: its list of members is missing. 4 members were found.', 'cut.zip: 1 member has a name that would lead out of the archive; nothing of that kind is read.']);
      expect(report.parts.map(({ name, problems }) => [name, problems.at(-1)])).toEqual([['a.json', undefined], ['b.json', 'b.json is packed and breaks off.']]);
    }
    const archive = zipOf([{ name: 'a.json', bytes: lines('a') }]);
    expect((await readFile(archive.slice(0, 20), 'cut.zip')).failure).toBe('cut.zip is an archive that breaks off: its list of members is missing.');
  });

  it('gives everything in front of what is wrong at its end', async () => {
    const lines = Array.from({ length: 50 }, (_, i) => spanNamed(`span ${i}`)).join(''), packed = zlib.gzipSync(lines), wrong = Buffer.from(packed);
    wrong[wrong.length - 6] = (wrong[wrong.length - 6] as number) ^ 1;
    for (const bytes of [wrong, Buffer.concat([packed, Buffer.from('some text')])]) {
      const { names, report } = await readFile(bytesOf(bytes), 'odd.gz');
      expect([names.length, report.parts[0]?.problems]).toEqual([50, ['odd.gz is packed, but damaged.']]);
    }
  });

  it('may begin with a frame of zstd that is to be skipped, as parallel compressors write it', async () => {
    const frame = (name: string): Uint8Array => concat(Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]), bytesOf(zlib.zstdCompressSync(spanNamed(name))));
    expect((await readFile(concat(frame('a'), frame('b')))).names).toEqual(['a', 'b']);
  });

  it('says how to unpack it where that is not done here, also in an archive', async () => {
    const dictionary = Buffer.from(spanNamed('a').repeat(50)), packed = (bytes: Uint8Array): Promise<string | undefined> => readFile(bytes, 'x').then(({ failure }) => failure);
    expect(await packed(Uint8Array.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1]))).toBe('x is packed in a way that is not opened here. Unpack it first, such as with "xz -dk".');
    expect(await packed(bytesOf(zlib.zstdCompressSync(spanNamed('a'), { dictionary } as zlib.ZstdOptions)))).toMatch(/dictionary|damaged/);
    expect(await packed(zipOf([{ name: 'a.json', bytes: spanNamed('a'), flags: 1 }]))).toBe('x: a.json is encrypted.');
    expect(await packed(zipOf([{ name: 'a.json', bytes: 'hello' }]))).toBe('x is an archive without a trace file of a known format.');
    expect(await packed(utf8(' \n\n'))).toBe('x is empty.');
  });

  it('that is made to become very large is left at the limit', async () => {
    const limits = { freeUnpackedBytes: 1 << 20 }, zeroes = Buffer.alloc(4 << 20);
    for (const bomb of [zlib.gzipSync(Buffer.concat(Array.from({ length: 50 }, () => zlib.gzipSync(zeroes)))), zlib.zstdCompressSync(zeroes)]) {
      expect((await readFile(bytesOf(bomb), 'bomb', limits)).failure).toMatch(/^bomb is not a trace file/);
    }
    const blanks = Buffer.concat([Buffer.from(spanNamed('first')), Buffer.alloc(8 << 20, '\n')]);
    for (const bytes of [bytesOf(zlib.gzipSync(blanks)), zipOf([{ name: 'blanks', bytes: blanks }])]) {
      const { names, report } = await readFile(bytes, 'blanks', limits);
      expect([names, report.parts[0]?.problems]).toEqual([['first'], ['blanks was not read to its end: no more than 1 MiB are unpacked of a file of this size.']]);
    }
  });

  it('with a hundred thousand members is looked at in part', async () => {
    const many = zipOf(Array.from({ length: 100_000 }, (_, i) => ({ name: `${i}`, bytes: i === 5 ? spanNamed('five') : '', isStored: true })), { isLarge: true });
    const { names, report } = await readFile(many, 'many.zip');
    expect([names, report.parts.length, report.parts.length + report.morePartsCount]).toEqual([['five'], 200, 10_000]);
    expect(report.problems).toEqual(['many.zip: 90000 of its 100000 members were not looked at.']);
  });

  it('whose members lie over one another is left at the limit too', async () => {
    const text = `${spanNamed('big')}${' '.repeat(1 << 20)}`, claims = { offset: 0, packedBytes: 4000, bytes: text.length };
    const over = zipOf([{ name: 'a.json', bytes: text }, ...Array.from({ length: 20 }, (_, i) => ({ name: `${i}.json`, bytes: '', claims }))]);
    const { names, report } = await readFile(over, 'over.zip', { freeUnpackedBytes: 4 << 20 });
    expect(names.length).toBeLessThanOrEqual(4);
    expect(report.parts.at(-1)?.failure).toBe('was not read to its end: no more than 4 MiB are unpacked of a file of this size.');
  });

  it.runIf(existsSync(samples))('of the samples holds what it should', async () => {
    const { report } = await readFile(new Uint8Array(readFileSync(path.join(samples, 'compressed/mixed_formats.zip'))), 'mixed_formats.zip');
    expect(report.parts.map(({ spanCount }) => spanCount)).toEqual([4, 1, 13]);
    expect(new Set(report.parts.map(({ format }) => format?.id)).size).toBe(3);
  });
});

const folder = path.resolve(import.meta.dirname, '../../../fixtures/formats');
const fixtures = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.endsWith('.golden.txt')).map((entry) => path.join(entry.parentPath, entry.name));

describe('every fixture', () => {
  it.each(fixtures.map((file) => [path.relative(folder, file), file] as const))('holds the same when it is packed: %s', async (_, file) => {
    const bytes = new Uint8Array(readFileSync(file)), { names, report } = await readFile(bytes, 'unknown');
    const told = ({ parts: [part] }: FileReport): unknown => [part?.format, part?.spanCount, part?.traceCount, part?.logCount, part?.problems, part?.failure];
    for (const packed of [bytesOf(zlib.gzipSync(bytes)), bytesOf(zlib.zstdCompressSync(bytes)), zipOf([{ name: 'unknown', bytes }])]) {
      const again = await readFile(packed, 'unknown');
      expect([again.names, told(again.report)]).toEqual([names, told(report)]);
    }
  });
});

describe('a file that is no trace', () => {
  it.each([
    ['nothing', utf8(''), 'x is empty.'],
    ['a database', concat(utf8('SQLite format 3\0'), noise(100)), 'x is an SQLite database, which is not opened.'],
    ['Parquet', concat(utf8('PAR1'), noise(100)), 'x is a Parquet file, which is not opened. Export it as JSON'],
    ['a CPU profile', utf8('{"nodes":[{"id":1}],"startTime":1,"endTime":2,"samples":[1],"timeDeltas":[1]}'), 'x is not a trace file: it looks like a CPU profile of V8'],
    ['an HTTP archive', utf8('{"log":{"version":"1.2","entries":[]}}'), 'x is not a trace file: it looks like an HTTP archive (HAR).'],
    ['a Playwright archive', zipOf([{ name: 'trace.trace', bytes: '{"type":"x"}' }, { name: 'trace.network', bytes: '{"type":"y"}' }]), 'x is a trace of Playwright'],
    ['an archive of other things', zipOf([{ name: 'a.txt', bytes: 'hello' }]), 'x is an archive without a trace file of a known format.'],
    ['some JSON', utf8('{"name":"thing","version":"1.0","<script>":1}'), 'x is not a trace file of a known format. It has the keys "name", "version", "<script>".'],
    ['text', utf8('hello'), 'x is not a trace file of a known format.'],
    ['noise', noise(100_000), 'x is not a trace file of a known format.'],
  ])('is named as what it is: %s', async (_, bytes, words) => {
    const { failure, names } = await readFile(bytes, 'x');
    expect([failure?.startsWith(words) === true ? words : failure, names]).toEqual([words, []]);
  });
});
