import type { SpanRecord } from '../model/records.ts';
import { eventStacks, exceptionPlaces, namesOf, recordedFunctions, recordedPlace, stackPlaces, workingDirectories } from './candidates.ts';
import type { RecordedName, RecordedPlace } from './candidates.ts';
import { longestScanned, scanCode } from './codeScan.ts';
import { locate, locatePath } from './locate.ts';
import type { LocatedFile, Surroundings } from './locate.ts';
import { findNames } from './names.ts';
import type { FoundName, SymbolFinder } from './names.ts';
import { RefusedPath } from './paths.ts';
import type { SourceMaps } from './sourceMaps.ts';
import { parseStack } from './stackFrames.ts';

export interface SourceContext extends Surroundings {
  readonly maps: SourceMaps;
  /** The editor's symbols, for what the index does not read or find. */
  readonly symbols?: SymbolFinder;
}

/** A line of code that may have made a span. */
export interface SourceCandidate {
  /** Absolute, as this machine writes it; `realPath` with all links resolved. */
  readonly path: string;
  readonly realPath: string;
  /** From 1; absent when only the file is known. */
  readonly line?: number;
  readonly column?: number;
  readonly functionName?: string;
  /** How it was found, in words. */
  readonly origin: string;
  /** A file that is not is opened only after asking, with its full `realPath`. */
  readonly isInWorkspace: boolean;
  /** 0 is best; candidates of the same rank are equally good. */
  readonly rank: number;
}

export interface SourceAnswer {
  /** Best first. */
  readonly candidates: readonly SourceCandidate[];
  /** In words for the user; set when there are no candidates. */
  readonly whyNone?: string;
  /** A path was recorded that is not here, so that mapping its folder may help. */
  readonly isMappable?: boolean;
}

/** A frame in the stack trace of an exception event. */
export interface ResolvedFrame {
  /** Index among the span's events. */
  readonly event: number;
  /** Line of the stack trace's text, from 0. */
  readonly textLine: number;
  readonly candidate: SourceCandidate;
}

const ranks = { recorded: 0, stack: 1, namedFunction: 2, spanName: 3, exception: 4, likely: 5, loose: 6 } as const;
const mostCandidates = 20;
const mostFrames = 200;

/** The lines of code that a span may come from, and how each was found. Reads files of the workspace, opens none. */
export async function resolveSource(record: SpanRecord, context: SourceContext): Promise<SourceAnswer> {
  const folders = workingDirectories(record);
  const place = recordedPlace(record);
  const recorded = place === undefined ? [] : await candidatesAt(place, ranks.recorded, folders, context);
  const found = recorded instanceof RefusedPath ? [] : [...recorded];
  found.push(...(await firstOwn(stackPlaces(record), ranks.stack, folders, context)));
  if (found.length === 0) {
    found.push(...(await byNames(recordedFunctions(record), ranks.namedFunction, context)));
    found.push(...(await byNames(namesOf(record), ranks.spanName, context)));
  }
  found.push(...(await firstOwn(exceptionPlaces(record), ranks.exception, folders, context)));
  const candidates = withoutRepeats(found.toSorted((a, b) => a.rank - b.rank)).slice(0, mostCandidates);
  if (candidates.length > 0) return { candidates };
  return { candidates, whyNone: whyNone(record, place, recorded), ...(place === undefined || recorded instanceof RefusedPath ? {} : { isMappable: true }) };
}

/** Where the frames of a span's exceptions lead, for links in their text; frames without a file here are left out. */
export async function resolveFrames(record: SpanRecord, context: SourceContext): Promise<ResolvedFrame[]> {
  const folders = workingDirectories(record);
  const frames = eventStacks(record).flatMap(({ event, text }) => parseStack(text).map((frame) => ({ event, frame }))).slice(0, mostFrames);
  const resolved = await Promise.all(frames.map(async ({ event, frame: { textLine, ...place } }) => {
    const candidates = await candidatesAt({ ...place, origin: 'a stack frame' }, ranks.exception, folders, context);
    const [candidate] = candidates instanceof RefusedPath ? [] : candidates;
    return candidate === undefined ? [] : [{ event, textLine, candidate }];
  }));
  return resolved.flat();
}

/** Where a recorded place is; none when its path is refused or no such file is known. `folders` are those of the program. */
export async function resolvePlace(place: RecordedPlace, folders: readonly string[], context: SourceContext): Promise<readonly SourceCandidate[]> {
  const candidates = await candidatesAt(place, ranks.recorded, folders, context);
  return candidates instanceof RefusedPath ? [] : candidates;
}

