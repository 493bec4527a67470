import { writeKeyValue } from '../model/anyValue.ts';
import type { AttributeValue } from '../model/attributes.ts';
import { contentFields, decodeAttributes } from '../model/spanContent.ts';
import { nanosOfDecimal } from '../model/time.ts';
import { repeatedTextOf } from '../model/wireText.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { takeDuration, takeTime } from './chromeTimes.ts';
import type { JsonObject, JsonReader } from './jsonReader.ts';
import { textIn } from './jsonFields.ts';
import { writeMembers, writeValue } from './plainJson.ts';

/** What an event does on its lane. An instant of a file that we wrote names its slice. */
export const acts = { slice: 1, begin: 2, end: 3, instant: 4, flowStart: 5, flowStep: 6, flowEnd: 7, flowEndAtNext: 8, ownInstant: 9 } as const;

/** Where slices nest: a thread, or what carries one id of asynchronous events. */
export interface Lane { readonly process: string; readonly thread: string }

/** By character code of a phase: what it means on a thread, and what for the events of one id. 0: neither. */
const threadActs = phaseTable([
  ['X', acts.slice], ['B', acts.begin], ['E', acts.end], ['i', acts.instant], ['I', acts.instant], ['R', acts.instant],
  ['s', acts.flowStart], ['t', acts.flowStep], ['f', acts.flowEndAtNext],
]);
const asyncActs = phaseTable([
  ['b', acts.begin], ['S', acts.begin], ['e', acts.end], ['F', acts.end], ['n', acts.instant], ['T', acts.instant], ['p', acts.instant],
]);
const phases = { none: 0, other: 1, metadata: 0x4d, counter: 0x43, sample: 0x50 } as const;
/** A kind of events that are no slices. */
export type PassedOver = 'counter' | 'sample' | 'timeless' | 'other';

function phaseTable(meanings: readonly (readonly [string, number])[]): Uint8Array {
  const table = new Uint8Array(128);
  for (const [phase, act] of meanings) table[phase.charCodeAt(0)] = act;
  return table;
}

/** Up to four bytes of a key as one number, by which keys are told apart without making texts of them. */
const codeOf = (key: string): number => [...key].reduce((code, character, i) => code | (character.charCodeAt(0) << (i * 8)), 0);
const keyCodes = {
  name: codeOf('name'), cat: codeOf('cat'), ph: codeOf('ph'), ts: codeOf('ts'), dur: codeOf('dur'), pid: codeOf('pid'), tid: codeOf('tid'),
  id: codeOf('id'), id2: codeOf('id2'), bp: codeOf('bp'), args: codeOf('args'), span: codeOf('span'),
};

/** The fields of the event that is read; one object serves all of them. */
class EventFields {
  /** The character code of `ph`. */
  phase: number = phases.none;
  name = '';
  category = '';
  process = '';
  thread = '';
  id = '';
  scope = '';
  bindId = '';
  isFlowIn = false;
  isFlowOut = false;
  bindsEnclosing = false;
  /** The time: whole µs and the ns beyond; NaN when there is none. */
  micros = Number.NaN;
  nanos = 0;
  duration = 0;
  span: JsonObject | undefined;
  /** `id2.local`: an id within its process. */
  localId = '';

  clear(): void {
    this.name = this.category = this.process = this.thread = this.id = this.scope = this.bindId = this.localId = '';
    this.phase = phases.none;
    this.isFlowIn = this.isFlowOut = this.bindsEnclosing = false;
    this.micros = Number.NaN;
    this.nanos = 0;
    this.duration = 0;
    this.span = undefined;
  }
}

/** The events of a file in columns of equal length, in their order; texts and lanes are held once. */
export class ChromeEvents {
  count = 0;
  act = new Uint8Array(1024);
  lane = new Uint32Array(1024);
  name = new Uint32Array(1024);
  flow = new Uint32Array(1024);
  contentStart = new Uint32Array(1024);
  contentEnd = new Uint32Array(1024);
  /** ns after the base. */
  at = new Float64Array(1024);
  duration = new Float64Array(1024);
  /** µs at which the columns' clock begins, the time of the first event, so that doubles hold all times of a hundred days exactly. */
  base = 0;
  /** ns since 1970 of the clock's zero, where the file says so; 0 when the clock has no date. */
  epoch = 0n;
  readonly names: string[] = [''];
  readonly lanes: Lane[] = [];
  readonly processNames = new Map<string, string>();
  readonly threadNames = new Map<string, string>();
  /** Names of processes and threads that came so far. */
  namesRead = 0;
  /** What files that we wrote say about the ids of a slice. */
  readonly own = new Map<number, JsonObject>();
  /** args and categories of the events. */
  readonly content = new WireWriter(4096);
  /** How many events are no slices, by their kind. */
  readonly passedOver = new Map<PassedOver, number>();
  /** The bytes of the first slice, by which files are told apart. */
  firstSlice: Uint8Array | undefined;

