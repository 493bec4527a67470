import type { AgentView } from '../model/agent.ts';
import { roles, roleWords } from '../model/role.ts';
import { markBit, marks, spanKinds, statusCodes } from '../model/span.ts';
import type { Mark } from '../model/span.ts';
import { numberTest, remembered, textTest } from './compare.ts';
import type { QuerySpan, QueryTrace, Term } from './query.ts';
import type { Operator } from './tokens.ts';

/** Makes the term of a field, or says in words why the value does not fit. */
export type FieldReader = (operator: Operator, value: string) => Term | string;

const testKey = 'spanscope.test.name';

/** The fields that have a meaning of their own; any other key is an attribute. */
export const fields: ReadonlyMap<string, FieldReader> = new Map<string, FieldReader>([
  ['service', textField((span) => span.service, (trace, test) => trace.summary.services.some(test))],
  ['name', textField2((span, test) => test(span.name) || (span.subject !== '' && test(span.subject)), (trace, test) => test(trace.summary.name))],
  ['model', stepText((step) => step.model)],
  ['tool', stepText((step) => step.toolName)],
  ['agent', stepText((step) => step.agentName)],
  ['conversation', stepText((step) => step.conversationId)],
  ['test', textField2(inTest, (trace, test) => trace.summary.test !== undefined && test(trace.summary.test.name))],
  ['trace', textField((span) => span.traceId, (trace, test) => test(trace.summary.traceId))],
  ['span', textField((span) => span.spanId)],
  ['message', textField((span) => span.statusMessage)],
  ['status', status],
  ['role', choice('role', roles, (span) => span.role, new Map(roles.map((role) => [roleWords[role].toLowerCase().replace(' ', ''), role])))],
  ['kind', choice('kind', spanKinds, (span) => span.kind)],
  ['duration', duration],
  ['has', has],
  ['is', has],
  ['tokens', amount((step) => step.inputTokens === undefined && step.outputTokens === undefined ? undefined : (step.inputTokens ?? 0) + (step.outputTokens ?? 0),
    (trace) => trace.summary.inputTokens + trace.summary.outputTokens)],
  ['cost', amount((step) => step.costUsd, (trace) => trace.summary.costUsd)],
  ['spans', traceAmount((trace) => trace.summary.spanCount)],
  ['errors', traceAmount((trace) => trace.summary.errorCount)],
]);

/** A term of which a trace need only have some span that meets it. */
export function spanTerm(span: (span: QuerySpan) => boolean): Term {
  return { span, trace: (trace) => trace.someSpan(span) };
}

/** Whether a span, as the topmost one of a test, names a test like that. */
function inTest(span: QuerySpan, test: (text: string) => boolean): boolean {
  const name = span.attribute(testKey);
  return typeof name === 'string' && test(name);
}

function textField(get: (span: QuerySpan) => string, ofTrace?: (trace: QueryTrace, test: (text: string) => boolean) => boolean): FieldReader {
  return textField2((span, test) => test(get(span)), ofTrace);
}

function textField2(ofSpan: (span: QuerySpan, test: (text: string) => boolean) => boolean, ofTrace?: (trace: QueryTrace, test: (text: string) => boolean) => boolean): FieldReader {
  return (operator, value) => {
    const test = textOperator(operator, value);
    if (typeof test === 'string') return test;
    const span = (each: QuerySpan): boolean => ofSpan(each, test);
    const negative = operator === '!=';
    return {
      span,
      trace: (trace) => (ofTrace === undefined ? trace.someSpan(span) : ofTrace(trace, test) || (!negative && trace.someSpan(span))),
    };
  };
}

/** Several wanted values may be given with commas between them. */
function textOperator(operator: Operator, value: string): ((text: string) => boolean) | string {
  const wanted = value.split(',').filter((each) => each !== '');
  if (wanted.length === 0) return 'A text is missing after the colon.';
  const equal = (text: string): boolean => wanted.some((each) => (each.includes('*') ? textTest(each)(text) : text.toLowerCase() === each.toLowerCase()));
  switch (operator) {
    case ':': case '~': { const tests = wanted.map(textTest); return remembered((text) => tests.some((test) => test(text))); }
    case '=': return remembered(equal);
    case '!=': return remembered((text) => !equal(text));
    default: return 'Texts can be compared with : = != and ~.';
  }
}

function stepText(get: (step: AgentView) => string | undefined): FieldReader {
  return (operator, value) => {
    const test = textOperator(operator, value);
    return typeof test === 'string' ? test : spanTerm((span) => {
      const step = span.step();
      const text = step === undefined ? undefined : get(step);
      return text !== undefined && test(text);
    });
  };
}

function choice(word: string, all: readonly string[], get: (span: QuerySpan) => string, others: ReadonlyMap<string, string> = new Map()): FieldReader {
  return (operator, value) => {
    const wanted = new Set<string>();
    for (const each of value.toLowerCase().split(',').filter((text) => text !== '')) {
      const found = all.includes(each) ? each : others.get(each);
      if (found === undefined) return `There is no ${word} "${each}". Known: ${all.join(', ')}.`;
      wanted.add(found);
    }
    if (wanted.size === 0) return `A ${word} is missing. Known: ${all.join(', ')}.`;
    if (operator === ':' || operator === '=') return spanTerm((span) => wanted.has(get(span)));
    if (operator === '!=') return spanTerm((span) => !wanted.has(get(span)));
    return `A ${word} can be compared with : = and !=.`;
  };
}

