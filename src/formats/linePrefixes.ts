import { concatenated } from './concatenated.ts';
import { envelopeOf } from './lineEnvelopes.ts';
import type { Envelope } from './lineEnvelopes.ts';

const newline = 0x0a;
const nothing = new Uint8Array();
/** What a terminal is told: colours, links and titles, and the marks of build servers. */
const colors = /\u001b(?:\[[0-9;?]*[@-~]|[\]_][^\u0007\u001b\n]*(?:\u0007|\u001b\\))/g;
const time = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;
/** As containerd and CRI-O write it: long lines in several parts. */
const runtimePrefix = new RegExp(String.raw`^${time} (stdout|stderr) ([FP]) `);
/** What stands in front of every line, who wrote the line, where that is told, and `P` where the line goes on in the next one. */
const kinds: readonly (readonly [name: string, prefix: RegExp])[] = [
  ['pm2', new RegExp(String.raw`^(\d+\|[^|\n]{1,100}\| ?)(?:${time}:? ?)?`)],
  ['Foreman', /^\d\d:\d\d:\d\d ([\w.-]+ *\| ?)/],
  ['Docker Compose', new RegExp(String.raw`^([\w.-]+ *\| ?)(?:${time} )?`)],
  ['Jenkins', new RegExp(String.raw`^\[${time}\] ()`)],
  ['kubectl', new RegExp(String.raw`^(\[pod/[\w./-]+\] )(?:${time} )?`)],
  ['another program', /^\[\d\d:\d\d:\d\d(?:[.,]\d+)?\] ()/],
  ['another program', new RegExp(String.raw`^(\[[\w@./: -]{1,100}\] )(?:${time} )?`)],
  ['a container runtime', runtimePrefix],
  ['GitHub Actions', new RegExp(String.raw`^([^\t]*\t[^\t]*\t)\uFEFF?${time} `)],
  ['journald', new RegExp(String.raw`^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|${time}) (\S+ [^\s:]+: )`)],
  ['a log router', new RegExp(String.raw`^${time} (\w+\[[\w.-]+\]: )`)],
  ['GitLab', new RegExp(String.raw`^${time} (\d\d[OE])[+ ]`)],
  ['Loki', new RegExp(String.raw`^${time} (\{[^{}]{0,1000}\} )`)],
  ['a log collector', new RegExp(String.raw`^\uFEFF?${time} ()`)],
];
/** Lines that are looked at to find out what stands in front of them; so many of them must have it. */
const fewestLines = 3, share = 0.8;
/** Of lines so much is compared in search of what stands in front of all. */
const longestFront = 200;
/** So many programs may write into one log. */
const mostWriters = 8;
/** What is held at most of lines that others wrote in between, and of one line. */
const mostWaiting = 4 * 1024 * 1024, mostOfLine = 8 * 1024 * 1024;
/** And of lines that come in parts. */
const mostOfParts = 64 * 1024 * 1024;

/**
 * Takes away what others put around a text line by line: what log collectors write in front of every line or around it, and the
 * colours of a terminal, so that JSON over several lines is whole again. Lines that another program wrote into the middle of an object come after it.
 */
export class LinePrefixes {
  /** Whose prefixes these are; undefined when there are only colours. */
  readonly name: string | undefined;
  /** Without them, lines are not whole. */
  readonly hasParts: boolean;
  private readonly prefix: RegExp | undefined;
  /** What each line was put into instead. */
  private readonly envelope: Envelope | undefined;
  /** Lines of the same object have the same text in front of them. */
  private readonly hasWriters: boolean;
  private held: Uint8Array = nothing;
  /** A line that is too long goes on. */
  private isInLine = false;
  private readonly decoder = new TextDecoder();
  private readonly encoder = new TextEncoder();
  /** Who wrote the object that is open. */
  private writer: string | undefined;
  private waiting: { readonly writer: string; readonly line: string }[] = [];
  private waitingLength = 0;
  /** Lines of which only parts have come, by who writes them. */
  private readonly parts = new Map<string, string>();
  private partsLength = 0;

  private constructor(name: string | undefined, prefix: RegExp | undefined, hasParts: boolean, hasWriters = false, envelope?: Envelope) {
    this.envelope = envelope;
    this.name = name;
    this.prefix = prefix;
    this.hasWriters = hasWriters;
    this.hasParts = hasParts;
  }

  /** What may be to be taken away, as the front of an input shows it, likely ones first. */
  static of(head: Uint8Array): readonly LinePrefixes[] {
    const text = new TextDecoder().decode(head.subarray(0, head.lastIndexOf(newline) + 1)), lines = text.replaceAll(colors, '').split('\n').filter((line) => line.trim() !== '');
    const isOnMost = (prefix: RegExp): boolean => lines.filter((line) => prefix.test(line)).length >= lines.length * share;
    const envelope = envelopeOf(lines);
    if (envelope !== undefined) return [new LinePrefixes(envelope.name, undefined, false, false, envelope)];
    const hasParts = lines.some((line) => runtimePrefix.exec(line)?.[2] === 'P');
    if (lines.length < fewestLines && !hasParts) return [];
    const kind = kinds.find(([, prefix]) => isOnMost(prefix)), common = commonFront(lines, isOnMost), found = [kind, common].filter((each) => each !== undefined);
    if (found.length > 0) return found.map(([name, prefix]) => new LinePrefixes(name, prefix, hasParts, namesWriters(lines, prefix)));
    return text.includes('\u001b') ? [new LinePrefixes(undefined, undefined, false)] : [];
  }

