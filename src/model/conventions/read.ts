import type { AttributeValue } from '../attributes.ts';
import { parsePartialJson } from '../partialJson.ts';
import type { ConventionInput, KeyedAttributes, Sourced, StepFields } from './convention.ts';

/** Text of a text value that is not blank. */
export function text(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Older spellings of provider names → the ones of the current conventions. */
const providerNames: ReadonlyMap<string, string> = new Map([
  ['az.ai.inference', 'azure.ai.inference'], ['az.ai.openai', 'azure.ai.openai'], ['vertex_ai', 'gcp.vertex_ai'],
  ['gemini', 'gcp.gemini'], ['xai', 'x_ai'],
]);

/** Some write the names of companies as these do. */
const plainProviders = new Set(['openai', 'anthropic', 'cohere', 'deepseek', 'groq', 'perplexity', 'mistral_ai', 'x_ai']);

/** The name of a provider as the current conventions spell it. */
export function provider(value: AttributeValue | undefined): string | undefined {
  const name = text(value), lower = name?.toLowerCase() ?? '';
  return providerNames.get(lower) ?? (plainProviders.has(lower) ? lower : name);
}

/** A count or an amount: numbers and numeric texts; negative ones and NaN are no figures. */
export function figure(value: AttributeValue | undefined): number | undefined {
  if (value === undefined || value === null || value === '' || typeof value === 'boolean' || typeof value === 'object') return undefined;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** A value that may be JSON text: what the text says, as far as it can be read; other values as they are, null as absent. */
export function structured(value: AttributeValue | undefined): NonNullable<AttributeValue> | undefined {
  if (typeof value !== 'string') return value ?? undefined;
  const first = value.trimStart()[0];
  if (first !== '{' && first !== '[' && first !== '"') return value;
  return parsePartialJson(value) ?? value;
}

/** The first key whose value can be read. */
export function firstOf<T>(input: ConventionInput, keys: readonly string[], read: (value: AttributeValue | undefined) => T | undefined): Sourced<T> | undefined {
  for (const key of keys) {
    const attribute = input.attributes.get(key);
    // Most keys are not there.
    const value = attribute === undefined ? undefined : read(attribute);
    if (value !== undefined) return { value, source: key };
  }
  return undefined;
}

/** The figures of several keys together, as far as they are there. */
export function sumOf(input: ConventionInput, keys: readonly string[]): Sourced<number> | undefined {
  const found = keys.flatMap((key) => firstOf(input, [key], figure) ?? []);
  return found.length === 0 ? undefined : { value: found.reduce((sum, { value }) => sum + value, 0), source: found.map(({ source }) => source).join(' + ') };
}

type Read<T> = (value: AttributeValue | undefined) => T | undefined;
type StepReaders = { readonly [F in keyof StepFields]: readonly [keys: readonly string[], read: Read<NonNullable<StepFields[F]>['value']>] };

interface Place { readonly key: string; readonly field: string; readonly rank: number; readonly read: Read<unknown> }

/**
 * Reads the fields of a step, each from the first of its keys whose value can be read. It looks up the few keys of a span
 * instead of all that there may be, because it runs for every step that arrives, and remembers what it found for a sequence of keys.
 */
export function stepReader(fields: StepReaders): (input: ConventionInput) => StepFields {
  const places = new Map<string, Place>(), placesOfSequences = new WeakMap<object, readonly Place[]>();
  for (const [field, [keys, read]] of Object.entries(fields)) keys.forEach((key, rank) => places.set(key, { key, field, rank, read }));
  const placesOf = (attributes: KeyedAttributes): readonly Place[] => {
    const { sequence } = attributes, known = sequence && placesOfSequences.get(sequence);
    if (known !== undefined) return known;
    const found = [...attributes.keys()].flatMap((key) => places.get(key) ?? []).sort((a, b) => a.rank - b.rank);
    if (sequence !== undefined) placesOfSequences.set(sequence, found);
    return found;
  };
  return ({ attributes }) => {
    const found: Record<string, Sourced<unknown>> = {};
    for (const { key, field, read } of placesOf(attributes)) {
      if (found[field] !== undefined) continue;
      const value = read(attributes.get(key));
      if (value !== undefined) found[field] = { value, source: key };
    }
    return found as StepFields;
  };
}

/** True when an attribute key begins with one of the prefixes. */
export function hasPrefix(input: ConventionInput, ...prefixes: readonly string[]): boolean {
  for (const key of input.attributes.keys()) {
    for (const prefix of prefixes) if (key.startsWith(prefix)) return true;
  }
  return false;
}

export type MutableTree = Map<string, AttributeValue>;

/**
 * The values below a dotted prefix as nested maps: `a.0.b = 1` below `a` is {0 → {b → 1}}. Undefined when there are none.
 * Where a key is both a value and a prefix of others, the value is found under the empty key.
 */
export function nested(input: ConventionInput, prefix: string): ReadonlyMap<string, AttributeValue> | undefined {
  const root: MutableTree = new Map();
  for (const [key, value] of input.attributes) {
    if (!key.startsWith(prefix) || key[prefix.length] !== '.') continue;
    place(root, key.slice(prefix.length + 1).split('.'), value);
  }
  return root.size > 0 ? root : undefined;
}

function place(root: MutableTree, path: readonly string[], value: AttributeValue): void {
  let node = root;
  for (const step of path.slice(0, -1)) {
    const next = node.get(step);
    if (next instanceof Map) { node = next as MutableTree; continue; }
    const made: MutableTree = new Map();
    if (next !== undefined) made.set('', next);
    node.set(step, made);
    node = made;
  }
  const last = path[path.length - 1] ?? '';
  const existing = node.get(last);
  if (existing instanceof Map) (existing as MutableTree).set('', value);
  else node.set(last, value);
}

/** The members of a list that is an array or a map with decimal keys, in the order of their numbers. */
export function listOf(value: AttributeValue | undefined): readonly AttributeValue[] {
  if (Array.isArray(value)) return value;
  if (!(value instanceof Map)) return [];
  return [...value.entries()]
    .filter(([key]) => /^\d{1,6}$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, member]) => member);
}

/** A member of a map by a dotted path of keys. */
export function at(value: AttributeValue | undefined, path: string): AttributeValue | undefined {
  let node: AttributeValue | undefined = value;
  for (const step of path.split('.')) {
    if (!(node instanceof Map)) return undefined;
    node = (node as ReadonlyMap<string, AttributeValue>).get(step);
  }
  return node;
}

/** Drops fields that were not found, so that a later convention can give them. */
export const sourced = <T>(value: T | undefined, source: string): Sourced<T> | undefined =>
  value === undefined ? undefined : { value, source };