function status(operator: Operator, value: string): Term | string {
  if (value.toLowerCase() === 'running' || value.toLowerCase() === 'open') return has(':', 'open');
  const term = choice('status', statusCodes, (span) => span.status)(operator, value);
  if (typeof term === 'string') return term;
  const wantsError = value.toLowerCase() === 'error' && operator !== '!=';
  // A trace is well when none of its spans failed, not when some span is.
  const wantsWell = value.toLowerCase() === 'ok' && operator !== '!=';
  if (wantsError) return { span: term.span, trace: (trace) => trace.summary.errorCount > 0 };
  return wantsWell ? { span: term.span, trace: (trace) => trace.summary.errorCount === 0 } : term;
}

const hasReaders: ReadonlyMap<string, Term> = new Map<string, Term>([
  ['error', { span: (span) => span.status === 'error', trace: (trace) => trace.summary.errorCount > 0 }],
  ['open', { span: (span) => (span.marks & markBit('open')) !== 0, trace: (trace) => trace.summary.openCount > 0 }],
  ['orphan', { span: (span) => (span.marks & markBit('orphan')) !== 0, trace: (trace) => trace.summary.orphanCount > 0 }],
  ['tokens', { span: (span) => span.step()?.inputTokens !== undefined || span.step()?.outputTokens !== undefined, trace: (trace) => trace.summary.inputTokens + trace.summary.outputTokens > 0 }],
  ['test', { span: (span) => span.attribute(testKey) !== undefined, trace: (trace) => trace.summary.test !== undefined }],
  ['cost', { span: (span) => span.step()?.costUsd !== undefined, trace: (trace) => trace.summary.costUsd !== undefined }],
]);

/** What `has:` knows; any other word is an attribute. */
export const hasWords: readonly string[] = [...hasReaders.keys(), ...marks.map((mark) => mark.toLowerCase())];

/** `has:error`, `has:open`, any mark, or the presence of an attribute. */
function has(operator: Operator, value: string): Term | string {
  if (operator !== ':' && operator !== '=') return 'Write has:error, has:open or has:attribute.key.';
  if (value === '') return 'Write has:error, has:open or has:attribute.key.';
  const known = hasReaders.get(value.toLowerCase());
  if (known !== undefined) return known;
  const mark = marks.find((each) => each.toLowerCase() === value.toLowerCase()) as Mark | undefined;
  if (mark !== undefined) return spanTerm((span) => (span.marks & markBit(mark)) !== 0);
  return spanTerm((span) => span.attribute(value) !== undefined);
}

const nanosecondsPer: ReadonlyMap<string, number> = new Map([['ns', 1], ['us', 1e3], ['µs', 1e3], ['μs', 1e3], ['ms', 1e6], ['s', 1e9], ['m', 60e9], ['min', 60e9], ['h', 3600e9]]);

/** `duration:>2s`, `duration:<=150ms`, `duration:100ms-2s`. Without a unit milliseconds are meant. */
function duration(operator: Operator, value: string): Term | string {
  const wrong = 'Write a duration as in duration:>2s, duration:<=150ms or duration:100ms-2s.';
  const range = /^(\d[\d.]*\s*[a-zµμ]*)-(\d[\d.]*\s*[a-zµμ]*)$/i.exec(value);
  if (range !== null && (operator === ':' || operator === '=')) {
    const low = nanoseconds(range[1] ?? ''), high = nanoseconds(range[2] ?? '');
    return low === undefined || high === undefined ? wrong : durationTerm((ns) => ns >= low && ns <= high);
  }
  const split = comparison(operator, value);
  const wanted = nanoseconds(split.value);
  if (wanted === undefined) return wrong;
  return durationTerm(numberTest(split.operator, wanted));
}

const durationTerm = (test: (ns: number) => boolean): Term => ({ span: (span) => test(span.durationNs), trace: (trace) => test(trace.durationNs) });

function nanoseconds(text: string): number | undefined {
  const parts = /^(\d+(?:\.\d+)?|\.\d+)\s*([a-zµμ]*)$/i.exec(text.trim());
  const unit = parts === null ? undefined : nanosecondsPer.get((parts[2] ?? '').toLowerCase() || 'ms');
  return unit === undefined || parts === null ? undefined : Number(parts[1]) * unit;
}

/** `field:>3` and `field>3` are the same. */
function comparison(operator: Operator, value: string): { readonly operator: Operator; readonly value: string } {
  const inner = /^(>=|<=|!=|>|<|=)/.exec(value)?.[1] as Operator | undefined;
  return inner !== undefined && operator === ':' ? { operator: inner, value: value.slice(inner.length) } : { operator, value };
}

function amount(ofStep: (step: AgentView) => number | undefined, ofTrace: (trace: QueryTrace) => number | undefined): FieldReader {
  return (operator, value) => {
    const test = amountTest(operator, value);
    if (typeof test === 'string') return test;
    return {
      span: (span) => { const step = span.step(); return step !== undefined && test(ofStep(step)); },
      trace: (trace) => test(ofTrace(trace)),
    };
  };
}

function traceAmount(ofTrace: (trace: QueryTrace) => number): FieldReader {
  return (operator, value) => {
    const test = amountTest(operator, value);
    // Single spans have no such count, so the term does not narrow the spans of a trace.
    return typeof test === 'string' ? test : { span: () => true, trace: (trace) => test(ofTrace(trace)) };
  };
}

function amountTest(operator: Operator, value: string): ((amount: number | undefined) => boolean) | string {
  const split = comparison(operator, value);
  const parts = /^\$?(\d+(?:\.\d+)?)([km]?)$/i.exec(split.value.trim());
  if (parts === null) return 'Write a number as in tokens:>1000 or cost:>0.05.';
  const factor = { k: 1e3, m: 1e6 }[(parts[2] ?? '').toLowerCase()] ?? 1;
  const test = numberTest(split.operator, Number(parts[1]) * factor);
  return (each) => each !== undefined && test(each);
}
