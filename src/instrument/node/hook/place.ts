import { pathOf, parseFrame } from '../location.ts';
import type { SourceLocation } from '../location.ts';
import type { Method } from './wrapMethod.ts';

/**
 * How many frames are looked at, one depth after the other as long as there are only libraries: between a span and the
 * user's code there are mostly two of the API and SDK, and some dozens of a framework of agents. Every frame costs.
 */
const firstDepth = 3, depths = [8, 20, 64];
/** What was needed for spans of a tracer, as far as it is not much. */
const usualDepths = new WeakMap<object, number>();
const deepestUsual = 8;
const mostPlaces = 20_000;

/** Positions in files of the user's code, with what was found out about them; null where nothing could be. */
const places = new Map<string, Map<number, SourceLocation | null>>();
const ownFiles = new Map<string, boolean>();
let placeCount = 0;
let sites: readonly NodeJS.CallSite[] = [];
/** Of the frame that was found last. */
let placeIndex = 0;

/** The first frame of the user's own code above `entry`, which `tracer` has called; undefined when libraries or the event loop began all of it. */
export function placeOfCaller(entry: Method, tracer?: object): SourceLocation | undefined {
  const usual = (tracer && usualDepths.get(tracer)) ?? firstDepth;
  let place = placeWithin(entry, usual), depth = usual;
  for (let i = 0; place === undefined && sites.length >= depth && i < depths.length; i++) {
    depth = Math.max(usual, depths[i] as number);
    place = placeWithin(entry, depth);
    if (place !== undefined && tracer !== undefined) usualDepths.set(tracer, Math.min(placeIndex + 1, deepestUsual));
  }
  return place;
}

function placeWithin(entry: Method, depth: number): SourceLocation | undefined {
  captureSites(entry, depth);
  for (let index = 0; index < sites.length; index++) {
    const site = sites[index] as NodeJS.CallSite, file = site.getFileName();
    if (typeof file !== 'string' || !isUsers(file)) continue;
    placeIndex = index;
    let inFile = places.get(file);
    if (inFile === undefined) places.set(file, inFile = new Map());
    const position = site.getPosition();
    let place = inFile.get(position);
    if (place === undefined) {
      place = locate(site, file, index, entry, depth);
      remember(inFile, position, place);
    }
    return place ?? undefined;
  }
  return undefined;
}

function remember(inFile: Map<number, SourceLocation | null>, position: number, place: SourceLocation | null): void {
  if (++placeCount > mostPlaces) {
    places.clear();
    placeCount = 0;
  } else inFile.set(position, place);
}

/** Structured frames cost a third of the text of the same stack. */
function captureSites(entry: Method, depth: number): void {
  const { prepareStackTrace } = Error;
  sites = [];
  try {
    Error.prepareStackTrace = takeSites;
    void stackAbove(entry, depth);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
}

function takeSites(_: Error, frames: NodeJS.CallSite[]): string {
  sites = frames;
  return '';
}

function stackAbove(entry: Method, depth: number): unknown {
  const { stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = depth;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, entry);
    return holder.stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function isUsers(file: string): boolean {
  let is = ownFiles.get(file);
  if (is === undefined) {
    is = file !== '' && file !== __filename && !file.startsWith('node:') && !/[\\/]node_modules[\\/]/.test(file);
    ownFiles.set(file, is);
  }
  return is;
}

/**
 * The line as the program's own stack traces tell it: loaders (tsx, vite, source maps) put the lines of the original
 * file there. Done once for each position.
 */
function locate(site: NodeJS.CallSite, file: string, index: number, entry: Method, depth: number): SourceLocation | null {
  const text = stackAbove(entry, depth);
  const frames = typeof text === 'string' ? text.slice(text.indexOf('\n') + 1).split('\n') : [];
  const told = frames.length === sites.length ? parseFrame(frames[index] ?? '') : undefined;
  if (told !== undefined) return told;
  const line = site.getLineNumber();
  return line === null ? null : { file: pathOf(file), line, functionName: site.getFunctionName() ?? '<anonymous>' };
}
