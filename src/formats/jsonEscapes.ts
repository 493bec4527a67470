const plainEscapes = new Map([['"', '"'], ['\\', '\\'], ['/', '/'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t']]);
const isHex4 = /^[0-9a-fA-F]{4}$/;

/** Whether a control character in a string says that the string has broken off; others are left there by careless programs. */
export const breaksString = (byte: number): boolean => byte === 0x0a || byte === 0x0d || byte === 0;

/** Resolves the escapes of a JSON string's content; lone surrogates become U+FFFD. One that JSON does not know stays as it is where `isLenient`, otherwise nothing is given. */
export function resolveEscapes(text: string, isLenient = false): string | undefined {
  let result = '', from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from)) {
    const kind = text[at + 1] ?? '', hex = text.slice(at + 2, at + 6), isUnit = kind === 'u' && isHex4.test(hex);
    const plain = isUnit ? String.fromCharCode(Number.parseInt(hex, 16)) : plainEscapes.get(kind) ?? (isLenient ? `\\${kind}` : undefined);
    if (plain === undefined) return undefined;
    result += text.slice(from, at) + plain;
    from = at + (isUnit ? 6 : 2);
  }
  return (result + text.slice(from)).toWellFormed();
}
