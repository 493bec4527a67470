import { writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import { hexOfHalves } from '../model/ids.ts';
import { spanKinds, statusCodes } from '../model/span.ts';
import type { SpanLink } from '../model/span.ts';
import { operationCode, present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { contentFields, decodeAttributes, writeEvent, writeLink } from '../model/spanContent.ts';
import { highOf, lowOf } from '../model/time.ts';
import { acts, ChromeEvents } from './chromeEvents.ts';
import type { PassedOver } from './chromeEvents.ts';
import { findSlices } from './chromeSlices.ts';
import type { FlowLink, Slices } from './chromeSlices.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { attributesIn, objectsIn, textIn } from './jsonFields.ts';
import type { JsonObject } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { maxStatusMessageBytes } from './limits.ts';
import { hashHex } from './otlpIds.ts';
import { DraftWriter } from './spanDrafts.ts';
import { presentWhole, repairedMark, setParentId, setSpanId } from './spanRows.ts';

/** Up to so many slices, a file that grows is looked at anew after each piece; beyond, when it has doubled. */
const fewSlices = 20_000;
const nothing: readonly never[] = [];
const passedOverWords: Readonly<Record<PassedOver, readonly [many: string, one: string]>> = {
  counter: ['counters', 'counter'], sample: ['samples of a profile', 'sample of a profile'], timeless: ['events without a time', 'event without a time'], other: ['events of other kinds', 'event of another kind'],
};
const wordRange = 0x1_0000_0000;

/** Adds the slices of Chrome trace events to a batch as spans. */
export class ChromeDecoder implements PieceDecoder {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly writer: DraftWriter;
  private readonly events = new ChromeEvents();
  private readonly resources = new Map<number, number>();
  private readonly scope: number;
  /** By event: what was said of a slice. 0 nothing, 1 that it has begun, 2 that it has ended. */
  private told = new Uint8Array(0);
  private toldParent = new Int32Array(0);
  private toldItems = new Uint32Array(0);
  private toldCount = 0;
  private namesTold = 0;
  private traceId = '';
  private zero: { readonly high: number; readonly low: number } | undefined;
  private readonly sliceOfId = new Map<string, number>();

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.writer = new DraftWriter(batch, options);
    this.scope = this.writer.addScope('', '');
  }

  read(piece: Uint8Array, offset: number): void {
    const { events } = this;
    forEachRecord(piece, this.batch, { ...this.options, offset }, 'object', (reader) => events.read(reader), () => events.count);
    if (events.count < fewSlices || events.count >= this.toldCount * 2) this.tell();
  }

  end(): void {
    const { unmatchedEnds, looseInstants, overlapping } = this.tell();
    for (const [kind, count] of this.events.passedOver) {
      const [many, one] = passedOverWords[kind];
      this.batch.tally(count, `${many} passed over`, `${one} passed over`);
    }
    this.batch.tally(unmatchedEnds, 'ends have no begin', 'end has no begin');
    this.batch.tally(looseInstants, 'instants lie in no slice', 'instant lies in no slice');
    this.batch.tally(overlapping, 'slices overlap others on their thread', 'slice overlaps another one on its thread');
  }

  /** Adds what is new about the slices to the batch. */
  private tell(): { readonly unmatchedEnds: number; readonly looseInstants: number; readonly overlapping: number } {
    const { events } = this, slices = findSlices(events);
    this.told = grown(this.told, new Uint8Array(events.count));
    this.toldParent = grown(this.toldParent, new Int32Array(events.count));
    this.toldItems = grown(this.toldItems, new Uint32Array(events.count));
    if (events.namesRead > this.namesTold) {
      this.resources.clear();
      this.told.fill(0);
      this.namesTold = events.namesRead;
    }
    this.traceId ||= this.ownTraceId();
    this.zero ??= slices.list.length > 0 ? this.findZero(slices) : undefined;
    const instants = this.withOwnInstants(slices);
    let overlapping = 0;
    for (const slice of this.movedSlices(slices)) this.addSlice(slices, instants, slice);
    slices.list.forEach((slice) => {
      overlapping += slices.overlaps[slice] as number;
      this.addSlice(slices, instants, slice);
      this.writer.handOver();
    });
    this.writer.flush();
    this.toldCount = events.count;
    return { unmatchedEnds: slices.unmatchedEnds, looseInstants: slices.looseInstants, overlapping };
  }

  /** Slices that turned out to lie in others than was told, outer ones first, so that no parent is told below its child. */
  private movedSlices({ list, parent }: Slices): number[] {
    if (this.toldCount === 0) return [];
    const moved = [...list.filter((slice) => this.told[slice] !== 0 && this.toldParent[slice] !== parent[slice])];
    const depths = new Map(moved.map((slice) => {
      let depth = 0;
      for (let at = parent[slice] as number; at >= 0; at = parent[at] as number) depth++;
      return [slice, depth];
    }));
    return moved.sort((left, right) => (depths.get(left) ?? 0) - (depths.get(right) ?? 0));
  }

  /** Files have no id: that of the trace comes from the first slice. */
  private ownTraceId(): string {
    const { firstSlice } = this.events;
    if (firstSlice === undefined) return '';
    const text = new TextDecoder().decode(firstSlice);
    return hashHex(text, 1) + hashHex(text, 2);
  }

  /** ns of the columns' zero. A clock without a date that begins at 0, which means "not recorded" here, is set to begin at 1 ns. */
  private findZero({ list }: Slices): { high: number; low: number } {
    const { base, epoch, at } = this.events;
    let first = Infinity;
    for (const slice of list) first = Math.min(first, at[slice] as number);
    const begin = epoch + BigInt(base) * 1000n, least = begin + BigInt(first), zero = least > 0n ? begin : 1n - BigInt(first);
    return { high: highOf(zero), low: lowOf(zero) };
  }

  private idOf(slice: number): string {
    const own = textIn(this.events.own.get(slice)?.get('spanId'));
    return own === '' ? hexOfHalves(0, slice + 1) : own;
  }

  private traceOf(slice: number): string { return this.events.own.size === 0 ? this.traceId : textIn(this.events.own.get(slice)?.get('traceId')) || this.traceId; }

  /** The instants by slice; those that name their slice belong to it wherever they lie. */
  private withOwnInstants({ instants, list }: Slices): ReadonlyMap<number, readonly number[]> {
    const { own, act } = this.events;
    if (own.size === 0) return instants;
    for (const slice of list) if (own.has(slice)) this.sliceOfId.set(`${this.traceOf(slice)} ${this.idOf(slice)}`, slice);
    const all = new Map([...instants].map(([slice, list_]) => [slice, [...list_]]));
    for (const [event, span] of own) {
      if (act[event] !== acts.ownInstant) continue;
      const slice = this.sliceOfId.get(`${textIn(span.get('traceId')) || this.traceId} ${textIn(span.get('spanId'))}`);
      if (slice !== undefined) all.set(slice, [...all.get(slice) ?? [], event]);
    }
    return all;
  }

  private addSlice(slices: Slices, instants: ReadonlyMap<number, readonly number[]>, slice: number): void {
    const state = slices.end[slice] === Infinity ? 1 : 2, parent = slices.parent[slice] as number;
    const inside = instants.size === 0 ? nothing : instants.get(slice) ?? nothing, links = slices.links.size === 0 ? nothing : slices.links.get(slice) ?? nothing, items = inside.length + links.length;
    const isNew = this.told[slice] !== state;
    if (!isNew && this.toldParent[slice] === parent && this.toldItems[slice] === items) return;
    const from = isNew ? 0 : this.toldItems[slice] as number;
    const { events, writer, batch } = this, start = writer.content.length, own = events.own.size === 0 ? undefined : events.own.get(slice);
    const row = this.addRow(slice, isNew, slices.end[slice] as number, own);
    this.setParent(row, parent, own);
    if (isNew) this.writeContent(slices, slice, own);
    if (items > from) this.writeItems(inside.slice(Math.min(from, inside.length)), links.slice(Math.max(0, from - inside.length)));
    if (!isNew) batch.present[row] = present.parent;
    writer.endContent(row, start);
    this.told[slice] = state;
    this.toldParent[slice] = parent;
    this.toldItems[slice] = items;
  }

  private writeItems(instants: readonly number[], links: readonly FlowLink[]): void {
    const { events, writer } = this;
    for (const event of instants) {
      writeEvent(writer.content, { name: events.names[events.name[event] as number] ?? '', timeUnixNano: this.timeOf(event), attributes: this.attributesOf(event), droppedAttributesCount: 0 });
    }
    for (const link of links) {
      writeLink(writer.content, { traceId: this.traceOf(link.from), spanId: this.idOf(link.from), traceState: '', attributes: this.attributesOf(link.event), droppedAttributesCount: 0, flags: 0 });
    }
  }

  private addRow(slice: number, isNew: boolean, end: number, own: JsonObject | undefined): number {
    const { batch, events, writer } = this, row = writer.newRow();
    batch.traceId[row] = batch.intern(this.traceOf(slice));
    if (own === undefined) { batch.idHigh[row] = 0; batch.idLow[row] = slice + 1; } else setSpanId(batch, row, this.idOf(slice));
    batch.scope[row] = this.scope;
    batch.resource[row] = this.resourceOf(events.lane[slice] as number);
    batch.present[row] = presentWhole;
    batch.operation[row] = isNew ? operationCode.whole : operationCode.update;
    if (!isNew) return row;
    batch.name[row] = writer.internCut(row, events.names[events.name[slice] as number] ?? '', this.options.limits.maxNameBytes);
    const at = events.at[slice] as number;
    if (!this.place(batch.startHigh, batch.startLow, row, at) || (end !== Infinity && !this.place(batch.endHigh, batch.endLow, row, end))) {
      batch.marks[row] = repairedMark;
    }
    if (own === undefined) return row;
    batch.kind[row] = Math.max(0, spanKinds.indexOf(textIn(own.get('kind')) as 'client'));
    batch.status[row] = Math.max(0, statusCodes.indexOf(textIn(own.get('status')) as 'ok'));
    batch.statusMessage[row] = writer.internCut(row, textIn(own.get('message')), maxStatusMessageBytes);
    return row;
  }

  /** Writes a time of the columns' clock as ns in halves; false when it lies before 1970. */
  private place(high: Uint32Array, low: Uint32Array, row: number, at: number): boolean {
    const zero = this.zero ?? { high: 0, low: 0 }, sum = zero.low + at, carry = Math.floor(sum / wordRange);
    if (zero.high + carry < 0) return false;
    high[row] = zero.high + carry;
    low[row] = sum - carry * wordRange;
    return true;
  }

  private timeOf(event: number): bigint {
    const { high, low } = this.zero ?? { high: 0, low: 0 }, time = (BigInt(high) << 32n) + BigInt(low) + BigInt(this.events.at[event] as number);
    return time < 0n ? 0n : time;
  }

  private setParent(row: number, parent: number, own: JsonObject | undefined): void {
    const { batch } = this;
    if (own?.has('spanId') === true) setParentId(batch, row, textIn(own.get('parentSpanId')));
    else if (parent >= 0 && this.events.own.size > 0) setParentId(batch, row, this.idOf(parent));
    else if (parent >= 0) batch.parentLow[row] = parent + 1;
  }

  /** args and category of the events that begin and end a slice. */
  private writeContent(slices: Slices, slice: number, own: JsonObject | undefined): void {
    const { events, writer } = this, closing = slices.closing[slice] as number;
    writer.content.raw(events.content.bytes, events.contentStart[slice] as number, events.contentEnd[slice] as number);
    if (closing >= 0) writer.content.raw(events.content.bytes, events.contentStart[closing] as number, events.contentEnd[closing] as number);
    if (slices.overlaps[slice] === 1 && own === undefined) writeKeyValue(writer.content, contentFields.attributes, 'chrome.overlaps', true);
    for (const link of objectsIn(own?.get('links'))) writeLink(writer.content, linkOf(link));
  }

  private attributesOf(event: number): ReadonlyMap<string, AttributeValue> {
    const { content, contentStart, contentEnd } = this.events;
    return decodeAttributes(content.bytes, contentStart[event] as number, contentEnd[event] as number);
  }

  /** A process is a service, and each of its threads a resource, so that they are lanes. */
  private resourceOf(lane: number): number {
    let index = this.resources.get(lane);
    if (index === undefined) {
      const { lanes, processNames, threadNames } = this.events, { process, thread } = lanes[lane] ?? { process: '', thread: '' };
      const attributes = new Map<string, AttributeValue>([['service.name', processNames.get(process) ?? `process ${process}`.trim()]]);
      const name = threadNames.get(`${process}\0${thread}`);
      if (process !== '') attributes.set('process.pid', numberOrText(process));
      if (thread !== '') attributes.set('thread.id', numberOrText(thread));
      if (name !== undefined) attributes.set('thread.name', name);
      this.resources.set(lane, index = this.writer.addResource(attributes));
    }
    return index;
  }
}

const numberOrText = (text: string): AttributeValue => (/^-?[0-9]{1,15}$/.test(text) ? Number(text) : text);

function linkOf(link: JsonObject): SpanLink {
  return { traceId: textIn(link.get('traceId')), spanId: textIn(link.get('spanId')), traceState: textIn(link.get('traceState')), attributes: attributesIn(link.get('attributes')), droppedAttributesCount: 0, flags: 0 };
}

function grown<T extends Uint8Array | Int32Array | Uint32Array>(old: T, next: T): T {
  next.set(old);
  return next;
}
