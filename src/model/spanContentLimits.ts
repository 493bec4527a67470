import { WireReader, wireTypes } from './wire.ts';
import { cutEnd, viewOf } from './wireText.ts';
import { WireWriter } from './wireWriter.ts';

/** How much of a span is kept. Sizes are bytes of UTF-8. */
export interface ContentLimits {
  readonly maxDepth: number;
  readonly maxNameBytes: number;
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
  readonly maxItemsPerSpan: number;
  readonly maxArrayItems: number;
}

type SizeLimit = 'maxNameBytes' | 'maxKeyBytes' | 'maxValueBytes';
type CountLimit = 'maxItemsPerSpan' | 'maxArrayItems';

/** What may stand in a field of wire type "bytes". `dropped` is the field that counts what was left out. */
interface Rule {
  readonly size?: SizeLimit;
  readonly message?: Shape;
  readonly count?: CountLimit;
  readonly dropped?: number;
  /** Whether the field nests a value in a value. */
  readonly nests?: boolean;
  /** The size of one item of a packed list. */
  readonly itemBytes?: number;
}
/** Rules by field number; other fields are kept as they are. */
export interface Shape { readonly [field: number]: Rule }

const nested: { [field: number]: Rule } = Object.create(null) as { [field: number]: Rule };
const anyValue: Shape = nested;
const keyValue: Shape = { 1: { size: 'maxKeyBytes' }, 2: { message: anyValue } };
nested[1] = nested[7] = { size: 'maxValueBytes' };
nested[5] = { message: { 1: { message: anyValue, count: 'maxArrayItems' } }, nests: true };
nested[6] = { message: { 1: { message: keyValue, count: 'maxArrayItems' } }, nests: true };
const event: Shape = { 2: { size: 'maxNameBytes' }, 3: { message: keyValue, count: 'maxItemsPerSpan', dropped: 4 } };
const numberPoint: Shape = { 5: { message: {} }, 7: { message: keyValue, count: 'maxItemsPerSpan' } };
const histogramPoint: Shape = {
  6: { itemBytes: 8 }, 7: { itemBytes: 8 }, 8: { message: {} }, 9: { message: keyValue, count: 'maxItemsPerSpan' },
};
const exponentialPoint: Shape = { 1: { message: keyValue, count: 'maxItemsPerSpan' }, 11: { message: {} } };
const summaryPoint: Shape = { 6: { message: {} }, 7: { message: keyValue, count: 'maxItemsPerSpan' } };
const link: Shape = { 3: { size: 'maxValueBytes' }, 4: { message: keyValue, count: 'maxItemsPerSpan', dropped: 5 } };

/** The messages that limits apply to: the content of a span, a log record, a metric, a resource and a scope. */
export const shapes = {
  content: {
    3: { size: 'maxValueBytes' },
    9: { message: keyValue, count: 'maxItemsPerSpan', dropped: 10 },
    11: { message: event, count: 'maxItemsPerSpan', dropped: 12 },
    13: { message: link, count: 'maxItemsPerSpan', dropped: 14 },
  },
  logRecord: {
    3: { size: 'maxNameBytes' },
    5: { message: anyValue },
    6: { message: keyValue, count: 'maxItemsPerSpan', dropped: 7 },
    12: { size: 'maxNameBytes' },
  },
  metric: {
    1: { size: 'maxNameBytes' },
    2: { size: 'maxValueBytes' },
    3: { size: 'maxNameBytes' },
    5: { message: { 1: { message: numberPoint } } },
    7: { message: { 1: { message: numberPoint } } },
    9: { message: { 1: { message: histogramPoint } } },
    10: { message: { 1: { message: exponentialPoint } } },
    11: { message: { 1: { message: summaryPoint } } },
  },
  resource: { 1: { message: keyValue, count: 'maxItemsPerSpan', dropped: 2 } },
  scope: { 1: { size: 'maxNameBytes' }, 2: { size: 'maxNameBytes' }, 3: { message: keyValue, count: 'maxItemsPerSpan', dropped: 4 } },
  keyValue,
  event,
  link,
} as const satisfies Record<string, Shape>;

/** What `check` found: messages and unknown fields it passed, whether something is over a limit, and whether it is the depth. */
export interface Findings { elements: number; isOver: boolean; isTooDeep: boolean }

export const nothingFound = (): Findings => ({ elements: 0, isOver: false, isTooDeep: false });

/**
 * Walks a message without decoding it, so that everything a later reader meets is sound. Throws WireError when it is
 * malformed; says in `findings` whether something must be cut. Values nested too deeply are not walked.
 */
