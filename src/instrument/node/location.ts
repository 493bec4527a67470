import { fileURLToPath } from 'node:url';

/** Where in the agent's own source a span was made; `line` counts from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly functionName: string;
}

export type AnyFunction = (...args: never[]) => unknown;

/** Frames looked at until one with a file is found: between an agent and the kit there may be built-ins such as Array.map. */
const framesToSearch = 6;
const framePattern = /^\s*at (?:async )?(?:(.*) \()?(.+?):(\d+):\d+\)?$/;

/**
 * The first frame outside the kit. Frames above `entry`, the kit's function that the agent called, are left out by the
 * engine itself. The stack is read as text because that is where Node and loaders (source maps, type stripping)
 * already put the lines of the original file.
 */
export function callerLocation(entry: AnyFunction): SourceLocation | undefined {
  try {
    const stack = captureStack(entry);
    return typeof stack === 'string' ? firstLocation(stack) : undefined;
  } catch {
    // Frozen built-ins, or a formatter of the agent's that fails.
    return undefined;
  }
}

function captureStack(entry: AnyFunction): unknown {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = framesToSearch;
  try {
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, entry);
    return holder.stack;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function firstLocation(stack: string): SourceLocation | undefined {
  let from = stack.indexOf('\n') + 1;
  while (from > 0) {
    const newline = stack.indexOf('\n', from);
    const location = parseFrame(newline < 0 ? stack.slice(from) : stack.slice(from, newline));
    if (location !== undefined) return location;
    from = newline + 1;
  }
  return undefined;
}

/** A line of a stack trace; undefined for built-in code. */
export function parseFrame(frame: string): SourceLocation | undefined {
  const match = framePattern.exec(frame);
  const url = match?.[2];
  if (match === null || url === undefined || url.startsWith('node:') || url.startsWith('eval at ')) return undefined;
  return { file: pathOf(url), line: Number(match[3]), functionName: functionName(match[1]) };
}

/** `Planner.run [as go]` is `Planner.run`, `Object.run` is `run`. Top-level code and unnamed functions have no name. */
function functionName(text: string | undefined): string {
  if (text === undefined || text === 'Object.<anonymous>') return '<anonymous>';
  return text.replace(/^(?:new |Object\.)/, '').replace(/ \[as .*\]$/, '');
}

const paths = new Map<string, string>();

/** The path of a file that a frame names. */
export function pathOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  let path = paths.get(url);
  if (path === undefined) {
    path = fileURLToPath(url.replace(/[?#].*$/, ''));
    if (paths.size > 10_000) paths.clear();
    paths.set(url, path);
  }
  return path;
}
