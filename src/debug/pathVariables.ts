/** Where our hooks end, wherever this or another version of the extension is installed. */
const nodeHookEnd = '/dist/hook/node/hook.cjs';
const pythonHookEnd = '/dist/hook/python';

const slashed = (file: string): string => file.replaceAll('\\', '/');

/** NODE_OPTIONS that load the hook, once, after what is there. https://nodejs.org/api/cli.html#node_optionsoptions says how it is quoted. */
export function nodeOptionsWith(existing: string, hook: string): string {
  return [...optionsWithoutHook(existing), nodeOption(hook)].join(' ');
}

/** The option alone, for an environment that is only added to. */
export function nodeOption(hook: string): string {
  // Node takes slashes on every system; a backslash would be an escape between quotes.
  const file = slashed(hook);
  return `--require ${/[\s"]/.test(file) ? `"${file.replaceAll('"', String.raw`\"`)}"` : file}`;
}

/** Whether options load a hook of ours. */
export const hasNodeHook = (options: string): boolean => optionsOf(options).some((option) => isHook(option));

function optionsWithoutHook(existing: string): string[] {
  const kept: string[] = [];
  for (const option of optionsOf(existing)) {
    if (!isHook(option)) kept.push(option);
    else if (kept.at(-1) === '--require' || kept.at(-1) === '-r') kept.pop();
  }
  return kept;
}

/** Options as they are written, quotes and escapes included. */
const optionsOf = (text: string): string[] => text.match(/(?:"(?:\\.|[^"\\])*"?|[^\s"])+/g) ?? [];

const isHook = (option: string): boolean => slashed(option.replaceAll('"', '')).endsWith(nodeHookEnd);

/** PYTHONPATH with the hook's folder first, once. An empty entry means the current folder, so none is made. */
export function pythonPathWith(existing: string, folder: string, delimiter: string): string {
  const others = existing === '' ? [] : existing.split(delimiter).filter((entry) => !isHookFolder(entry));
  return [folder, ...others].join(delimiter);
}

export const hasPythonHook = (existing: string, delimiter: string): boolean => existing.split(delimiter).some(isHookFolder);

const isHookFolder = (entry: string): boolean => slashed(entry).replace(/\/+$/, '').endsWith(pythonHookEnd);

/** SDKs take attributes of the environment up to this length, and drop all of them when one is longer. */
const longestAttribute = 255;

/**
 * OTEL_RESOURCE_ATTRIBUTES with more attributes, in place of those of the same keys: `key=value` with values
 * percent-encoded, separated by commas (https://opentelemetry.io/docs/specs/otel/resource/sdk/).
 */
export function resourceAttributesWith(existing: string, more: ReadonlyMap<string, string>): string {
  const kept = existing.split(',').map((pair) => pair.trim()).filter((pair) => pair !== '' && !keyOf(pair).startsWith('spanscope.'));
  // Some debuggers put variables between quotes of a shell as they are.
  return [...kept.map((pair) => pair.replaceAll("'", '%27')), ...[...more].map(([key, value]) => `${key}=${encoded(value)}`)].join(',');
}

const keyOf = (pair: string): string => pair.slice(0, Math.max(0, pair.indexOf('='))).trim();

function encoded(value: string): string {
  let text = '';
  for (const character of value.toWellFormed()) {
    // What is left by the function and is more than a token in a header is told by its number, too.
    const next = encodeURIComponent(character).replaceAll(/[!'()*]/g, (odd) => `%${odd.charCodeAt(0).toString(16).toUpperCase()}`);
    if (text.length + next.length > longestAttribute) break;
    text += next;
  }
  return text;
}
