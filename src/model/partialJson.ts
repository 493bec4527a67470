import type { AttributeValue } from './attributes.ts';

const maxDepth = 64;

/**
 * Reads JSON text as far as it goes: text that was cut by a length limit gives what was complete, with the last string as
 * far as it went. Integers beyond 2^53 stay exact. Undefined when the text is nested too deep or does not begin as JSON, or
 * other text follows: then it is somebody's words that begin with a quotation or a number in brackets.
 */
export function parsePartialJson(text: string): AttributeValue | undefined {
  const reader = new Reader(text);
  const value = reader.value(0);
  return reader.failed || !reader.isAtEnd ? undefined : value;
}

class Reader {
  failed = false;
  private at = 0;
  private readonly text: string;
  constructor(text: string) { this.text = text; }

  /** Whether nothing follows; a text that is nothing but an opened quotation does not end. */
  get isAtEnd(): boolean {
    this.skipBlanks();
    return this.at === this.text.length || (this.at > this.text.length && this.text.trimStart()[0] !== '"');
  }

  value(depth: number): AttributeValue | undefined {
    this.skipBlanks();
    const first = this.text[this.at];
    if (depth > maxDepth) return this.fail();
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    return this.word();
  }

  private object(depth: number): AttributeValue | undefined {
    const members = new Map<string, AttributeValue>();
    this.at++;
    while (!this.ends('}')) {
      if (this.text[this.at] !== '"') return this.fail();
      const key = this.string();
      this.skipBlanks();
      if (this.at >= this.text.length) break;
      if (this.text[this.at++] !== ':') return this.fail();
      const member = this.value(depth + 1);
      if (this.failed) return undefined;
      if (member !== undefined) members.set(key, member);
    }
    return members;
  }

  private array(depth: number): AttributeValue | undefined {
    const items: AttributeValue[] = [];
    this.at++;
    while (!this.ends(']')) {
      const item = this.value(depth + 1);
      if (this.failed) return undefined;
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  /** Steps over a comma or the closing bracket; true at the end of the container or of the text. */
  private ends(bracket: string): boolean {
    this.skipBlanks();
    if (this.text[this.at] === ',') { this.at++; this.skipBlanks(); }
    if (this.at >= this.text.length) return true;
    if (this.text[this.at] !== bracket) return false;
    this.at++;
    return true;
  }

  private string(): string {
    const start = ++this.at;
    let plain = true;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      if (this.text[this.at] === '\\') { plain = false; this.at++; }
      this.at++;
    }
    const body = this.text.slice(start, Math.min(this.at, this.text.length));
    this.at++;
    return plain ? body : unescape(body);
  }

  private word(): AttributeValue | undefined {
    const start = this.at;
    while (this.at < this.text.length && !/[\s,\]}]/.test(this.text[this.at]!)) this.at++;
    const word = this.text.slice(start, this.at);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    if (word === 'NaN') return NaN;
    if (/^-?\d+$/.test(word)) return exactInteger(word);
    if (/^-?\d/.test(word)) { const number = Number(word); return Number.isNaN(number) ? this.cutOrFail() : number; }
    return this.cutOrFail();
  }

  private cutOrFail(): undefined { return this.at >= this.text.length ? undefined : this.fail(); }
  private fail(): undefined { this.failed = true; return undefined; }
  private skipBlanks(): void { while (this.at < this.text.length && /\s/.test(this.text[this.at]!)) this.at++; }
}

/** A number, or a bigint where a number would lose digits. */
export function exactInteger(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

const escapes = new Map([['n', '\n'], ['r', '\r'], ['t', '\t'], ['b', '\b'], ['f', '\f']]);

function unescape(body: string): string {
  return body.replace(/\\(?:u([0-9a-fA-F]{4})|(.?))/gs, (_, code: string | undefined, letter: string | undefined) =>
    code !== undefined ? String.fromCharCode(parseInt(code, 16)) : escapes.get(letter ?? '') ?? letter ?? '');
}
