import { attributeTest, textTest } from './breakpointTests.ts';
import { factsOf } from './spanFacts.ts';
import { RunMeter } from './runMeter.ts';
import type { Moment, SpanFacts, SpanSource } from './spanFacts.ts';

const moments: readonly Moment[] = ['start', 'end', 'error'];
const measures = ['tokens', 'seconds', 'steps'] as const;

interface Breakpoint {
  readonly id: string;
  /** In lower case when it is to be equal; undefined when it is a pattern or not asked for. */
  readonly exactName: string | undefined;
  readonly tests: readonly ((facts: SpanFacts) => boolean)[];
  readonly hit: number;
  readonly limit: { readonly of: (typeof measures)[number]; readonly above: number } | undefined;
}

/** Those of one moment. A thousand names cost no more than one. */
interface Group { readonly named: Map<string, Breakpoint[]>; readonly others: Breakpoint[] }

/** The span breakpoints that the receiver tells (`breakpoints` of the live protocol), and how often each was met in this process. */
export class Breakpoints {
  #groups = new Map<Moment, Group>();
  #meets = new Map<string, number>();
  #runs: RunMeter | undefined;

  get isEmpty(): boolean { return this.#groups.size === 0; }
  has(on: Moment): boolean { return this.#groups.has(on); }

  /** Takes the place of all earlier ones. What cannot be understood is left out. */
  set(items: readonly unknown[]): void {
    this.#groups = new Map();
    const before = this.#meets;
    this.#meets = new Map();
    let hasLimits = false;
    for (const item of items) {
      const read = breakpointIn(item);
      if (read === undefined) continue;
      const { on, breakpoint } = read;
      this.#meets.set(breakpoint.id, before.get(breakpoint.id) ?? 0);
      hasLimits ||= breakpoint.limit !== undefined;
      const group: Group = this.#groups.get(on) ?? { named: new Map(), others: [] };
      this.#groups.set(on, group);
      if (breakpoint.exactName === undefined) group.others.push(breakpoint);
      else group.named.set(breakpoint.exactName, [...group.named.get(breakpoint.exactName) ?? [], breakpoint]);
    }
    this.#runs = hasLimits ? this.#runs ?? new RunMeter() : undefined;
  }

  /** The id of a breakpoint at which the program is to stop now. Every one that is met is counted. */
  met(span: SpanSource, on: Moment): string | undefined {
    this.#runs?.note(span, on);
    const group = this.#groups.get(on);
    if (group === undefined) return undefined;
    const facts = factsOf(span);
    let found: string | undefined;
    for (const breakpoint of [...group.named.get(facts.name) ?? [], ...group.others]) {
      if (breakpoint.tests.every((test) => test(facts)) && this.#stops(breakpoint, span)) found ??= breakpoint.id;
    }
    return found;
  }

  /** From the n-th time on. */
  #stops({ id, hit, limit }: Breakpoint, span: SpanSource): boolean {
    if (limit !== undefined && this.#runs?.passes(span, id, limit) !== true) return false;
    const count = (this.#meets.get(id) ?? 0) + 1;
    this.#meets.set(id, count);
    return count >= hit;
  }
}

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const textIn = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function breakpointIn(item: unknown): { readonly on: Moment; readonly breakpoint: Breakpoint } | undefined {
  if (!isFields(item) || item['enabled'] === false) return undefined;
  const id = textIn(item['id']), on = moments.find((moment) => moment === item['on']);
  if (id === undefined || on === undefined) return undefined;
  const name = textIn(item['name'])?.toLowerCase(), isPattern = name?.includes('*') === true;
  const tests = (['role', 'tool', 'model'] as const).flatMap((field) => {
    const wanted = textIn(item[field]);
    if (wanted === undefined) return [];
    const test = textTest(wanted);
    return [(facts: SpanFacts) => test(facts[field])];
  });
  if (name !== undefined && isPattern) {
    const test = textTest(name);
    tests.push((facts) => test(facts.name));
  }
  const attribute = item['attribute'];
  if (isFields(attribute)) {
    const key = textIn(attribute['key']) ?? '', test = attributeTest(attribute['operator'], textIn(attribute['value']) ?? '');
    tests.push(({ attributes }) => test(Object.hasOwn(attributes, key) ? attributes[key] : undefined));
  }
  const hit = typeof item['hit'] === 'number' && item['hit'] > 1 ? item['hit'] : 1;
  return { on, breakpoint: { id, exactName: isPattern ? undefined : name, tests, hit, limit: limitIn(item['limit']) } };
}

function limitIn(value: unknown): Breakpoint['limit'] {
  if (!isFields(value)) return undefined;
  const of = measures.find((measure) => measure === value['of']), above = value['above'];
  return of === undefined || typeof above !== 'number' ? undefined : { of, above };
}
