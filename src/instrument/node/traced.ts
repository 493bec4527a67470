import { getTracer, tracerInUse } from './defaultTracer.ts';
import { isGeneratorFunction, traceGenerator } from './generators.ts';
import { callerLocation } from './location.ts';
import { runSpan } from './run.ts';
import { splitOptions } from './tracer.ts';
import type { Carrier } from './carrier.ts';
import type { AnyGenerator } from './generators.ts';
import type { AnyFunction, SourceLocation } from './location.ts';
import type { PropagationFormat } from './propagation.ts';
import type { SpanContext } from './records.ts';
import type { Span } from './span.ts';
import type { SpanOptions, Tracer, WithOptions } from './tracer.ts';

export interface TracedOptions extends SpanOptions {
  /** Else the tracer of the current span, else the default one. */
  readonly tracer?: Tracer;
}

/** What `traced(name)` gives: a decorator of methods of either kind, and a wrapper of functions. */
export interface TracedDecorator {
  <F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F;
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
  <F extends AnyFunction>(work: F): F;
}

/**
 * Makes every call of a function a span: sync, async and generator functions, in each of these forms:
 * `traced(fn)`, `traced('name', fn)`, `traced('name', options, fn)`, and as a decorator of methods `@traced`,
 * `@traced('name')`, `@traced('name', options)`, of the standard kind and of TypeScript's `experimentalDecorators`.
 */
export function traced<F extends AnyFunction>(work: F): F;
export function traced<F extends AnyFunction>(name: string, work: F): F;
export function traced<F extends AnyFunction>(name: string, options: TracedOptions, work: F): F;
export function traced(name?: string, options?: TracedOptions): TracedDecorator;
export function traced<F extends AnyFunction>(method: F, context: ClassMethodDecoratorContext): F;
export function traced(target: object, key: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor;
export function traced(...all: readonly unknown[]): unknown {
  const location = callerLocation(traced);
  const [first, second, third] = all;
  if (isDescriptor(third)) return decorateLegacy({ name: undefined, options: {}, location }, second, third);
  if (typeof first === 'function') return wrap(first as AnyFunction, { name: methodName(second), options: {}, location });
  const name = typeof first === 'string' ? first : undefined;
  const options = typeof second === 'object' && second !== null ? second as TracedOptions : {};
  const work = typeof second === 'function' ? second : third;
  if (typeof work === 'function') return wrap(work as AnyFunction, { name, options, location });
  return (...target: readonly unknown[]): unknown => {
    const plan = { name, options, location };
    const [method, context, descriptor] = target;
    if (isDescriptor(descriptor)) return decorateLegacy(plan, context, descriptor);
    return typeof method === 'function' ? wrap(method as AnyFunction, { ...plan, name: name ?? methodName(context) }) : undefined;
  };
}

/** Runs `work` inside a span of the tracer in use. */
export function traceSpan<T>(name: string, work: (span: Span) => T): T;
export function traceSpan<T>(name: string, options: TracedOptions, work: (span: Span) => T): T;
export function traceSpan<T>(name: string, ...rest: WithOptions<TracedOptions, (span: Span) => T>): T {
  const [options, work] = splitOptions(rest);
  return runSpan((options.tracer ?? tracerInUse()).openSpan(name, { ...options, entry: traceSpan }), work);
}

/** Writes the current span's context into headers or a message, which it returns. */
export function inject<C extends Carrier>(carrier: C, formats?: readonly PropagationFormat[]): C {
  return getTracer().inject(carrier, formats);
}

/** Reads a context from headers or a message, for `parent`; undefined when there is none. */
export function extract(carrier: Carrier): SpanContext | undefined {
  return getTracer().extract(carrier);
}

interface Plan {
  readonly name: string | undefined;
  readonly options: TracedOptions;
  /** Where the function was wrapped. */
  readonly location: SourceLocation | undefined;
}

function wrap(work: AnyFunction, { name, options, location }: Plan): AnyFunction {
  const ownName = work.name === '' ? undefined : work.name;
  const spanName = name ?? ownName ?? 'anonymous';
  const attributes = { 'function.name': ownName, ...options.attributes };
  const isGenerator = isGeneratorFunction(work);
  const open = (entry: AnyFunction): Span =>
    (options.tracer ?? tracerInUse()).openSpan(spanName, { ...options, attributes, entry, fallback: location });
  const apply = (target: AnyFunction, self: unknown, args: unknown[]): unknown => {
    const call = (): unknown => Reflect.apply(target, self, args);
    return isGenerator ? traceGenerator(call() as AnyGenerator, open) : runSpan(open(apply), call);
  };
  // A proxy keeps the name, the length and whatever a framework has put on the function.
  return new Proxy(work, { apply });
}

function decorateLegacy(plan: Plan, key: unknown, descriptor: PropertyDescriptor): PropertyDescriptor {
  const name = plan.name ?? String(key);
  return { ...descriptor, value: wrap(descriptor.value as AnyFunction, { ...plan, name }) };
}

function isDescriptor(value: unknown): value is PropertyDescriptor {
  return typeof value === 'object' && value !== null && 'value' in value && typeof value.value === 'function';
}

/** The name of a method from the context of a standard decorator. */
function methodName(context: unknown): string | undefined {
  return typeof context === 'object' && context !== null && 'name' in context ? String(context.name) : undefined;
}