  private hasBase = false;
  private filesRead = 0;
  private readonly nameIndex = new Map([['', 0]]);
  private readonly threads = new Map<string, Map<string, number>>();
  private readonly asyncLanes = new Map<string, number>();
  private readonly categories = new Map<string, Uint8Array>();
  private readonly flows = new Map([['', 0]]);
  private readonly fields = new EventFields();

  /** Reads the object that comes next: an event, or a file with `traceEvents`. False when it is none of these. */
  read(reader: JsonReader): boolean {
    const { fields, filesRead } = this;
    fields.clear();
    reader.peek();
    const start = reader.position, contentStart = this.content.length, before = this.count;
    let more = reader.beginObject();
    if (!more) return true;
    for (; more; more = reader.nextMember()) this.readMember(reader);
    if (fields.phase === phases.none) {
      // A file with events inside is none itself.
      if (this.count === before) this.content.length = contentStart;
    } else this.add(contentStart, reader.bytes, start, reader.position);
    return fields.phase !== phases.none || this.filesRead > filesRead;
  }

  /** Notes an event that is shown nowhere. */
  private passOver(kind: PassedOver): void { this.passedOver.set(kind, (this.passedOver.get(kind) ?? 0) + 1); }

  private readMember(reader: JsonReader): void {
    const { fields } = this, { bytes, keyStart } = reader, length = reader.keyEnd - keyStart;
    if (length > 4) { this.readLongMember(reader); return; }
    let code = 0;
    for (let i = 0; i < length; i++) code |= (bytes[keyStart + i] as number) << (i * 8);
    switch (code) {
      case keyCodes.name: fields.name = takeText(reader); break;
      case keyCodes.cat: fields.category = takeText(reader); break;
      case keyCodes.ph: fields.phase = takePhase(reader); break;
      case keyCodes.ts: takeTime(reader, fields); break;
      case keyCodes.dur: fields.duration = takeDuration(reader); break;
      case keyCodes.pid: fields.process = takeText(reader); break;
      case keyCodes.tid: fields.thread = takeText(reader); break;
      case keyCodes.id: fields.id = takeText(reader); break;
      case keyCodes.id2: this.takeId2(reader); break;
      case keyCodes.bp: fields.bindsEnclosing = takeText(reader) === 'e'; break;
      case keyCodes.args: this.takeArguments(reader); break;
      case keyCodes.span: if (reader.peek() === 0x7b) fields.span = reader.takeObject(); else reader.skip(); break;
      default: reader.skip();
    }
  }

  private readLongMember(reader: JsonReader): void {
    const { fields } = this;
    switch (reader.key) {
      case 'traceEvents': {
        this.filesRead++;
        for (let more = reader.beginArray(); more; more = reader.nextItem()) if (reader.peek() === 0x7b) this.read(reader); else reader.skip();
        fields.clear();
        break;
      }
      case 'baseTimeNanoseconds': this.epoch = nanosOfDecimal(takeText(reader)) ?? 0n; break;
      case 'scope': fields.scope = takeText(reader); break;
      case 'bind_id': fields.bindId = takeText(reader); break;
      case 'flow_in': fields.isFlowIn = takeText(reader) === 'true'; break;
      case 'flow_out': fields.isFlowOut = takeText(reader) === 'true'; break;
      default: reader.skip();
    }
  }

  private takeArguments(reader: JsonReader): void {
    const { content } = this, next = reader.peek();
    if (next === 0x7b) writeMembers(reader, content, contentFields.attributes);
    else if (next === 0x6e) reader.skip();
    else {
      const start = content.begin(contentFields.attributes);
      content.textField(1, 'args');
      const valueStart = content.begin(2);
      writeValue(reader, content);
      content.end(valueStart);
      content.end(start);
    }
  }

  /** `{local}` is an id within its process, `{global}` one of the whole file. */
  private takeId2(reader: JsonReader): void {
    const ids = reader.takeObject();
    this.fields.localId = textIn(ids.get('local'));
    this.fields.id = textIn(ids.get('global'));
  }

  private add(contentStart: number, bytes: Uint8Array, start: number, end: number): void {
    const { fields, content } = this;
    const asyncAct = asyncActs[fields.phase] as number, act = asyncAct || (threadActs[fields.phase] as number);
    if (act === 0 || Number.isNaN(fields.micros)) {
      if (fields.phase === phases.metadata) this.noteName(decodeAttributes(content.bytes, contentStart, content.length).get('name'));
      content.length = contentStart;
      if (fields.phase === phases.metadata) return;
      if (act !== 0) this.passOver('timeless');
      else this.passOver(fields.phase === phases.counter ? 'counter' : fields.phase === phases.sample || fields.name.startsWith('Profile') ? 'sample' : 'other');
      return;
    }
    if (!this.hasBase) { this.hasBase = true; this.base = fields.micros; }
    if (fields.category !== '' && act !== acts.end) this.writeCategory(fields.category);
    if (act <= acts.begin) this.firstSlice ??= bytes.slice(start, end);
    const lane = asyncAct === 0 ? this.threadLane(fields.process, fields.thread) : this.asyncLane();
    const isFlow = act >= acts.flowStart;
    if (fields.span !== undefined && act > acts.begin) this.pushOwn(act, lane, contentStart);
    else this.push(act === acts.flowEndAtNext && fields.bindsEnclosing ? acts.flowEnd : act, lane, isFlow ? this.flowOf(`${fields.category}\0${fields.id}`) : 0, contentStart, content.length);
    if (fields.span !== undefined && act <= acts.begin) this.own.set(this.count - 1, fields.span);
    // The newer form of flows stands on the slices themselves.
    if (fields.bindId !== '' && act <= acts.begin) {
      const flow = this.flowOf(`\0${fields.bindId}`);
      if (fields.isFlowIn) this.push(acts.flowEnd, lane, flow, content.length, content.length);
      if (fields.isFlowOut) this.push(acts.flowStart, lane, flow, content.length, content.length);
    }
  }

