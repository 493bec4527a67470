/** The members of an object or list as the viewer shows them; undefined for plain values. Maps come from exact JSON parsing. */
export function membersOf(value: unknown): readonly (readonly [key: string | undefined, value: unknown])[] | undefined {
  if (Array.isArray(value)) return (value as unknown[]).map((item) => [undefined, item]);
  if (value instanceof Map) return [...value as Map<string, unknown>];
  return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
}

/** A plain value as JSON writes it; integers beyond 2^53 keep every digit. */
export function plainText(value: unknown): string {
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value) ?? 'null';
}

/** A value as text to read or copy: texts as they are, everything else as JSON indented by two. Values nested too deep end in `…`. */
export function exactText(value: unknown): string {
  return typeof value === 'string' ? value : indented(value, '', 0);
}

const deepest = 64;

function indented(value: unknown, indent: string, depth: number): string {
  const members = membersOf(value);
  if (members === undefined) return plainText(value);
  const [open, close] = bracketsOf(value);
  if (members.length === 0) return open + close;
  if (depth >= deepest) return `${open} … ${close}`;
  const inner = `${indent}  `;
  const lines = members.map(([key, member]) => `${inner}${key === undefined ? '' : `${JSON.stringify(key)}: `}${indented(member, inner, depth + 1)}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

export const bracketsOf = (value: unknown): readonly [string, string] => (Array.isArray(value) ? ['[', ']'] : ['{', '}']);

/** The value in one line, or undefined when that would be longer than `limit` characters. */
export function oneLine(value: unknown, limit: number): string | undefined {
  // Every level takes some of the limit, so nesting ends with it.
  if (limit <= 0) return undefined;
  const members = membersOf(value);
  const [open, close] = bracketsOf(value);
  if (members === undefined) return fitting(plainText(value), limit);
  if (members.length === 0) return open + close;
  const parts: string[] = [];
  let length = 4;
  for (const [key, member] of members) {
    const text = oneLine(member, limit - length);
    if (text === undefined) return undefined;
    const part = key === undefined ? text : `${JSON.stringify(key)}: ${text}`;
    length += part.length + 2;
    if (length > limit) return undefined;
    parts.push(part);
  }
  const inner = parts.join(', ');
  return open === '[' ? `[${inner}]` : `{ ${inner} }`;
}

const fitting = (text: string, limit: number): string | undefined => (text.length <= limit ? text : undefined);

/** What is inside a folded object or list, in words. */
export function memberCount(value: unknown): string {
  const count = membersOf(value)?.length ?? 0;
  const word = Array.isArray(value) ? 'item' : 'member';
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
