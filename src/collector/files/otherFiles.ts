import { jsonKeys } from '../../formats/jsonKeys.ts';
import type { Unread } from './packing.ts';

const mostKeys = 8, longestKey = 40;

/** JSON files that are no traces: keys that all are there, and what people call them. */
const known: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['nodes', 'timeDeltas'], 'a CPU profile of V8; the editor itself opens it'],
  [['snapshot/meta', 'nodes', 'edges'], 'a heap snapshot of V8; the editor itself opens it'],
  [['log/entries'], 'an HTTP archive (HAR)'],
  [['$schema', 'profiles'], 'a speedscope profile'],
  [['contextId', 'browserName'], 'a trace of Playwright; "npx playwright show-trace" opens it'],
  [['cells', 'nbformat'], 'a notebook'],
];

const unpackHint = (how: string): string => `is packed in a way that is not opened here. Unpack it first, such as with "${how}".`;
const exportHints: Readonly<Record<Unread, string>> = {
  sqlite: 'is an SQLite database, which is not opened. If it holds agent traces of Copilot, export the session instead: run "Show Agent Debug Logs" in the chat view and choose Export, or set "github.copilot.chat.otel.outfile" and open that file.',
  parquet: 'is a Parquet file, which is not opened. Export it as JSON, such as with spans.to_json("spans.jsonl", orient="records", lines=True) of pandas.',
  xz: unpackHint('xz -dk'), bzip2: unpackHint('bzip2 -dk'), '7z': unpackHint('7z x'), rar: unpackHint('unrar x'), lz4: unpackHint('lz4 -dk'), compress: unpackHint('uncompress -k'),
};

/** Why a file is not opened that its first bytes give away; words that follow on its name. */
export const whyUnread = (kind: Unread): string => exportHints[kind];

/** What an input that no format recognised may be; words that follow on its name. */
export function whatElse(head: Uint8Array): string {
  if (head.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) return 'is empty.';
  const keys = jsonKeys(head);
  const other = known.find(([all]) => all.every((key) => keys.has(key)))?.[1];
  if (other !== undefined) return `is not a trace file: it looks like ${other}.`;
  const seen = [...keys].filter((key) => !key.includes('/')).slice(0, mostKeys).map((key) => JSON.stringify(key.slice(0, longestKey)));
  return `is not a trace file of a known format.${seen.length === 0 ? '' : ` It has the keys ${seen.join(', ')}.`}`;
}

/** What an archive may be in which no trace file was found; undefined when its members do not tell. */
export function whatArchive(names: readonly string[]): string | undefined {
  const has = (ending: string): boolean => names.some((name) => name.endsWith(ending));
  if (has('.trace') && has('.network')) return 'is a trace of Playwright; "npx playwright show-trace" opens it.';
  return names.includes('[Content_Types].xml') ? 'is a document of an office program.' : undefined;
}
