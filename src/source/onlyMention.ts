import type { RecordedName } from './candidates.ts';
import type { CodeMention } from './codeScan.ts';
import { qualifiersAt } from './names.ts';
import type { IndexedMention, WorkspaceIndex } from './workspaceIndex.ts';

/** Kinds of mentions that names of spans are looked for in, those that say most first. */
const kindsOf: Readonly<Record<RecordedName['kind'], readonly CodeMention['kind'][]>> = {
  spanName: ['spanName', 'pattern'], tool: ['tool', 'function', 'named'], agent: ['named', 'function'], function: ['function'],
};
/** A pattern that is shorter fits names of everything. */
const shortestPattern = 5;

export type Name = Pick<RecordedName, 'kind' | 'name' | 'qualifiers'>;

/** `onlyMention` with what it looks through. */
export type MentionFinder = (names: readonly Name[]) => IndexedMention | undefined;

/**
 * Where in the workspace spans of these names were made, if that is certain: the first of the names that is mentioned
 * anywhere is mentioned once. Undefined when nothing is found, or several mentions are as good.
 */
export function onlyMention(names: readonly Name[], index: WorkspaceIndex): IndexedMention | undefined {
  for (const { kind, name, qualifiers } of names) {
    for (const mentioned of kindsOf[kind]) {
      const found = index.find(mentioned, name).filter((mention) => mention.kind !== 'pattern' || mention.name.length >= shortestPattern);
      if (found.length > 0) return onlyOne(found, qualifiers, index);
    }
  }
  return undefined;
}

/** Whether a text has a mention that names of spans may mean; tells so without an index. */
export function mayBeMentioned(names: readonly Name[], mentions: MentionedNames): boolean {
  return names.some(({ name }) => mentions.names.has(name) || mentions.patterns.some((pattern) => name.startsWith(pattern)));
}

/** The names that stand in one text. */
export interface MentionedNames { readonly names: ReadonlySet<string>; readonly patterns: readonly string[] }

export function namesMentioned(mentions: readonly CodeMention[]): MentionedNames {
  const patterns = mentions.filter(({ kind, name }) => kind === 'pattern' && name.length >= shortestPattern).map(({ name }) => name);
  return { names: new Set(mentions.filter(({ kind }) => kind !== 'pattern').map(({ name }) => name)), patterns: [...new Set(patterns)] };
}

/** The one in whose file most of the names before it stand. A name that has such names and is nowhere beside one of them is another one. */
function onlyOne(found: readonly IndexedMention[], qualifiers: readonly string[], index: WorkspaceIndex): IndexedMention | undefined {
  const counts = found.map((mention) => qualifiersAt(mention, qualifiers, index)), most = Math.max(...counts);
  const best = found.filter((_, i) => counts[i] === most);
  return best.length === 1 && (most > 0 || qualifiers.length === 0) ? best[0] : undefined;
}
