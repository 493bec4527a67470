import type { SpanBatch } from '../model/spanBatch.ts';
import { present } from '../model/spanBatch.ts';
import { halvesOf } from '../model/time.ts';
import type { DecodeOptions } from './format.ts';
import { idIn, objectsIn, textIn } from './jsonFields.ts';
import { eachObject, JsonMembers } from './jsonMembers.ts';
import { JsonReader } from './jsonReader.ts';
import type { JsonObject, JsonValue } from './jsonReader.ts';
import { runAttributes, runEvent, runResource } from './langSmithRun.ts';
import { momentIn, readRecords } from './recordSpans.ts';
import type { RecordSpans } from './recordSpans.ts';
import { repairedMark } from './spanRows.ts';

/** Adds LangSmith runs to a batch. */
export function decodeLangSmith(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  readRecords(bytes, batch, options, (reader, spans) => { new LangSmithReader(spans).readAny(reader); });
}

/** A segment of `dotted_order`: the start in µs and the id of a run. */
const segment = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d*)Z(.+)$/;
const statuses: ReadonlyMap<string, number> = new Map([['', 0], ['pending', 0], ['success', 1], ['error', 2]]);

class LangSmithReader {
  private readonly spans: RecordSpans;

  constructor(spans: RecordSpans) { this.spans = spans; }

  readAny(reader: JsonReader): void {
    const start = reader.position;
    const members = new JsonMembers(reader);
    if (members.isList('post') || members.isList('patch')) this.readBatch(members);
    else if (members.isList('runs') || members.isList('data')) for (const key of ['runs', 'data']) members.each(key, (run) => { this.readRun(run, ''); });
    else {
      reader.position = start;
      reader.depth = 0;
      this.readRun(reader, '');
      return;
    }
    members.leave();
  }

  /** A run may hold the runs below it: they are added while it is read. */
  private readRun(reader: JsonReader, parent: string): void {
    const run: JsonObject = new Map();
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const { key } = reader;
      if (key === 'child_runs') eachObject(reader, (child) => { this.readRun(child, textIn(run.get('id'))); });
      else run.set(key, reader.takeValue());
    }
    this.add(run, 'whole', parent);
  }

  /** Patches complete the posts that stand in front of them. Where they stand is noted first, so that only two runs are held at once. */
  private readBatch(members: JsonMembers): void {
    const patches = new Map<string, number[]>();
    let bytes: JsonReader | undefined;
    members.each('patch', (reader) => {
      bytes = reader;
      const start = reader.position, id = runId(reader.takeObject());
      const known = patches.get(id);
      if (known === undefined) patches.set(id, [start]); else known.push(start);
    });
    members.each('post', (reader) => {
      const run = reader.takeObject(), id = runId(run);
      for (const start of patches.get(id) ?? []) for (const [key, value] of objectAt(reader, start)) if (value !== null || !run.has(key)) merge(run, key, value);
      patches.delete(id);
      this.add(run, 'whole', '');
    });
    for (const start of [...patches.values()].flat()) if (bytes !== undefined) this.add(objectAt(bytes, start), 'end', '');
  }

  private add(run: JsonObject, operation: 'whole' | 'end', parent: string): void {
    if (!['run_type', 'dotted_order', 'trace_id'].some((key) => run.has(key))) { this.spans.passOver(); return; }
    const segments = textIn(run.get('dotted_order')).split('.').map((text) => segment.exec(text));
    const last = segments.at(-1), id = runId(run);
    const start = momentIn(run.get('start_time')) ?? (last === null || last === undefined ? undefined : startOf(last)), end = momentIn(run.get('end_time'));
    const error = textIn(run.get('error')), status = error !== '' ? 2 : statuses.get(textIn(run.get('status')));
    const parentSpanId = idIn(run.get('parent_run_id')) || idIn(segments.at(-2)?.[8]) || parent;
    // The beginning was an event of the post already.
    const isPatch = operation === 'end', events = objectsIn(run.get('events')).map(runEvent).filter(({ name }) => !isPatch || name !== 'start'), has = (key: string, bit: number): number => (run.has(key) ? bit : 0);
    this.spans.add({
      traceId: idIn(run.get('trace_id')) || idIn(segments[0]?.[8]) || (parentSpanId === '' ? id : ''),
      spanId: id, parentSpanId, name: textIn(run.get('name')), start: halvesOf(start ?? 0n), end: halvesOf(end ?? 0n),
      status: status ?? 0, statusMessage: error,
      attributes: runAttributes(run, start), events, resource: this.spans.resourceOf(runResource(run)),
      marks: status === undefined ? repairedMark : 0,
      ...(isPatch ? {
        operation: end === undefined ? 'update' : 'end',
        present: has('name', present.name) | (start === undefined ? 0 : present.start) | (end === undefined ? 0 : present.end) | present.status | (parentSpanId === '' ? 0 : present.parent),
      } : {}),
    });
  }
}

/** Events and the members of `extra` add up, as they do on the server; of everything else the patch is newer. */
function merge(run: JsonObject, key: string, value: JsonValue): void {
  const known = run.get(key);
  if (key === 'extra' && known instanceof Map && value instanceof Map) run.set(key, new Map([...known, ...value]));
  else if (!(Array.isArray(value) && value.length === 0 && Array.isArray(known))) run.set(key, value);
}

/** A run's id; patches of the JavaScript SDK have it only as the end of `dotted_order`. */
function runId(run: JsonObject): string {
  const own = idIn(run.get('id'));
  return own === '' ? idIn(segment.exec(textIn(run.get('dotted_order')).split('.').at(-1) ?? '')?.[8]) : own;
}

const startOf = ([, year, month, day, hour, minute, second, fraction]: readonly (string | undefined)[]): bigint | undefined =>
  momentIn(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction === '' ? '0' : fraction}Z`);

function objectAt(reader: JsonReader, start: number): JsonObject {
  return new JsonReader(reader.bytes, start, reader.end, { isLenient: true, maxElements: Number.MAX_SAFE_INTEGER }).takeObject();
}