  /** Our own instants name their slice; our own flows are only for other programs, because slices have their links. */
  private pushOwn(act: number, lane: number, contentStart: number): void {
    if (act !== acts.instant || this.fields.span === undefined) { this.content.length = contentStart; return; }
    this.push(acts.ownInstant, lane, 0, contentStart, this.content.length);
    this.own.set(this.count - 1, this.fields.span);
  }

  /** Categories are few: each is made into bytes once. */
  private writeCategory(category: string): void {
    let bytes = this.categories.get(category);
    if (bytes === undefined) {
      const writer = new WireWriter();
      writeKeyValue(writer, contentFields.attributes, categoryKey, category);
      this.categories.set(category, bytes = writer.finish());
    }
    this.content.raw(bytes, 0, bytes.length);
  }

  private push(act: number, lane: number, flow: number, contentStart: number, contentEnd: number): void {
    if (this.count === this.act.length) this.grow();
    const at = this.count++, { fields } = this;
    this.act[at] = act;
    this.lane[at] = lane;
    this.flow[at] = flow;
    this.at[at] = (fields.micros - this.base) * 1000 + fields.nanos;
    this.duration[at] = fields.duration;
    this.contentStart[at] = contentStart;
    this.contentEnd[at] = contentEnd;
    this.name[at] = this.nameIndex.get(fields.name) ?? this.addName(fields.name);
  }

  private addName(name: string): number {
    const index = this.names.push(name) - 1;
    this.nameIndex.set(name, index);
    return index;
  }

  private grow(): void {
    const grown = <T extends Uint8Array | Uint32Array | Float64Array>(next: T, old: T): T => { next.set(old); return next; };
    const room = this.count * 2;
    this.act = grown(new Uint8Array(room), this.act);
    this.lane = grown(new Uint32Array(room), this.lane);
    this.name = grown(new Uint32Array(room), this.name);
    this.flow = grown(new Uint32Array(room), this.flow);
    this.contentStart = grown(new Uint32Array(room), this.contentStart);
    this.contentEnd = grown(new Uint32Array(room), this.contentEnd);
    this.at = grown(new Float64Array(room), this.at);
    this.duration = grown(new Float64Array(room), this.duration);
  }

  private flowOf(key: string): number {
    const flow = this.flows.get(key) ?? this.flows.size;
    this.flows.set(key, flow);
    return flow;
  }

  private threadLane(process: string, thread: string): number {
    let threads = this.threads.get(process);
    if (threads === undefined) this.threads.set(process, threads = new Map());
    return threads.get(thread) ?? this.addLane(threads, thread, process, thread);
  }

  /** Asynchronous events belong together by their id, whatever the thread. */
  private asyncLane(): number {
    const { category, scope, id, localId, process, thread } = this.fields;
    const key = `${category}\0${scope}\0${localId === '' ? id : `${process}/${localId}`}`;
    return this.asyncLanes.get(key) ?? this.addLane(this.asyncLanes, key, process, thread);
  }

  private addLane(lanes: Map<string, number>, key: string, process: string, thread: string): number {
    const lane = this.lanes.push({ process, thread }) - 1;
    lanes.set(key, lane);
    return lane;
  }

  private noteName(given: AttributeValue | undefined): void {
    const { name, process, thread } = this.fields;
    if (typeof given !== 'string' || given === '') return;
    if (name === 'process_name') this.processNames.set(process, given);
    else if (name === 'thread_name') this.threadNames.set(`${process}\0${thread}`, given);
    else return;
    this.namesRead++;
  }
}

export const categoryKey = 'chrome.category';

/** The text of a string, a number or a truth value; '' for everything else. */
function takeText(reader: JsonReader): string {
  switch (reader.peek()) {
    case 0x22: return reader.takeRepeatedString();
    case 0x74: case 0x66: return String(reader.takeBoolean());
    case 0x7b: case 0x5b: case 0x6e: reader.skip(); return '';
    default: reader.scanNumber(); return repeatedTextOf(reader.bytes, reader.tokenStart, reader.tokenEnd);
  }
}

function takePhase(reader: JsonReader): number {
  reader.scanString();
  const code = reader.tokenEnd - reader.tokenStart === 1 ? reader.bytes[reader.tokenStart] as number : 0;
  return code > phases.other && code < 128 ? code : phases.other;
}
