import { attributeValue } from '../values.ts';

/** Short texts that stand between quotes as they are. */
const plain = /^[ !#-[\]-~]{0,80}$/;
const mostKeys = 5000, longest = 1_000_000;
const keys = new Map<string, string>();

/** A text in quotes. */
export function quoted(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** A key of an object, in quotes and with its colon. */
function keyText(key: string): string {
  let text = keys.get(key);
  if (text === undefined) {
    if (keys.size >= mostKeys) keys.clear();
    keys.set(key, text = `${JSON.stringify(key)}:`);
  }
  return text;
}

/** The members of an object as they stand between its braces; every value as `attributeValue` makes it. */
export function membersText(object: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const key of Object.keys(object)) text += `${text === '' ? '' : ','}${keyText(key)}${valueText(object[key])}`;
  return text;
}

function valueText(value: unknown): string {
  if (typeof value === 'string' && value.length <= longest) return quoted(value);
  if ((typeof value === 'number' && Number.isFinite(value)) || typeof value === 'boolean') return String(value);
  return JSON.stringify(attributeValue(value));
}
