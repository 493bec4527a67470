// What the packaged extension weighs, and what of it weighs most. Run: npm run bench:package
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, vsixFile } from '../launcher/paths.ts';
import { Report } from './support/report.ts';

const kilobyte = 1024;
const report = new Report('package');

interface Entry { readonly name: string; readonly packed: number; readonly unpacked: number }

/** The directory of a zip archive. */
function entriesOf(zip: Buffer): Entry[] {
  const endOfDirectory = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06])), entries: Entry[] = [];
  let at = zip.readUInt32LE(endOfDirectory + 16);
  for (let left = zip.readUInt16LE(endOfDirectory + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    entries.push({ name: zip.toString('utf8', at + 46, at + 46 + nameLength), packed: zip.readUInt32LE(at + 20), unpacked: zip.readUInt32LE(at + 24) });
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

interface Metafile { readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>> }>> }

/** Kilobytes of code by where it comes from: a package, or a folder of ours. */
function originsOf({ outputs }: Metafile, bundle: string): [string, number][] {
  const sums = new Map<string, number>();
  for (const [input, { bytesInOutput }] of Object.entries(outputs[bundle]?.inputs ?? {})) {
    const origin = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? input.split('/').slice(0, 2).join('/');
    sums.set(origin, (sums.get(origin) ?? 0) + bytesInOutput / kilobyte);
  }
  return [...sums].toSorted((a, b) => b[1] - a[1]);
}

const zip = readFileSync(vsixFile), metafile = JSON.parse(readFileSync(path.join(root, 'dist/meta.json'), 'utf8')) as Metafile;
report.add({ case: 'all', figure: 'packaged extension', unit: 'KB', values: [zip.length / kilobyte], goal: 'S2' });
for (const { name, packed, unpacked } of entriesOf(zip).toSorted((a, b) => b.packed - a.packed).slice(0, 12)) {
  const bundle = name.replace('extension/', ''), origins = originsOf(metafile, bundle).slice(0, 6).map(([origin, size]) => [origin, Math.round(size)]);
  report.add({
    case: bundle, figure: 'packed', unit: 'KB', values: [packed / kilobyte],
    notes: { unpackedKB: Math.round(unpacked / kilobyte), ...(origins.length === 0 ? {} : { codeKB: Object.fromEntries(origins) as Record<string, number> }) },
  });
}
report.end();
