/** Whether a text is another one without regard to case; `*` in the wanted one stands for anything. */
export function textTest(wanted: string): (text: string | undefined) => boolean {
  const needle = wanted.toLowerCase();
  const pieces = needle.split('*');
  return (text) => text !== undefined && (pieces.length === 1 ? text.toLowerCase() === needle : fits(text.toLowerCase(), pieces));
}

/** Linear in the length of the text, whatever the pattern. */
function fits(text: string, pieces: readonly string[]): boolean {
  const first = pieces[0] ?? '', last = pieces.at(-1) ?? '';
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const inner = text.slice(first.length, text.length - last.length);
  let from = 0;
  for (const piece of pieces.slice(1, -1)) {
    const found = inner.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return true;
}

/** A condition on an attribute as the filter language has it: one member of a list that passes is enough. */
export function attributeTest(operator: unknown, wanted: string): (value: unknown) => boolean {
  if (operator === 'exists') return (value) => value !== undefined;
  if (operator === '!=') {
    const equal = attributeTest('=', wanted);
    return (value) => value !== undefined && !equal(value);
  }
  const single = scalarTest(operator, wanted);
  return (value) => (Array.isArray(value) ? value.some(single) : value !== undefined && single(value));
}

function scalarTest(operator: unknown, wanted: string): (value: unknown) => boolean {
  const number = wanted.trim() === '' ? NaN : Number(wanted);
  const pattern = textTest(wanted.includes('*') ? wanted : `*${wanted}*`);
  const compared = (test: (value: number) => boolean) => (value: unknown): boolean =>
    (typeof value === 'number' || (typeof value === 'string' && value.trim() !== '')) && test(Number(value));
  switch (operator) {
    case '>': return compared((value) => value > number);
    case '>=': return compared((value) => value >= number);
    case '<': return compared((value) => value < number);
    case '<=': return compared((value) => value <= number);
    case '~': return (value) => pattern(String(value));
    case '=': return (value) => (typeof value === 'number' ? value === number : wanted.includes('*') ? pattern(String(value)) : String(value) === wanted);
    default: return () => false;
  }
}
