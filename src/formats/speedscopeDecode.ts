import { writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import { operationCode, present } from '../model/spanBatch.ts';
import type { SpanBatch } from '../model/spanBatch.ts';
import { contentFields } from '../model/spanContent.ts';
import { WireWriter } from '../model/wireWriter.ts';
import type { DecodeOptions, PieceDecoder } from './format.ts';
import { objectIn, textIn } from './jsonFields.ts';
import { eachObject } from './jsonMembers.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { forEachRecord } from './jsonRecords.ts';
import { hashHex } from './otlpIds.ts';
import { DraftWriter } from './spanDrafts.ts';
import { presentWhole, repairedMark } from './spanRows.ts';
import { FrameSpans, takeFigures } from './speedscopeFrames.ts';

/** ns of one unit. What counts no time is shown as if it did. */
const units = new Map([['nanoseconds', 1], ['microseconds', 1e3], ['milliseconds', 1e6], ['seconds', 1e9]]);

interface Frame {
  readonly name: string;
  readonly content: Uint8Array;
  /** Whether its content and its name are within the limits; known when its first span is there. */
  isWithin: boolean;
  /** The number of the texts in which `text` is its name. */
  texts: number;
  text: number;
}

/** A profile that is read, or waits for what stands behind it. */
interface Profile {
  /** Counts those of all files. */
  readonly index: number;
  readonly spans: FrameSpans;
  name: string;
  unit: string | undefined;
  isSampled: boolean;
  startValue: number;
  endValue: string;
  /** What stood in front of its calls, by which its trace is told from others. */
  key: string | undefined;
  target: Target | undefined;
}

/** Where the spans of a profile go, ns of a unit of its times, and what is added to them. */
interface Target { readonly traceId: string; readonly resource: number; readonly scale: number; readonly shift: number }

const openBrace = 0x7b, openBracket = 0x5b, wordRange = 0x1_0000_0000;
/** Levels of a file around an event: its own, the profile's, and that of the profiles unless there is just one. */
const levelsOfEvents = 3;

/** Adds the frames of speedscope's profiles to a batch as spans, while they are read as far as what must be known stands in front of them. */
export class SpeedscopeDecoder implements PieceDecoder {
  private readonly batch: SpanBatch;
  private readonly options: DecodeOptions;
  private readonly writer: DraftWriter;
  private readonly scope: number;
  /** Undefined until the file has told them. */
  private frames: Frame[] | undefined;
  /** Of the file at hand those of which not everything was told; the last one may go on. */
  private profiles: Profile[] = [];
  private profilesRead = 0;
  private profileCount = 0;
  /** How often the texts of the batch began anew. */
  private texts = 0;

  constructor(batch: SpanBatch, options: DecodeOptions) {
    this.batch = batch;
    this.options = options;
    this.writer = new DraftWriter(batch, options);
    this.scope = this.writer.addScope('', '');
  }

  read(piece: Uint8Array, offset: number, goesOn = 0): void {
    let levels = goesOn;
    forEachRecord(piece, this.batch, { ...this.options, offset }, 'object', (reader) => {
      const from = levels;
      levels = 0;
      this.readFile(reader, from);
    }, () => this.profilesRead);
    this.tell(false);
    this.writer.flush();
  }

  end(): void {
    this.tell(true);
    this.writer.flush();
  }

  private readFile(reader: JsonReader, goesOn: number): void {
    let isNew = goesOn === 0, mayGoOn = goesOn >= levelsOfEvents, name = '', exporter = '';
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      const { key } = reader;
      if (isNew && (key === 'shared' || key === 'profiles')) {
        isNew = false;
        this.beginFile();
      }
      if (key === 'name') name = textIn(reader.takeValue());
      else if (key === 'exporter') exporter = textIn(reader.takeValue());
      else if (key === 'shared' && reader.peek() === openBrace && (goesOn === 0 || this.frames === undefined)) this.readShared(reader);
      else if (key === 'profiles') eachObject(reader, () => {
        this.readProfile(reader, `${name}\0${exporter}`, mayGoOn);
        mayGoOn = false;
      });
      else reader.skip();
    }
  }

  private beginFile(): void {
    this.tell(true);
    this.frames = undefined;
  }

  private readShared(reader: JsonReader): void {
    const frames: Frame[] = this.frames = [];
    for (let more = reader.beginObject(); more; more = reader.nextMember()) {
      if (reader.key === 'frames') eachObject(reader, () => { frames.push(frameOf(reader.takeObject())); }); else reader.skip();
    }
  }

  private readProfile(reader: JsonReader, about: string, mayGoOn: boolean): void {
    const profile = (mayGoOn ? this.profiles.at(-1) : undefined) ?? this.newProfile(), places = new Map<string, number>();
    this.profilesRead++;
    try {
      for (let more = reader.beginObject(); more; more = reader.nextMember()) {
        const { key } = reader;
        switch (key) {
          case 'type': profile.isSampled = textIn(reader.takeValue()) === 'sampled'; break;
          case 'name': profile.name = textIn(reader.takeValue()); break;
          case 'unit': profile.unit = textIn(reader.takeValue()); break;
          case 'startValue': profile.startValue = Number(textIn(reader.takeValue())) || 0; break;
          case 'endValue': profile.endValue = textIn(reader.takeValue()); break;
          case 'events':
            if (profile.isSampled || reader.peek() !== openBracket) { reader.skip(); break; }
            profile.key ??= keyOf(about, profile);
            profile.spans.readEvents(reader);
            break;
          case 'samples': case 'weights':
            if (reader.peek() === openBracket) places.set(key, reader.position);
            passUncounted(reader);
            break;
          default: reader.skip();
        }
      }
    } finally {
      profile.key ??= keyOf(about, profile);
      // Of a list that breaks off, what is there.
      if (profile.isSampled && !profile.spans.areNanos) readSamples(reader, profile, places);
    }
  }

  private newProfile(): Profile {
    const profile: Profile = { index: this.profileCount++, spans: new FrameSpans(), name: '', unit: undefined, isSampled: false, startValue: 0, endValue: '', key: undefined, target: undefined };
    this.profiles.push(profile);
    return profile;
  }

  /** Tells what is known of the profiles; everything when the file is over. */
  private tell(isOver: boolean): void {
    if (this.frames === undefined && !isOver) return;
    const last = isOver ? undefined : this.profiles.at(-1);
    for (const profile of this.profiles) {
      if (profile !== last || profile.unit !== undefined) this.addSpans(profile);
      if (profile !== last) this.batch.tally(profile.spans.unmatchedEnds, 'ends of frames have no begin', 'end of a frame has no begin');
    }
    this.profiles = last === undefined ? [] : [last];
  }

  private addSpans(profile: Profile): void {
    const { batch, writer, frames = [], scope } = this, { spans } = profile, target = profile.target ??= this.targetOf(profile);
    const { traceId, resource, shift } = target, scale = spans.areNanos ? 1 : target.scale;
    let trace = 0, texts = -1;
    const addRow = (call: number, operation: number): number => {
      const row = writer.newRow();
      if (row === 0) this.texts++;
      if (texts !== this.texts) trace = batch.intern(traceId);
      texts = this.texts;
      batch.traceId[row] = trace;
      batch.idLow[row] = call + 1;
      batch.resource[row] = resource;
      batch.scope[row] = scope;
      batch.operation[row] = operation;
      return row;
    };
    for (const { call, at } of spans.ended) {
      const row = addRow(call, operationCode.end);
      batch.present[row] = present.end;
      setTime(batch, row, batch.endHigh, batch.endLow, at * scale + shift);
      writer.endWithin(row, writer.content.length);
      writer.handOver();
    }
    for (let i = 0; i < spans.count; i++) {
      const row = addRow(spans.told + i, operationCode.whole), frame = frames[spans.frame[i] as number], start = writer.content.length;
      batch.parentLow[row] = (spans.parent[i] as number) + 1;
      batch.present[row] = presentWhole;
      setTime(batch, row, batch.startHigh, batch.startLow, (spans.start[i] as number) * scale + shift);
      if (spans.end[i] !== Infinity) setTime(batch, row, batch.endHigh, batch.endLow, (spans.end[i] as number) * scale + shift);
      if (frame !== undefined) writer.content.raw(frame.content, 0, frame.content.length);
      if (frame?.isWithin === true) {
        writer.endWithin(row, start);
        if (frame.texts !== this.texts) frame.text = batch.intern(frame.name);
        frame.texts = this.texts;
        batch.name[row] = frame.text;
      } else this.endFirst(row, start, frame, spans.frame[i] as number);
      writer.handOver();
    }
    spans.forget();
  }

  private targetOf({ key = '', name, unit = '', startValue, spans }: Profile): Target {
    const whole = `${key}\0${this.frames?.length ?? 0}`, scale = units.get(unit);
    if (scale === undefined) this.batch.report(`a profile is ${unit === '' || unit === 'none' ? 'without a unit' : `in ${unit}`}, not in time: each is shown as a nanosecond`);
    const first = Math.min(startValue * (scale ?? 1), spans.firstStart * (spans.areNanos ? 1 : scale ?? 1));
    return {
      traceId: hashHex(whole, 1) + hashHex(whole, 2), scale: scale ?? 1,
      resource: this.writer.addResource(new Map<string, AttributeValue>(name === '' ? [] : [['service.name', name]])),
      // A time of 0 means "not recorded".
      shift: first <= 0 ? 1 - first : 0,
    };
  }

  /** Ends a span of a frame of which it is not known yet whether it is within the limits. */
  private endFirst(row: number, start: number, frame: Frame | undefined, index: number): void {
    const { batch, writer } = this, name = frame?.name ?? `frame ${index}`;
    batch.name[row] = writer.internCut(row, name, this.options.limits.maxNameBytes);
    writer.endContent(row, start);
    if (frame !== undefined) frame.isWithin = batch.marks[row] === 0 && name.isWellFormed();
  }
}