  /** The lines that are whole. */
  push(chunk: Uint8Array): Uint8Array {
    const last = chunk.lastIndexOf(newline);
    if (last < 0) {
      this.held = concatenated(this.held, chunk).slice();
      if (this.held.length < mostOfLine) return nothing;
      const part = this.bare(this.held);
      this.held = nothing;
      this.isInLine = true;
      return part;
    }
    const lines = concatenated(this.held, chunk.subarray(0, last + 1));
    this.held = chunk.slice(last + 1);
    return this.bare(lines);
  }

  end(): Uint8Array {
    const rest = this.held, text = this.bare(rest);
    this.held = nothing;
    return concatenated(text, this.encoder.encode(this.release() + [...this.parts.values()].join('\n')));
  }

  private bare(lines: Uint8Array): Uint8Array {
    if (lines.length === 0) return nothing;
    let text = '';
    for (const line of this.decoder.decode(lines, { stream: true }).split(/(?<=\n)/)) {
      text += this.isInLine ? line : this.take(this.envelope === undefined ? line.replaceAll(colors, '') : line);
      this.isInLine = false;
    }
    return this.encoder.encode(text);
  }

  private take(line: string): string {
    if (this.envelope !== undefined) return this.follow('', this.envelope.unwrapped(line).replaceAll(colors, ''));
    const found = this.prefix?.exec(line), writer = this.hasWriters ? found?.[1]?.trim() ?? '' : '', part = found === null || found === undefined ? line : line.slice(found[0].length);
    const bare = this.joined(writer, part, found?.[2] === 'P');
    if (bare === '') return '';
    if (this.writer === undefined || this.writer === writer) return this.follow(writer, bare);
    this.waiting.push({ writer, line: bare });
    this.waitingLength += bare.length;
    return this.waitingLength > mostWaiting ? this.release() : '';
  }

  /** A line with the parts of it that came before; nothing while it goes on. */
  private joined(writer: string, part: string, goesOn: boolean): string {
    if (!goesOn && this.parts.size === 0) return part;
    const line = (this.parts.get(writer) ?? '') + (goesOn ? part.replace(/\r?\n$/, '') : part);
    this.partsLength += goesOn ? part.length : part.length - line.length;
    if (goesOn && this.partsLength < mostOfParts) {
      this.parts.set(writer, line);
      return '';
    }
    this.parts.delete(writer);
    return line;
  }

  /** A line that is in its place; with it an object may begin or end, as indented JSON has them. */
  private follow(writer: string, line: string): string {
    const end = line.trimEnd();
    if (this.writer === undefined) {
      if (end === '{' || end === '[') this.writer = writer;
      return line;
    }
    return /^[}\]],?$/.test(end) ? line + this.release() : line;
  }

  /** What had to wait for the end of an object. */
  private release(): string {
    const { waiting } = this;
    this.writer = undefined;
    this.waiting = [];
    this.waitingLength = 0;
    let text = '';
    for (const { writer, line } of waiting) {
      if (this.writer === undefined || this.writer === writer) text += this.follow(writer, line);
      else {
        this.waiting.push({ writer, line });
        this.waitingLength += line.length;
      }
    }
    return text;
  }
}

/** Whether what a prefix captures tells programs apart, and is not another one on every line. */
const namesWriters = (lines: readonly string[], prefix: RegExp): boolean => new Set(lines.map((line) => prefix.exec(line)?.[1])).size <= Math.max(mostWriters, lines.length / 4);

/** What stands in front of every line but for its numbers, up to where JSON begins; undefined when it is nothing. */
function commonFront(lines: readonly string[], isOnMost: (prefix: RegExp) => boolean): readonly [name: string, prefix: RegExp] | undefined {
  for (const line of [lines[0], lines[lines.length >> 1]]) {
    const tokens = (/^[^"'`{]*?(?=(?:\[\s*)?["'`{]|$)/.exec(line?.slice(0, longestFront).trimStart() ?? '')?.[0] ?? '').match(/\d+|\s+|[^\d\s]/gu) ?? [];
    let least = 0, most = tokens.length;
    while (least < most) {
      const middle = (least + most + 1) >> 1;
      if (isOnMost(frontOf(tokens.slice(0, middle), ''))) least = middle; else most = middle - 1;
    }
    // Words are whole where a blank follows, and what else goes on may belong to the line.
    const last = /^\s/.test(tokens[least - 1] ?? '') ? least - 2 : tokens.slice(0, least).findLastIndex((token) => /[^\p{L}\p{N}_\s]/u.test(token));
    if (last < 0) continue;
    const front = tokens.slice(0, last + 1), touches = frontOf(front, String.raw`(?!\d)\S`);
    return ['another program', frontOf(front, lines.some((each) => touches.test(each)) ? '' : String.raw`[ \t]?`)];
  }
  return undefined;
}

/** Lines that have such tokens in front. Numbers of lines may be set to the right. */
const frontOf = (tokens: readonly string[], behind: string): RegExp => new RegExp(String.raw`^[ \t]{0,8}${tokens.map(patternOf).join('')}${behind}()`, 'u');

function patternOf(token: string): string {
  if (/^\d/.test(token)) return String.raw`\d+`;
  return /^\s/.test(token) ? String.raw`[ \t]+` : token.replace(/[$()*+./?[\\\]^{|}]/, String.raw`\$&`);
}
