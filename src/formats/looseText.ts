import type { JsonObject, JsonValue } from './jsonReader.ts';

/** Why a text is no value in the notation of a program; the reader stands where it was noticed. */
export class LooseTextError extends Error {}

const deepest = 64;
const simpleEscapes = new Map([['n', '\n'], ['t', '\t'], ['r', '\r'], ['b', '\b'], ['f', '\f'], ['v', '\v'], ['a', '\u0007'], ['0', '\0'], ['\n', '']]);
const words = new Map<string, JsonValue>([
  ['null', null], ['undefined', null], ['None', null], ['true', true], ['True', true], ['false', false], ['False', false],
  ['NaN', Number.NaN], ['nan', Number.NaN], ['Infinity', Number.POSITIVE_INFINITY], ['inf', Number.POSITIVE_INFINITY],
]);
const escapeText = /\\(?:x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g;
const number = /-?(?:[0-9][0-9_]*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(n?)(?![\w.:-])/y;
/** What Node shows in place of a value: `[Object]`, `[Circular *1]`, `[Function: f]`. Python's `[True]` is a list. */
const placeholder = /\[(?!(?:None|True|False|NaN|Infinity)\])(?:class |[A-Z][\w$.]*(?=[\] :*(/]))[^\]\n]*\]/y;
const more = /\.\.\. ([0-9]+) more (?:items?|propert(?:y|ies))/y;
const moreText = /\s*\.\.\. [0-9]+ more characters?/y;
const word = /[A-Za-z_$][\w$.]*/y;
const reference = /<ref \*[0-9]+>\s*/y;
/** What may stand between the name of a class and its content. */
const size = /(?:\([0-9]+\))?(?:\s*\[[^\]\n]*\])?\s*(?=[{[])/y;
const computedKey = /\[[^\]\n]*\](?=:)/y;
const plainKey = /[\w$.-]+/y;
const blanks = /\s*/y;
const dateCall = /^datetime\.datetime\((\d+(?:, \d+){2,6})(?:, tzinfo=[\w.]*(?:utc|UTC)[\w.()]*)?\)$/;
const quotedCall = /^[\w.]+\((['"])((?:[^'"\\]|\\.)*)\1\)$/;

/**
 * Reads values as programs print them: `util.inspect` of Node (keys without quotes, strings in any quotes and in pieces
 * with `+`, class names in front, Maps and Sets, `undefined`), and `repr` of Python (`None`, tuples, calls such as
 * `UUID('…')`). Nothing is evaluated: what is neither is kept as the text that it is. Throws LooseTextError.
 */
export class LooseText {
  private readonly text: string;
  private position: number;
  /** Whether something was left out by the program: `[Object]`, `... 3 more items`. */
  isCut = false;

  constructor(text: string, position = 0) {
    this.text = text;
    this.position = position;
  }

  /** The object that comes next; what follows it is not looked at. */
  takeObject(): JsonObject {
    const value = this.take(0);
    return value instanceof Map ? value : this.fail('an object expected');
  }

  private take(depth: number): JsonValue {
    if (depth > deepest) this.fail('objects and lists are nested too deeply');
    this.skipBlanks();
    this.match(reference);
    switch (this.text[this.position]) {
      case undefined: return this.fail('a value expected, but the text ends');
      case '\'': case '"': case '`': return this.string();
      case '{': return this.object(depth + 1);
      case '(': return this.list(')', depth + 1);
      case '[': return this.bracketed(depth);
      case '<': return this.raw();
      default: return this.plain(depth);
    }
  }

  /** A list, or what stands in place of a value. */
  private bracketed(depth: number): JsonValue {
    const shown = this.match(placeholder);
    if (shown === undefined) return this.list(']', depth + 1);
    this.skipBlanks();
    // An object without prototype.
    if (this.text[this.position] === '{') return this.object(depth + 1);
    this.isCut = true;
    return shown;
  }

  private list(close: string, depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.position++;
    while (!this.isClosed(close)) {
      const left = this.match(more);
      if (left === undefined) items.push(this.take(depth));
      else {
        this.isCut = true;
        items.push(left);
      }
      this.separator(close);
    }
    return items;
  }

  /** An object or a Map; or a set, as a list. */
  private object(depth: number): JsonValue {
    const members: JsonObject = new Map(), items: JsonValue[] = [];
    this.position++;
    while (!this.isClosed('}')) {
      if (this.match(more) !== undefined) this.isCut = true;
      else {
        const key = this.key(depth);
        this.skipBlanks();
        if (this.text[this.position] === ':') this.position++;
        else if (this.text.startsWith('=>', this.position)) this.position += 2;
        else {
          items.push(key);
          this.separator('}');
          continue;
        }
        members.set(typeof key === 'string' ? key : String(key), this.take(depth));
      }
      this.separator('}');
    }
    return members.size === 0 && items.length > 0 ? items : members;
  }

  private key(depth: number): JsonValue {
    const computed = this.match(computedKey);
    if (computed !== undefined) return computed.slice(1, -1);
    const start = this.position, plain = this.match(plainKey);
    this.skipBlanks();
    if (plain !== undefined && this.text[this.position] === ':') return plain;
    this.position = start;
    return this.take(depth);
  }

  /** Passes over the separator after a member or an item. */
  private separator(close: string): void {
    this.skipBlanks();
    if (this.text[this.position] === ',') this.position++;
    else if (this.text[this.position] !== close) this.fail(`"," or "${close}" expected`);
  }

  private isClosed(close: string): boolean {
    this.skipBlanks();
    if (this.position >= this.text.length) this.fail(`"${close}" expected, but the text ends`);
    if (this.text[this.position] !== close) return false;
    this.position++;
    return true;
  }

  /** A string, and the further pieces of it: Node adds them with `+`, Python's pprint puts them one after the other. */
  private string(): string {
    let text = this.quoted();
    for (;;) {
      const left = this.match(moreText);
      if (left !== undefined) {
        this.isCut = true;
        text += left.trim();
      }
      const before = this.position;
      this.skipBlanks();
      const next = this.text[this.position];
      if (next === '+') {
        this.position++;
        this.skipBlanks();
      } else if (this.position === before || (next !== '\'' && next !== '"')) {
        this.position = before;
        return text;
      }
      text += this.quoted();
    }
  }

  private quoted(): string {
    const quote = this.text[this.position] ?? '', start = this.position + 1;
    if (quote !== '\'' && quote !== '"' && quote !== '`') this.fail('a string expected');
    let at = start;
    for (; this.text[at] !== quote; at++) {
      if (this.text[at] === '\\') at++;
      if (at >= this.text.length) this.fail('a string does not end');
    }
    this.position = at + 1;
    const source = this.text.slice(start, at);
    return source.includes('\\') ? source.replaceAll(escapeText, resolved) : source;
  }

  /** A number, a word, a class name in front of something, a call, or any other text. */
  private plain(depth: number): JsonValue {
    const digits = this.match(number);
    if (digits !== undefined) return numberOf(digits);
    const start = this.position, isNegative = this.text[start] === '-', name = this.match(word);
    if (name === undefined) {
      const value = isNegative ? words.get(this.text.slice(start + 1).match(/^\w+/)?.[0] ?? '') : undefined;
      if (typeof value !== 'number') return this.raw();
      this.match(/-\w+/y);
      return -value;
    }
    const known = words.get(name), next = this.text[this.position];
    if (known !== undefined) return known;
    if ((next === '\'' || next === '"') && name.length <= 2) return this.string();
    if (this.match(size) !== undefined) return this.text[this.position] === '{' ? this.object(depth + 1) : this.list(']', depth + 1);
    if (next === '(' && this.text[this.position + 1] === '{') {
      this.position++;
      const inner = this.object(depth + 1);
      this.isClosed(')');
      return inner;
    }
    this.position = start;
    return callValue(this.raw());
  }

  /** Any text up to the separator behind it. */
  private raw(): string {
    const start = this.position;
    let open = 0;
    for (let at = start; ; at++) {
      const character = this.text[at];
      if (character === undefined || (open === 0 && (character === ',' || character === '}' || character === ']' || character === ')' || character === '\n'))) {
        if (at === start) this.fail('a value expected');
        this.position = at;
        return this.text.slice(start, at).trim();
      }
      if (character === '(' || character === '[' || character === '{' || (character === '<' && at === start)) open++;
      else if (character === ')' || character === ']' || character === '}' || (character === '>' && this.text[start] === '<' && open > 0)) open--;
    }
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.position += found.length;
    return found;
  }

  private skipBlanks(): void { this.match(blanks); }

  private fail(message: string): never { throw new LooseTextError(message); }
}

function resolved(escape: string, byte?: string, point?: string, unit?: string, wide?: string, other?: string): string {
  const hex = byte ?? point ?? unit ?? wide;
  if (hex === undefined) return simpleEscapes.get(other ?? '') ?? other ?? escape;
  const code = Number.parseInt(hex, 16);
  return code <= 0x10_ffff ? String.fromCodePoint(code) : '\ufffd';
}

function numberOf(text: string): JsonValue {
  const bare = text.replaceAll('_', '').replace(/n$/, ''), value = Number(bare);
  return /^-?[0-9]+$/.test(bare) && (text.endsWith('n') || !Number.isSafeInteger(value)) ? BigInt(bare) : value;
}

/** Of calls that Python prints for a date or for what is made of one text, that date or text. */
function callValue(text: string): string {
  const date = dateCall.exec(text)?.[1]?.split(', ').map((part, i) => part.padStart(i === 0 ? 4 : i === 6 ? 6 : 2, '0'));
  if (date === undefined) return quotedCall.exec(text)?.[2] ?? text;
  const [year = '', month = '', day = '', hour = '00', minute = '00', second = '00', micros = '000000'] = date;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}Z`;
}
