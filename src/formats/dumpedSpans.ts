import type { SpanBatch } from '../model/spanBatch.ts';
import type { DecodeOptions, ItemKeys, Opens } from './format.ts';
import { eachObject, JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';

/** Members under which home-made exporters keep the spans of a trace, or the traces; spans may have members of the last two names. */
const listNames = ['spans', 'traces'] as const, wrapperNames = ['trace', 'data'] as const;

/** How spans are told from what is in them: links have a context, too. */
const spanKeys: ItemKeys = ['context', 'span_id', 'spanId', 'spanContext', '_spanContext'].map((id) => ['name', id]);
const spanLists: Opens = new Map([['spans', { items: spanKeys }]]);
/** Where the lists of long dumps are cut. */
export const dumpedLists: Opens = new Map([...spanLists, ['traces', { inner: spanLists, items: [['spans']] }], ['trace', { inner: spanLists }], ['data', { inner: spanLists, items: [['spans']] }]]);

/**
 * Hands the records of a dump to `read`, one at a time: the objects of the input, or those in lists under `spans`, `traces`,
 * `trace` and `data` at any depth. `read` says whether an object was a record of its format; others are counted and reported.
 */
export function forEachDumped(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions, read: (object: JsonObject) => boolean): void {
  let kept = 0, others = 0;
  const visit = (reader: JsonReader): void => {
    const { position, depth } = reader, members = new JsonMembers(reader);
    const names = members.has('name') ? listNames : [...listNames, ...wrapperNames];
    const inner = names.filter((key) => members.isList(key) || members.isObject(key));
    if (inner.length > 0) {
      for (const key of inner) members.each(key, (items) => { visit(items); });
      members.leave();
      return;
    }
    reader.position = position;
    reader.depth = depth;
    if (read(reader.takeObject())) kept++; else others++;
  };
  forEachRecord(bytes, batch, options, 'object', (reader) => { eachObject(reader, visit); }, () => kept);
  batch.tally(others, 'objects are no spans and were passed over', 'object is no span and was passed over');
}
