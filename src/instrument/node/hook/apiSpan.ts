import { nowUnixNano } from '../clock.ts';
import { describeError } from '../errors.ts';
import type { OtelEvent, OtelLink, OtelResource, OtelScope, OtelSpan, OtelSpanContext } from './otelTypes.ts';

/** More than a receiver keeps of one span. */
const mostEntries = 1024;

type Time = readonly [number, number];
type Attributes = Readonly<Record<string, unknown>>;

export interface ApiSpanInit {
  readonly name: string;
  readonly kind: number | undefined;
  readonly context: OtelSpanContext;
  readonly parent: OtelSpanContext | undefined;
  readonly attributes: Attributes | undefined;
  readonly links: readonly OtelLink[] | undefined;
  readonly startTime: unknown;
  readonly resource: OtelResource;
  readonly scope: OtelScope;
}

/** A span of OpenTelemetry's API for programs that set up no SDK. It has the fields that spans of the SDK have. */
export class ApiSpan implements OtelSpan {
  name: string;
  readonly kind: number;
  readonly startTime: Time;
  endTime: Time = [0, 0];
  ended = false;
  readonly attributes: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly events: OtelEvent[] = [];
  readonly links: OtelLink[];
  status: OtelSpan['status'] = { code: 0 };
  readonly resource: OtelResource;
  readonly instrumentationScope: OtelScope;
  readonly parentSpanContext?: OtelSpanContext;
  droppedAttributesCount = 0;
  readonly #context: OtelSpanContext;

  constructor(init: ApiSpanInit) {
    this.name = init.name;
    this.kind = init.kind ?? 0;
    this.#context = init.context;
    if (init.parent !== undefined) this.parentSpanContext = init.parent;
    this.startTime = timeOf(init.startTime);
    this.links = [...init.links ?? []];
    this.resource = init.resource;
    this.instrumentationScope = init.scope;
    this.setAttributes(init.attributes);
  }

  spanContext(): OtelSpanContext { return this.#context; }
  isRecording(): boolean { return !this.ended; }

  setAttribute(key: string, value: unknown): this {
    if (this.ended || value == null) return this;
    if (!(key in this.attributes) && Object.keys(this.attributes).length >= mostEntries) this.droppedAttributesCount++;
    else this.attributes[key] = value;
    return this;
  }

  setAttributes(attributes: Attributes | undefined): this {
    for (const [key, value] of Object.entries(attributes ?? {})) this.setAttribute(key, value);
    return this;
  }

  /** The API has the time in the place of the attributes, too. */
  addEvent(name: string, attributesOrTime?: unknown, time?: unknown): this {
    if (this.ended || this.events.length >= mostEntries) return this;
    const attributes = isTime(attributesOrTime) ? undefined : attributesOrTime as Attributes | undefined;
    this.events.push({ name, time: timeOf(attributes === undefined ? attributesOrTime ?? time : time), attributes: { ...attributes } });
    return this;
  }

  addLink(link: OtelLink): this {
    if (!this.ended && this.links.length < mostEntries) this.links.push(link);
    return this;
  }

  addLinks(links: readonly OtelLink[]): this {
    for (const link of links) this.addLink(link);
    return this;
  }

  setStatus(status: OtelSpan['status']): this {
    if (!this.ended) this.status = { ...status };
    return this;
  }

  updateName(name: string): this {
    if (!this.ended) this.name = name;
    return this;
  }

  recordException(exception: unknown, time?: unknown): void {
    const { type, message, stack } = describeError(exception);
    this.addEvent('exception', { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack }, time);
  }

  end(time?: unknown): void {
    if (this.ended) return;
    this.endTime = timeOf(time);
    this.ended = true;
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' || value instanceof Date || (Array.isArray(value) && value.length === 2);
}

/** The API's times are milliseconds since 1970 or since the process began, dates, or seconds and nanoseconds. */
function timeOf(value: unknown): Time {
  if (Array.isArray(value)) return value as unknown as Time;
  if (value instanceof Date) return ofNanos(BigInt(value.getTime()) * 1_000_000n);
  if (typeof value !== 'number') return ofNanos(nowUnixNano());
  const milliseconds = value <= performance.now() ? value + performance.timeOrigin : value;
  return ofNanos(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}

function ofNanos(nanos: bigint): Time {
  return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
}
