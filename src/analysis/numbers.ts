const minus = '\u2212';
/** Keeps a number and its unit on one line. */
const gap = '\u00a0';

interface DurationUnit { readonly name: string; readonly ns: number }
const units: readonly DurationUnit[] = [
  { name: 'ns', ns: 1 },
  { name: 'µs', ns: 1e3 },
  { name: 'ms', ns: 1e6 },
  { name: 's', ns: 1e9 },
];
const msNs = 1e6, secondNs = 1e9, minuteNs = 60e9, hourNs = 3600e9;
/** From here on days are easier to grasp than hours. */
const daysFromNs = 48 * hourNs;

/**
 * Every kind of number as the views show it, with the separators of the display language. Units are not translated.
 * Durations and positions are nanoseconds. What is not known is for the caller to leave empty.
 */
export class Numbers {
  readonly #locale: string | undefined;
  readonly #formats = new Map<string, Intl.NumberFormat>();

  /** `locale` is a BCP 47 tag; one that is not known counts as the machine's own. */
  constructor(locale?: string) {
    this.#locale = supported(locale);
  }

  /** Three significant digits and one unit; two units from a minute on. `4.70 s`, `2 m 05 s`, `3 d 04 h`. */
  duration(ns: number): string {
    if (ns < 0) return minus + this.duration(-ns);
    // A second more or less decides between 59.9 s and 1 m, so what is rounded is asked.
    if (ns >= minuteNs - secondNs / 20) return this.#longDuration(ns);
    const unit = units.findLast(({ ns: size }) => ns >= size * 0.9995) ?? (units[0] as DurationUnit);
    const value = ns / unit.ns;
    const digits = unit.ns === 1 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
    return `${this.#fixed(value, digits)}${gap}${unit.name}`;
  }

  /** A duration that still grows, for charts and trees: `7.20 s …`. */
  running(ns: number): string { return `${this.duration(ns)}${gap}…`; }

  /** A duration that still grows, in a sentence: `7.20 s so far`. */
  soFar(ns: number): string { return `${this.duration(ns)} so far`; }

  /** Offset to the run in seconds, to the millisecond: `+17.700 s`. Less than that is told as it is, since it may be all of a run: `+12.4 µs`. */
  position(ns: number): string {
    const size = Math.abs(ns), text = size > 0 && size < msNs ? this.duration(size) : `${this.#fixed(size / secondNs, 3)}${gap}s`;
    return `${ns < 0 ? minus : '+'}${text}`;
  }

  positionRange(fromNs: number, toNs: number): string { return `${this.position(fromNs)} – ${this.position(toNs)}`; }

  /** To the nanosecond, for tooltips and copies: `4,700,000,123 ns`. */
  exact(ns: number | bigint): string { return `${this.#format('exact', {}).format(ns)}${gap}ns`; }

  /** A place on the time axis whose marks are `stepNs` apart: one unit for neighbours, with digits that tell them apart. */
  tick(ns: number, stepNs: number): string {
    if (ns !== 0 && (stepNs >= minuteNs || (stepNs >= secondNs && ns >= minuteNs))) return this.#longDuration(ns);
    const byStep = units.findLastIndex(({ ns: size }) => stepNs >= size / 10), byPlace = units.findLastIndex(({ ns: size }) => Math.abs(ns) >= size * 10);
    const unit = units[Math.max(0, byStep, byPlace)] as DurationUnit;
    const digits = ns === 0 ? 0 : Math.max(0, -Math.floor(Math.log10(stepNs / unit.ns) + 1e-9));
    return `${this.#fixed(ns / unit.ns, digits)}${gap}${unit.name}`;
  }

  /** Exact to 999, then rounded: `412`, `1.2k`, `118k`, `1.25M`. */
  tokens(count: number): string {
    if (count < 1_000) return this.#fixed(count, 0);
    if (count < 99_950) return `${this.#fixed(count / 1_000, 1)}k`;
    if (count < 999_500) return `${this.#fixed(count / 1_000, 0)}k`;
    const millions = count / 1e6;
    return `${this.#fixed(millions, millions < 9.995 ? 2 : millions < 99.95 ? 1 : 0)}M`;
  }

  /** `13.5k → 1.1k`; a side that is not known is `—`. */
  tokenFlow(input: number, output: number): string {
    const side = (count: number): string => (Number.isNaN(count) ? '—' : this.tokens(count));
    return `${side(input)} → ${side(output)}`;
  }