async function candidatesAt(place: RecordedPlace, rank: number, folders: readonly string[], context: SourceContext): Promise<SourceCandidate[] | RefusedPath> {
  const files = await locate(place.path, folders, context);
  if (files instanceof RefusedPath) return files;
  return Promise.all(files.map((file) => candidateIn(file, place, rank, context)));
}

async function candidateIn(file: LocatedFile, place: RecordedPlace, rank: number, context: SourceContext): Promise<SourceCandidate> {
  const original = place.line === undefined ? undefined : await context.maps.originalOf(file.path, place.line, place.column);
  const [source] = original === undefined ? [] : await locatePath(original.path, [], context);
  if (original !== undefined && source !== undefined) {
    return candidateOf(source, { ...place, line: original.line, column: original.column }, rank, [place.origin, file.how, 'through its source map']);
  }
  const line = place.line ?? await lineOfFunction(file, place.functionName, context);
  return candidateOf(file, line === undefined ? place : { ...place, line }, rank, [place.origin, file.how]);
}

/** Where a function begins in a file that was recorded without a line. */
async function lineOfFunction(file: LocatedFile, functionName: string | undefined, { files, symbols }: SourceContext): Promise<number | undefined> {
  const name = functionName?.split(/[.:]+/).at(-1);
  if (name === undefined || name === '' || !file.isInWorkspace) return undefined;
  const text = await files.readText(file.realText, longestScanned);
  const own = text === undefined ? undefined : scanCode(file.realText, text).find((mention) => mention.kind === 'function' && mention.name === name);
  return own?.line ?? (await symbols?.namedIn(file.text, name))?.[0]?.line;
}

/** What JavaScript engines call a function without a name says nothing to people. */
const isNameless = (functionName: string): boolean => functionName === '<anonymous>' || functionName.endsWith('.<anonymous>');

function candidateOf(file: LocatedFile, { line, column, functionName }: Omit<RecordedPlace, 'path' | 'origin'>, rank: number, origin: readonly string[]): SourceCandidate {
  return {
    path: file.text, realPath: file.realText, isInWorkspace: file.isInWorkspace, rank, origin: origin.filter((part) => part !== '').join(', '),
    ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }), ...(functionName === undefined || isNameless(functionName) ? {} : { functionName }),
  };
}

/** The first place that is the user's own code, or else the first that is there at all: frames of libraries surround it. */
async function firstOwn(places: readonly RecordedPlace[], rank: number, folders: readonly string[], context: SourceContext): Promise<SourceCandidate[]> {
  let other: SourceCandidate | undefined;
  for (const place of places) {
    const candidates = await candidatesAt(place, rank, folders, context);
    const [first] = candidates instanceof RefusedPath ? [] : candidates;
    if (first?.isInWorkspace && !first.path.includes('node_modules')) return [first];
    other ??= first;
  }
  return other === undefined ? [] : [other];
}

async function byNames(names: readonly RecordedName[], rank: number, context: SourceContext): Promise<SourceCandidate[]> {
  const found = await Promise.all(names.map((name) => findNames(name, context.index, context.symbols)));
  const candidates = await Promise.all(found.flat().map((one) => candidateOfName(one, rank, context)));
  return candidates.filter((candidate) => candidate !== undefined);
}

async function candidateOfName({ path, line, column, origin, certainty }: FoundName, rank: number, context: SourceContext): Promise<SourceCandidate | undefined> {
  const files = await locate(path, [], context);
  const [file] = files instanceof RefusedPath ? [] : files;
  return file === undefined ? undefined : candidateOf(file, { line, column }, certainty === 'sure' ? rank : ranks[certainty], [origin]);
}

function withoutRepeats(candidates: readonly SourceCandidate[]): SourceCandidate[] {
  const seen = new Set<string>();
  return candidates.filter(({ realPath, line }) => {
    const key = `${line ?? ''} ${realPath}`;
    return !seen.has(key) && seen.add(key);
  });
}

function whyNone(record: SpanRecord, place: RecordedPlace | undefined, recorded: readonly SourceCandidate[] | RefusedPath): string {
  if (recorded instanceof RefusedPath) return `The span's code is not opened: ${recorded.reason}.`;
  if (place !== undefined) {
    return `${place.path} (${place.origin}) was not found in this workspace. If its folder lies elsewhere here, map it with the setting spanscope.source.pathMappings.`;
  }
  const subject = record.agent?.toolName === undefined ? 'its name' : 'neither its name nor its tool';
  return `The span records no place in code, and ${subject} was ${record.agent?.toolName === undefined ? 'not ' : ''}found in this workspace. F5, the agent kit and code.* attributes record one.`;
}
