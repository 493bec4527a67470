import type { AttributeValue } from '../model/attributes.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import type { DecodeOptions } from './format.ts';
import { idIn, listIn, objectIn, objectsIn, textIn } from './jsonFields.ts';
import { JsonMembers } from './jsonMembers.ts';
import { JsonReader } from './jsonReader.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { flattenInto } from './nestedAttributes.ts';
import { eventIn, halvesIn, put, readRecords } from './recordSpans.ts';
import type { RecordSpans } from './recordSpans.ts';
import { repairedMark } from './spanRows.ts';

/** Adds the spans of Phoenix' lists and dataframes to a batch. */
export function decodePhoenix(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  readRecords(bytes, batch, options, (reader, spans) => { readAny(reader, spans); });
}

const statuses: ReadonlyMap<string, number> = new Map([['', 0], ['UNSET', 0], ['OK', 1], ['ERROR', 2]]);

function readAny(reader: JsonReader, spans: RecordSpans): void {
  const members = new JsonMembers(reader);
  if (members.isList('data') && members.isList('columns')) readSplit(reader, members, spans);
  else if (members.isList('data')) members.each('data', (item) => { addSpan(item.takeObject(), spans); });
  else if (['context.span_id', 'context.trace_id'].some((key) => members.isObject(key))) readColumns(reader, members, spans);
  else if (['context', 'context.span_id', 'context.trace_id'].some((key) => members.has(key))) { if (!members.isBroken) addSpan(members.takeAllBut(new Set()), spans); }
  else readRows(members, spans);
  members.leave();
}

/** `{label: {column: value}}` */
function readRows(members: JsonMembers, spans: RecordSpans): void {
  const labels = [...members.keys()].filter((label) => members.isObject(label));
  for (const label of labels) members.each(label, (row) => { addSpan(row.takeObject(), spans, label); });
  if (labels.length === 0 && !members.isBroken) spans.passOver();
}

/** `{columns: [name], index: [label], data: [[value]]}` */
function readSplit(reader: JsonReader, members: JsonMembers, spans: RecordSpans): void {
  const columns = listIn(members.take('columns')).map(textIn), labels = listIn(members.take('index'));
  if (!members.goTo('data')) return;
  let row = 0;
  for (let more = reader.beginArray(); more; more = reader.nextItem()) {
    const values = listIn(reader.takeValue());
    addSpan(new Map(columns.map((name, i) => [name, values[i] ?? null])), spans, textIn(labels[row++]));
  }
}

/**
 * `{column: {label: value}}`: all columns are read side by side, each by a reader of its own, so that no more than a row
 * is held. They name the rows in the same order; one that leaves rows out has no value for them.
 */
function readColumns(reader: JsonReader, members: JsonMembers, spans: RecordSpans): void {
  const columns: ColumnReader[] = [];
  for (const name of members.keys()) if (members.isObject(name) && members.goTo(name)) columns.push(new ColumnReader(name, reader));
  for (const leader = columns.find(({ name }) => name.startsWith('context.')); leader?.label !== undefined;) {
    const { label } = leader;
    const row: JsonObject = new Map();
    for (const column of columns) if (column.label === label) row.set(column.name, column.take());
    addSpan(row, spans, label);
  }
}

class ColumnReader {
  readonly name: string;
  /** The label of the row whose value comes next; undefined at the end. */
  label: string | undefined;
  private readonly reader: JsonReader;

  /** `table` stands in front of the column. */
  constructor(name: string, table: JsonReader) {
    this.name = name;
    this.reader = new JsonReader(table.bytes, table.position, table.end, { isLenient: true, maxElements: Number.MAX_SAFE_INTEGER });
    this.label = this.reader.beginObject() ? this.reader.key : undefined;
  }

  take(): JsonValue {
    const value = this.reader.takeValue();
    this.label = this.reader.nextMember() ? this.reader.key : undefined;
    return value;
  }
}

/** The fields of a span; a dataframe has the inner ones as columns with dotted names. */
const fieldKeys: ReadonlySet<string> = new Set(['context', 'context.trace_id', 'context.span_id', 'name', 'span_kind', 'parent_id', 'start_time', 'end_time',
  'status_code', 'status_message', 'events', 'attributes']);

/** A span; the label of its row in a dataframe is its id where no column has it. */
function addSpan(record: JsonObject, spans: RecordSpans, label = ''): void {
  const context = objectIn(record.get('context'));
  if (context === undefined && !record.has('context.trace_id') && !record.has('context.span_id')) { spans.passOver(); return; }
  const own = (key: string): string => idIn(context?.get(key) ?? record.get(`context.${key}`));
  const code = textIn(record.get('status_code')).toUpperCase(), status = statuses.get(code);
  const attributes = attributesOf(record);
  if (!attributes.has('openinference.span.kind')) put(attributes, 'openinference.span.kind', record.get('span_kind'));
  for (const [key, value] of record) if (!fieldKeys.has(key) && !key.startsWith('attributes.')) put(attributes, `phoenix.${key}`, value);
  spans.add({
    traceId: own('trace_id'), spanId: own('span_id') || idIn(label), parentSpanId: idIn(record.get('parent_id')),
    name: textIn(record.get('name')), start: halvesIn(record.get('start_time')), end: halvesIn(record.get('end_time')),
    status: status ?? 0, statusMessage: textIn(record.get('status_message')), attributes,
    events: objectsIn(record.get('events')).map(eventIn), marks: status === undefined ? repairedMark : 0,
  });
}

/** The attributes, as one object or as columns `attributes.…`; a dataframe has null in every column of other spans. */
function attributesOf(record: JsonObject): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of record) {
    if (key === 'attributes' && value instanceof Map) for (const [inner, member] of value) flattenInto(attributes, inner, member);
    else if (key.startsWith('attributes.')) flattenInto(attributes, key.slice('attributes.'.length), value);
  }
  return attributes;
}
