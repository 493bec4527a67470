/** By which member log collectors keep each line of a program in an object of its own, and what they are called. */
const members: readonly (readonly [key: string, name: string])[] = [['log', 'Docker'], ['MESSAGE', 'journald'], ['line', 'Loki'], ['textPayload', 'Google Cloud'], ['message', 'a log collector']];
/** As Docker itself writes it: long lines in several objects, the last of which alone ends with a line break. */
const dockers = /^\{"log":"/;
/** So many of the lines have it. */
const share = 0.8;

/** The text that was put into an object line by line. */
export interface Envelope {
  readonly name: string;
  /** The text in a line; the line where it has none. */
  unwrapped(line: string): string;
}

/** What each of some lines was put into; undefined when it is nothing that is known. */
export function envelopeOf(lines: readonly string[]): Envelope | undefined {
  const entries = lines.map(entryOf), isDockers = lines.filter((line) => dockers.test(line)).length >= lines.length * share;
  for (const [key, name] of members) {
    const texts = entries.map((entry) => textAt(entry, key)).filter((text) => text !== undefined);
    if (texts.length === 0 || texts.length < lines.length * share) continue;
    const hasBreaks = isDockers || texts.some((text) => text.endsWith('\n'));
    return { name, unwrapped: (line) => { const text = textAt(entryOf(line), key); return text === undefined ? line : hasBreaks ? text : `${text}\n`; } };
  }
  return undefined;
}

function entryOf(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry: unknown = JSON.parse(line.trimEnd().replace(/,$/, ''));
    return typeof entry === 'object' && entry !== null ? entry : undefined;
  } catch {
    return undefined;
  }
}

function textAt(entry: object | undefined, key: string): string | undefined {
  const text: unknown = entry === undefined || !Object.hasOwn(entry, key) ? undefined : Reflect.get(entry, key);
  return typeof text === 'string' ? text : undefined;
}