export function check(reader: WireReader, shape: Shape, limits: ContentLimits, findings: Findings, depth = 0): void {
  let counts: number[] | undefined;
  while (reader.next()) {
    const field = reader.tag >>> 3;
    const rule = (reader.tag & 7) === wireTypes.bytes ? shape[field] : undefined;
    if (rule === undefined) {
      if (field > 16) findings.elements++;
      reader.skip();
      continue;
    }
    const end = reader.valueEnd(), size = end - reader.position;
    if (rule.size !== undefined && size > limits[rule.size]) findings.isOver = true;
    if (rule.itemBytes !== undefined) findings.elements += size / rule.itemBytes;
    if (rule.count !== undefined) {
      counts ??= [];
      if ((counts[field] = (counts[field] ?? 0) + 1) > limits[rule.count]) findings.isOver = true;
    }
    if (rule.message === keyValue && isPlainKeyValue(viewOf(reader.bytes), reader.position, end)) findings.elements += 2;
    else if (rule.message !== undefined) checkNested(reader, rule, rule.message, end, limits, findings, depth);
    reader.position = end;
  }
}

/**
 * Whether the bytes [at, end) of a view are a KeyValue as nearly all are: a short key, then a short text, a number or a truth
 * value, in that order and without a gap. Such ones are within every limit; others may be sound too.
 */
export function isPlainKeyValue(view: DataView, at: number, end: number): boolean {
  if (at + 6 > end) return false;
  const keyHead = view.getUint16(at, true), value = at + 2 + (keyHead >>> 8);
  if ((keyHead & 0x80ff) !== 0x0a || value + 4 > end) return false;
  const head = view.getUint32(value, true), size = (head >>> 8) & 0xff;
  if ((head & 0x80ff) !== 0x12 || size !== end - value - 2) return false;
  switch ((head >>> 16) & 0xff) {
    case 0x0a: return head >>> 24 === size - 2;
    case 0x10: case 0x18: return isVarint(view, value + 3, end);
    case 0x21: return size === 9;
    default: return false;
  }
}

/** Whether the bytes [start, end) of a view are one varint of at most 10 bytes. */
function isVarint(view: DataView, start: number, end: number): boolean {
  for (let at = start; at < end - 1; at++) if (view.getInt8(at) >= 0) return false;
  return end - start <= 10 && view.getInt8(end - 1) >= 0;
}

function checkNested(
  reader: WireReader, rule: Rule, shape: Shape, end: number, limits: ContentLimits, findings: Findings, depth: number,
): void {
  const inner = rule.nests === true ? depth + 1 : depth;
  findings.elements++;
  if (inner > limits.maxDepth) {
    findings.isOver = findings.isTooDeep = true;
    return;
  }
  const outer = reader.end;
  reader.end = end;
  check(reader, shape, limits, findings, inner);
  reader.end = outer;
}

/** A copy of a checked message in which everything is within the limits; what was left out is counted in it. */
export function cut(bytes: Uint8Array, start: number, end: number, shape: Shape, limits: ContentLimits): Uint8Array<ArrayBuffer> {
  const writer = new WireWriter(end - start);
  cutInto(writer, new WireReader(bytes, start, end), shape, limits, 0);
  return writer.finish();
}

function cutInto(writer: WireWriter, reader: WireReader, shape: Shape, limits: ContentLimits, depth: number): void {
  const counts = new Map<number, number>(), dropped = new Map<number, number>();
  const droppedFields = new Set(Object.values(shape).map((rule: Rule) => rule.dropped));
  for (let from = reader.position; reader.next(); from = reader.position) {
    const field = reader.tag >>> 3, wireType = reader.tag & 7;
    if (wireType === wireTypes.varint && droppedFields.has(field)) {
      reader.varint();
      dropped.set(field, reader.low);
      continue;
    }
    const rule = wireType === wireTypes.bytes ? shape[field] : undefined;
    if (rule === undefined) {
      reader.skip();
      writer.raw(reader.bytes, from, reader.position);
      continue;
    }
    const end = reader.valueEnd(), count = (counts.get(field) ?? 0) + 1;
    const inner = rule.nests === true ? depth + 1 : depth;
    counts.set(field, count);
    if (inner <= limits.maxDepth && (rule.count === undefined || count <= limits[rule.count])) cutField(writer, reader, field, rule, end, limits, inner);
    reader.position = end;
  }
  for (const [field, rule] of Object.entries(shape) as [string, Rule][]) {
    if (rule.dropped === undefined || rule.count === undefined) continue;
    const lost = (dropped.get(rule.dropped) ?? 0) + Math.max(0, (counts.get(Number(field)) ?? 0) - limits[rule.count]);
    if (lost > 0) { writer.tag(rule.dropped, wireTypes.varint); writer.varint(lost); }
  }
}

function cutField(writer: WireWriter, reader: WireReader, field: number, rule: Rule, end: number, limits: ContentLimits, depth: number): void {
  const start = reader.position;
  if (rule.message === undefined) {
    const most = rule.size === undefined ? end - start : limits[rule.size];
    writer.bytesField(field, reader.bytes, start, cutEnd(reader.bytes, start, end, most));
    return;
  }
  const outer = reader.end, length = writer.begin(field);
  reader.end = end;
  cutInto(writer, reader, rule.message, limits, depth);
  reader.end = outer;
  writer.end(length);
}
