import { readFileSync } from 'node:fs';
import { pathOf } from '../location.ts';
import type { Method } from './wrapMethod.ts';

/** The API looks for what is registered in a function of this name, to which bundlers may put a number. */
const looksUp = /(?:^|[._$\s])getGlobal(?:[_$]?\d+)?$/;
const registers = /(?:un)?registerGlobal(?:[_$]?\d+)?$/;
const mostPositions = 200;

/** By file and offset, where names are gone. */
const positions = new Map<string, boolean>();

/**
 * Whether `entry`, which reads the object where the API's copies meet, was called by a copy that looks for what is registered
 * there. Everything else (a copy that registers something, code that only wants to know) is to see what is really there.
 */
export function looksForRegistered(entry: Method): boolean {
  const site = callerOf(entry), name = site?.getFunctionName() ?? '';
  if (site === undefined || looksUp.test(name)) return site !== undefined;
  return !registers.test(name) && looksUpByText(site);
}

function callerOf(entry: Method): NodeJS.CallSite | undefined {
  const { prepareStackTrace, stackTraceLimit } = Error;
  let caller: NodeJS.CallSite | undefined;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, [first]) => {
      caller = first;
    };
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, entry);
    void holder.stack;
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
  return caller;
}

/** Minified code has no names any more, but says in the same order what it does. */
function looksUpByText(site: NodeJS.CallSite): boolean {
  const file = site.getFileName(), offset = site.getPosition();
  if (file === null || file === '' || file === __filename) return false;
  const key = `${offset}:${file}`;
  let known = positions.get(key);
  if (known === undefined) {
    if (positions.size >= mostPositions) return false;
    positions.set(key, known = isLookUp(readFileSync(pathOf(file), 'utf8'), offset));
  }
  return known;
}

/**
 * Whether the access at an offset of a minified text is one of those with which the API looks up what is registered:
 * `(a = global[key]) … a.version` to see whether the version fits, then `(b = global[key]) … b[type]`; since 1.10
 * `a = global[key]; … a.version … a[type]`. That by which it registers makes an object where there is none, in the same
 * statement, and that by which it takes back deletes.
 */
function isLookUp(text: string, offset: number): boolean {
  const after = text.slice(offset, offset + 120), statement = /^[^;}]*/.exec(after)?.[0] ?? '', before = text.slice(Math.max(0, offset - 150), offset);
  if (/\{\s*version\s*:|\?\?|\bdelete\b/.test(statement)) return false;
  if (/\.version\b/.test(statement)) return true;
  const isBare = /^[\w$.]*\[[\w$]+\]\s*$/.test(statement);
  if (isBare) return /\.version\b/.test(after) && !/\bdelete\b/.test(after);
  return /\.version\b(?!.*\bfunction\b)/s.test(before) && /\[[\w$]+\]\s*$/.test(statement);
}
