import { writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import { operationCode } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { contentFields } from '../model/spanContent.ts';
import { WireWriter } from '../model/wireWriter.ts';
import type { DecodeOptions } from './format.ts';
import { objectIn, textIn } from './jsonFields.ts';
import { JsonMembers } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { hashHex } from './otlpIds.ts';
import { DraftWriter } from './spanDrafts.ts';
import { presentWhole } from './spanRows.ts';
import { FrameSpans } from './speedscopeFrames.ts';

/** ns of one unit. What counts no time is shown as if it did. */
const units = new Map([['nanoseconds', 1], ['microseconds', 1e3], ['milliseconds', 1e6], ['seconds', 1e9]]);

/** Adds the frames of speedscope's profiles to a batch as spans. */
export function decodeSpeedscope(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void {
  const decoder = new SpeedscopeDecoder(batch, options);
  forEachRecord(bytes, batch, options, 'object', (reader) => { decoder.readFile(reader); }, () => decoder.added);
  decoder.finish();
}

interface Frame {
  readonly name: string;
  readonly content: Uint8Array;
  /** Whether its content and its name are within the limits; known when its first span is there. */
  isWithin: boolean;
  /** The number of the texts in which `text` is its name. */
  texts: number;
  text: number;
}

class SpeedscopeDecoder {
  added = 0;
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly writer: DraftWriter;
  private frames: Frame[] = [];
  private profiles = 0;
  /** How often the texts of the batch began anew. */
  private texts = 0;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.writer = new DraftWriter(batch, options);
  }

  finish(): void { this.writer.flush(); }

  readFile(reader: JsonReader): void {
    const file = new JsonMembers(reader);
    this.frames = [];
    if (file.isObject('shared') && file.goTo('shared')) {
      const shared = new JsonMembers(reader);
      shared.each('frames', (frame) => { this.frames.push(frameOf(frame.takeObject())); });
    }
    const about = `${textIn(file.take('name'))}\0${textIn(file.take('exporter'))}`;
    file.each('profiles', (profile) => { this.readProfile(profile, about); });
    file.leave();
  }

  private readProfile(reader: JsonReader, about: string): void {
    const profile = new JsonMembers(reader), name = textIn(profile.take('name')), unit = textIn(profile.take('unit'));
    const startValue = Number(textIn(profile.take('startValue'))) || 0, scale = units.get(unit), spans = new FrameSpans(scale ?? 1);
    if (scale === undefined) this.batch.report(`a profile is ${unit === '' || unit === 'none' ? 'without a unit' : `in ${unit}`}, not in time: each is shown as a nanosecond`);
    const key = `${about}\0${name}\0${this.profiles++}\0${startValue}\0${textIn(profile.take('endValue'))}\0${this.frames.length}`;
    try {
      if (textIn(profile.take('type')) === 'sampled') {
        const weights = profile.goTo('weights') ? spans.readWeights(reader) : [];
        if (profile.goTo('samples')) spans.readSamples(reader, weights, startValue);
      } else if (profile.goTo('events')) spans.readEvents(reader);
    } finally {
      this.addSpans(spans, hashHex(key, 1) + hashHex(key, 2), name, startValue * (scale ?? 1));
    }
    profile.leave();
    this.batch.tally(spans.unmatchedEnds, 'ends of frames have no begin', 'end of a frame has no begin');
  }

  private addSpans(spans: FrameSpans, traceId: string, name: string, startNanos: number): void {
    const { batch, writer } = this;
    const resource = writer.addResource(new Map<string, AttributeValue>(name === '' ? [] : [['service.name', name]])), scope = writer.addScope('', '');
    // A time of 0 means "not recorded".
    const first = Math.min(startNanos, spans.firstStart), shift = first <= 0 ? 1 - first : 0;
    let trace = batch.intern(traceId);
    for (let i = 0; i < spans.count; i++) {
      const row = writer.newRow(), frame = this.frames[spans.frame[i] as number], start = writer.content.length;
      if (row === 0) {
        this.texts++;
        trace = batch.intern(traceId);
      }
      batch.traceId[row] = trace;
      batch.idLow[row] = i + 1;
      batch.parentLow[row] = (spans.parent[i] as number) + 1;
      batch.resource[row] = resource;
      batch.scope[row] = scope;
      batch.operation[row] = operationCode.whole;
      batch.present[row] = presentWhole;
      setTime(batch.startHigh, batch.startLow, row, (spans.start[i] as number) + shift);
      if (spans.end[i] !== Infinity) setTime(batch.endHigh, batch.endLow, row, (spans.end[i] as number) + shift);
      if (frame !== undefined) writer.content.raw(frame.content, 0, frame.content.length);
      if (frame?.isWithin === true) {
        writer.endWithin(row, start);
        if (frame.texts !== this.texts) frame.text = batch.intern(frame.name);
        frame.texts = this.texts;
        batch.name[row] = frame.text;
      } else this.endFirst(row, start, frame, spans.frame[i] as number);
      writer.handOver();
      this.added++;
    }
  }

  /** Ends a span of a frame of which it is not known yet whether it is within the limits. */
  private endFirst(row: number, start: number, frame: Frame | undefined, index: number): void {
    const { batch, writer } = this, name = frame?.name ?? `frame ${index}`;
    batch.name[row] = writer.internCut(row, name, this.options.limits.maxNameBytes);
    writer.endContent(row, start);
    if (frame !== undefined) frame.isWithin = batch.marks[row] === 0 && name.isWellFormed();
  }
}

function setTime(high: Uint32Array, low: Uint32Array, row: number, nanos: number): void {
  const whole = Math.round(nanos), upper = Math.floor(whole / 0x1_0000_0000);
  high[row] = upper;
  low[row] = whole - upper * 0x1_0000_0000;
}

/** A frame's place in the code is what each of its spans says. */
function frameOf(frame: JsonObject): Frame {
  const writer = new WireWriter(), known = objectIn(frame) ?? new Map();
  for (const [key, attribute] of [['file', 'code.file.path'], ['line', 'code.line.number'], ['col', 'code.column.number']] as const) {
    const value = known.get(key) ?? null;
    if (value !== null) writeKeyValue(writer, contentFields.attributes, attribute, value);
  }
  return { name: textIn(frame.get('name')), content: writer.finish(), isWithin: false, texts: -1, text: 0 };
}
