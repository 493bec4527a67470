import type { SpanRecord } from '../model/records.ts';
import { innermostFirst, parseStack } from './stackFrames.ts';

/** A place in code that a span names by path. */
export interface RecordedPlace {
  /** As recorded, in whatever form. */
  readonly path: string;
  /** From 1; absent when it was not recorded or is none. */
  readonly line?: number;
  readonly column?: number;
  readonly functionName?: string;
  /** How it was found, in words with the attribute's key. */
  readonly origin: string;
}

/** Something that a span names and that may stand in the code. */
export interface RecordedName {
  readonly kind: 'spanName' | 'tool' | 'agent' | 'function';
  readonly name: string;
  /** What stands before a function's name: module, package, class. */
  readonly qualifiers: readonly string[];
  readonly origin: string;
}

/** Frames of an exception in an event of a span. */
export interface EventStack { readonly event: number; readonly text: string }

const locationKeys = [
  // What a hook in the program saw is the user's own line; the others may be those of a library.
  { path: 'spanscope.source.file', line: 'spanscope.source.line', column: 'spanscope.source.column', function: 'spanscope.source.function', origin: 'recorded where the span was made' },
  { path: 'code.file.path', line: 'code.line.number', column: 'code.column.number', function: 'code.function.name', origin: 'recorded in code.file.path' },
  { path: 'code.filepath', line: 'code.lineno', column: 'code.column', function: 'code.function', origin: 'recorded in code.filepath' },
] as const;
/** Where the span was made, and where something that it reports was thrown. */
const stackKeys = ['code.stacktrace', 'exception.stacktrace', 'error.stack', 'stack'] as const;
const exceptionStackKey = 'exception.stacktrace';
const functionKeys = [
  { name: 'code.function.name', module: undefined }, { name: 'code.function', module: 'code.namespace' }, { name: 'function.name', module: 'function.module' },
] as const;
const mostFramesTried = 30;
const longestName = 256;
const identifiers = /^[\p{L}_$][\p{L}\p{N}_$.]*$/u;

type Attributes = Readonly<Record<string, unknown>>;

function valueAt(attributes: Attributes, key: string): unknown {
  return Object.hasOwn(attributes, key) ? attributes[key] : undefined;
}

function textAt(attributes: Attributes, key: string): string | undefined {
  const value = valueAt(attributes, key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A line or column from 1 on; undefined for anything that cannot be one. */
function positionAt(attributes: Attributes, key: string): number | undefined {
  const value = valueAt(attributes, key);
  const number = typeof value === 'string' && /^[0-9]{1,9}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number < 1e9 ? number : undefined;
}

/** The place where a span says that it was made: by a hook, or in `code.*` attributes, new and old. */
export function recordedPlace({ attributes }: Pick<SpanRecord, 'attributes'>): RecordedPlace | undefined {
  for (const keys of locationKeys) {
    const path = textAt(attributes, keys.path);
    if (path === undefined) continue;
    const line = positionAt(attributes, keys.line);
    const column = positionAt(attributes, keys.column);
    const functionName = textAt(attributes, keys.function);
    return {
      path, origin: keys.origin, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }),
      ...(functionName === undefined ? {} : { functionName }),
    };
  }
  return undefined;
}

/** Stack traces among a span's attributes, the frame in which it happened first. */
export function stackPlaces({ attributes }: SpanRecord): RecordedPlace[] {
  return stackKeys.flatMap((key) => placesIn(textAt(attributes, key), key));
}

/** Stack traces of the exceptions that a span recorded as events, those of the last one first. */
export function exceptionPlaces(record: SpanRecord): RecordedPlace[] {
  return eventStacks(record).toReversed().flatMap(({ text }) => placesIn(text, `${exceptionStackKey} of an exception`));
}

export function eventStacks({ events }: SpanRecord): EventStack[] {
  return events.flatMap(({ attributes }, event) => {
    const text = textAt(attributes, exceptionStackKey);
    return text === undefined ? [] : [{ event, text }];
  });
}

function placesIn(text: string | undefined, key: string): RecordedPlace[] {
  if (text === undefined) return [];
  return innermostFirst(text, parseStack(text)).slice(0, mostFramesTried).map(({ textLine: _, ...place }) => ({ ...place, origin: `a stack frame in ${key}` }));
}

/** Folders that the program ran in, as far as it says so: what its relative paths are relative to. */
export function workingDirectories({ attributes, resource }: Pick<SpanRecord, 'attributes' | 'resource'>): string[] {
  return [attributes, resource].flatMap((bag) => ['process.working_directory', 'process.cwd'].flatMap((key) => textAt(bag, key) ?? []));
}

/** The functions that a span names: `code.function.name`, `code.namespace` with `code.function`, `function.module` with `function.name`. */
export function recordedFunctions({ attributes }: Pick<SpanRecord, 'attributes'>): RecordedName[] {
  return functionKeys.flatMap(({ name: nameKey, module: moduleKey }) => {
    const qualified = textAt(attributes, nameKey);
    if (qualified === undefined || qualified.length > longestName) return [];
    const module = moduleKey === undefined ? undefined : textAt(attributes, moduleKey);
    const parts = [...partsOf(module ?? ''), ...partsOf(qualified)];
    const name = parts.pop();
    return name === undefined ? [] : [{ kind: 'function' as const, name, qualifiers: parts, origin: `the function named in ${nameKey}` }];
  });
}

/** `pkg.module.Class.<locals>.method`, `github.com/org/pkg.(*Type).Method`, `Class::method` */
function partsOf(qualified: string): string[] {
  return qualified.split(/[./\\:()*<>#\s]+/).filter((part) => part !== '' && part !== 'locals' && part !== '__main__');
}

/** What to look for in the workspace when a span records no place: its name, its tool, its agent. */
export function namesOf({ name, agent }: Pick<SpanRecord, 'name' | 'agent'>): RecordedName[] {
  const isShort = (text: string | undefined): text is string => text !== undefined && text !== '' && text.length <= longestName;
  const names: RecordedName[] = [];
  if (isShort(name)) names.push({ kind: 'spanName', name, qualifiers: [], origin: 'the name of the span at a call that makes spans' });
  if (isShort(agent?.toolName)) names.push({ kind: 'tool', name: agent.toolName, qualifiers: [], origin: `the tool named in ${agent.sources['toolName'] ?? 'the span'}` });
  if (isShort(agent?.agentName)) names.push({ kind: 'agent', name: agent.agentName, qualifiers: [], origin: `the agent named in ${agent.sources['agentName'] ?? 'the span'}` });
  if (isShort(name) && identifiers.test(name)) {
    names.push({ kind: 'function', name: partsOf(name).at(-1) ?? '', qualifiers: partsOf(name).slice(0, -1), origin: 'a function with the name of the span' });
  }
  return names;
}
