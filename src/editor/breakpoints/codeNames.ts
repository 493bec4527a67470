import { scanCode } from '../../source/codeScan.ts';
import type { Collector } from '../collector/collectorHost.ts';
import type { BreakpointDraft } from './breakpointList.ts';

/** A span, or a tool, that a line of code makes. */
export interface CodeName {
  readonly draft: Pick<BreakpointDraft, 'name' | 'tool'>;
  readonly origin: string;
}

const mostSpans = 200, mostNames = 20;
/** A decorator stands above the function that it makes spans of. */
const linesOfDecorators = 4;

/** Names that were seen in spans of a line (from 1) come first, then those that stand in its text. Paths are as the machine writes them. */
export async function namesAt(collector: Collector, path: string, text: string, line: number): Promise<readonly CodeName[]> {
  const [seen, written] = [await seenNames(collector, path, line).catch(() => []), writtenNames(path, text, line)];
  const names = new Map([...written, ...seen].map((name) => [JSON.stringify(name.draft), name]));
  // A name that was seen says more than a pattern that it fits.
  return [...names.values()].toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, mostNames);
}

/** The names that stand in the calls and decorators of a line. */
export function writtenNames(path: string, text: string, line: number): readonly CodeName[] {
  const mentions = scanCode(path, text).filter(({ kind }) => kind !== 'function' && kind !== 'named');
  const lines = text.split('\n', line + linesOfDecorators), isDecorator = (lines[line - 1] ?? '').trimStart().startsWith('@');
  const here = mentions.filter((mention) => mention.line === line);
  const below = isDecorator && here.length === 0 ? mentions.filter((mention) => mention.line > line && mention.line <= line + linesOfDecorators).slice(0, 1) : [];
  return [...here, ...below].map(({ kind, name }) => (
    kind === 'tool' ? { draft: { tool: name }, origin: 'tool defined here' } : { draft: { name: kind === 'pattern' ? `${name}*` : name }, origin: 'named here' }
  ));
}

async function seenNames(collector: Collector, path: string, line: number): Promise<readonly CodeName[]> {
  const { epoch, places } = await collector.call('codeUse', { epoch: 0, known: 0, groups: [] });
  const here = places.filter((place) => 'path' in place && place.line === line && samePath(place.path, path)).map(({ id }) => id);
  if (here.length === 0) return [];
  const spans = await collector.call('codeSpans', { epoch, places: here, limit: mostSpans });
  return [...new Set(spans.map(({ name }) => name))].filter((name) => name !== '').map((name) => ({ draft: { name }, origin: 'seen here' }));
}

const rankOf = ({ origin }: CodeName): number => (origin === 'seen here' ? 0 : 1);
const samePath = (a: string, b: string): boolean => a === b || a.replaceAll('\\', '/').toLowerCase() === b.replaceAll('\\', '/').toLowerCase();