const keyOf = (about: string, { name, index, startValue, endValue }: Profile): string => `${about}\0${name}\0${index}\0${startValue}\0${endValue}`;

/** Passes over a value that is read later, and counted then. */
function passUncounted(reader: JsonReader): void {
  const { elements } = reader;
  reader.skip();
  reader.elements = elements;
}

/** Reads the samples of a profile, which the reader has passed; `places` is where its lists begin. */
function readSamples(reader: JsonReader, { spans, unit = '', startValue }: Profile, places: ReadonlyMap<string, number>): void {
  const { position, depth } = reader, samples = places.get('samples'), weights = places.get('weights'), scale = units.get(unit) ?? 1;
  if (samples === undefined) return;
  const goTo = (place: number): void => {
    reader.position = place;
    reader.depth = depth + 1;
  };
  let figures: number[] = [];
  if (weights !== undefined) {
    goTo(weights);
    figures = takeFigures(reader, scale);
  }
  goTo(samples);
  spans.readSamples(reader, figures, startValue * scale, scale);
  reader.position = position;
  reader.depth = depth;
}

/** Writes a time; a span whose time is none is marked. */
function setTime({ marks }: SpanBatch, row: number, high: Uint32Array, low: Uint32Array, nanos: number): void {
  const whole = Math.round(nanos), upper = Math.floor(whole / wordRange);
  if (whole > 0 && upper < wordRange) {
    high[row] = upper;
    low[row] = whole - upper * wordRange;
  } else marks[row] = repairedMark;
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
