const plainEscapes = new Map([['"', '"'], ['\\', '\\'], ['/', '/'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t']]);
const isHex4 = /^[0-9a-fA-F]{4}$/;

/** Resolves the escapes of a JSON string's content; lone surrogates become U+FFFD. Undefined when JSON does not know one. */
export function resolveEscapes(text: string): string | undefined {
  let result = '', from = 0;
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', from)) {
    const kind = text[at + 1];
    result += text.slice(from, at);
    if (kind === 'u') {
      const hex = text.slice(at + 2, at + 6);
      if (!isHex4.test(hex)) return undefined;
      result += String.fromCharCode(Number.parseInt(hex, 16));
      from = at + 6;
    } else {
      const plain = plainEscapes.get(kind ?? '');
      if (plain === undefined) return undefined;
      result += plain;
      from = at + 2;
    }
  }
  return (result + text.slice(from)).toWellFormed();
}