  /** US dollars with four decimals under a cent, three under a dollar, else two; `≥` when a part has no price. */
  cost(usd: number, isLeast = false): string {
    const prefix = isLeast ? `≥${gap}` : '';
    if (usd > 0 && usd < 0.00005) return `${prefix}<${gap}${this.#dollars(0.0001, 4)}`;
    return prefix + this.#dollars(usd, usd === 0 || usd >= 0.9995 ? 2 : usd < 0.00995 ? 4 : 3);
  }

  /** A part of a whole: `45.9%`. */
  share(part: number): string {
    return this.#format('share', { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(part);
  }

  /** A signed change, whole: `−29%`. */
  change(ratio: number): string {
    const text = this.#format('change', { style: 'percent', maximumFractionDigits: 0 }).format(Math.abs(ratio));
    return Math.round(ratio * 100) === 0 ? text : `${ratio < 0 ? minus : '+'}${text}`;
  }

  /** Exact, for texts: `1,280`. */
  count(count: number): string { return this.#fixed(count, 0); }

  /** A number with its word: `1 span`, `1,280 spans`. */
  counted(count: number, word: string): string { return `${this.count(count)} ${word}${count === 1 ? '' : 's'}`; }

  /** For places with little room, from 10,000 rounded: `45.4k`. */
  shortCount(count: number): string { return count < 10_000 ? this.count(count) : this.tokens(count); }

  /** 1 kB is 1,000 bytes: `3.1 kB`. */
  size(bytes: number): string {
    if (bytes < 1_000) return `${this.#fixed(bytes, 0)}${gap}B`;
    const [value, unit] = bytes < 999_950 ? [bytes / 1e3, 'kB'] : bytes < 999_950_000 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
    return `${this.#fixed(value, value < 99.95 ? 1 : 0)}${gap}${unit}`;
  }

  #longDuration(ns: number): string {
    const seconds = Math.round(ns / secondNs), pad = (value: number): string => String(value).padStart(2, '0');
    if (ns < hourNs - secondNs / 2) return `${Math.floor(seconds / 60)}${gap}m${gap}${pad(seconds % 60)}${gap}s`;
    if (ns >= daysFromNs - minuteNs / 2) {
      const hours = Math.round(ns / hourNs);
      return `${this.#fixed(Math.floor(hours / 24), 0)}${gap}d${gap}${pad(hours % 24)}${gap}h`;
    }
    const minutes = Math.round(ns / minuteNs);
    return `${this.#fixed(Math.floor(minutes / 60), 0)}${gap}h${gap}${pad(minutes % 60)}${gap}m`;
  }

  #dollars(usd: number, digits: number): string {
    const options = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
    return this.#format(`$${digits}`, options).format(usd);
  }

  #fixed(value: number, digits: number): string {
    return this.#format(String(digits), { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
  }

  #format(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
    let format = this.#formats.get(key);
    if (!format) this.#formats.set(key, (format = new Intl.NumberFormat(this.#locale, options)));
    return format;
  }
}

/** Making a format takes a thousand times as long as using it. */
const clockFormats = new Map<string, Intl.DateTimeFormat>();

const timeOfDay = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const, timeOfYear = { ...timeOfDay, day: 'numeric', month: 'short' } as const;
const clockOptions = { today: { ...timeOfDay, second: '2-digit' }, thisYear: timeOfYear, ever: { day: 'numeric', month: 'short', year: 'numeric' } } as const;

/** Local time: `14:02:11` today, `19 Nov, 14:02` on another day of this year, `19 Nov 2024` of another one. */
export function clock(unixMilli: number, nowUnixMilli: number, locale?: string): string {
  const at = new Date(unixMilli), now = new Date(nowUnixMilli);
  const when = at.toDateString() === now.toDateString() ? 'today' : at.getFullYear() === now.getFullYear() ? 'thisYear' : 'ever', key = `${when} ${locale}`;
  let format = clockFormats.get(key);
  if (format === undefined) clockFormats.set(key, format = new Intl.DateTimeFormat(supported(locale), clockOptions[when]));
  return format.format(at);
}

function supported(locale: string | undefined): string | undefined {
  try {
    return locale === undefined ? undefined : Intl.getCanonicalLocales(locale)[0];
  } catch {
    return undefined;
  }
}
