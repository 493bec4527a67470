import type { AttributeValue } from '../model/attributes.ts';
import type { EncodeSpan, SpanEncoder } from './format.ts';
import { jsonText } from './jsonText.ts';
import { Lanes } from './spanLanes.ts';
import { TextBytes } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';

/** What is remembered of frames that were written, in characters: beyond, the same frame may be written once more. */
const mostFrameCharacters = 32 * 1024 * 1024;
const eventsPerStep = 10_000;

/** Evented profiles in ns after the first start. Frames are written while spans come; of the spans, 32 bytes each are held until the end. */
export function speedscopeEncoder(write: WriteBytes): SpanEncoder {
  const out = new TextBytes(write), frames = new Frames(out), profiles = new Profiles();
  let hasBegun = false;
  const begin = (name: string): void => {
    hasBegun = true;
    const head = { $schema: 'https://www.speedscope.app/file-format-schema.json', exporter: 'spanscope', name, activeProfileIndex: 0 };
    out.add(`${jsonText(head).slice(0, -1)},"shared":{"frames":[`);
  };
  const writeProfiles = function* (): Generator<void, void, void> {
    if (!hasBegun) begin('');
    out.add(']},"profiles":[');
    yield* profiles.write(out);
    out.add(']}\n');
    out.flush();
  };
  const rest = writeProfiles();
  return {
    add(spans): void {
      if (!hasBegun && spans[0] !== undefined) begin(spans[0].name);
      for (const span of spans) profiles.add(span, frames.indexOf(span));
    },
    rest: () => rest,
    end(): void { for (const _ of rest); },
  };
}

/** Frames that are the same are written once. */
class Frames {
  private readonly out: TextBytes;
  private readonly known = new Map<string, number>();
  private characters = 0;
  private count = 0;

  constructor(out: TextBytes) { this.out = out; }

  indexOf({ name, content: { attributes } }: EncodeSpan): number {
    const given = (...keys: string[]): AttributeValue | undefined => keys.map((key) => attributes.get(key)).find((value) => value !== undefined);
    const file = given('code.file.path', 'code.filepath'), line = given('code.line.number', 'code.lineno'), col = given('code.column.number', 'code.column');
    const text = jsonText({
      name, file: typeof file === 'string' ? file : undefined,
      line: typeof line === 'number' ? line : undefined, col: typeof col === 'number' ? col : undefined,
    });
    return this.known.get(text) ?? this.add(text);
  }

  private add(text: string): number {
    this.characters += text.length;
    if (this.characters > mostFrameCharacters) {
      this.known.clear();
      this.characters = text.length;
    }
    this.out.add(this.count === 0 ? text : `,${text}`);
    this.known.set(text, this.count);
    return this.count++;
  }
}

/** The spans of a service in the trace at hand, and the profiles of its lanes. */
interface Group { readonly number: number; readonly lanes: Lanes<number>; readonly profiles: number[] }

/** Begins and ends of frames by profile: one for each lane of a service in a trace. */
class Profiles {
  private readonly names: string[] = [];
  /** By profile, where it stands: the number of its trace, of its service in that, of its lane. */
  private readonly places: (readonly [trace: number, service: number, lane: number])[] = [];
  private readonly counts: number[] = [];
  private groups = new Map<string, Group>();
  private traceId: string | undefined;
  private trace = -1;
  /** By event: its profile; its frame, or the complement of that where it ends; its time in ns after `zero`, infinite where there is none. */
  private profile = new Int32Array(1024);
  private frame = new Int32Array(1024);
  private at = new Float64Array(1024);
  private count = 0;
  private zero: bigint | undefined;
  private first = Infinity;
  private last = -Infinity;

  add(span: EncodeSpan, frame: number): void {
    if (span.traceId !== this.traceId) this.beginTrace(span.traceId);
    const start = this.placed(span.startUnixNano);
    if (start !== -Infinity) this.first = Math.min(this.first, start);
    this.last = Math.max(this.last, start, this.placed(span.endUnixNano));
    const group = this.groupOf(span.service), lane = group.lanes.place(span, frame);
    this.push(this.profileOf(group, span.service, lane), frame, start);
  }

  /** Writes all profiles. */
  *write(out: TextBytes): Generator<void, void, void> {
    this.endTrace();
    const last = Number.isFinite(this.last) ? this.last : 0, first = Math.min(this.first, last), endValue = last - first;
    const starts = this.counts.map(() => 0), { order, list } = this.sorted(starts);
    let separator = '';
    for (const profile of list) {
      const head = { type: 'evented', name: this.names[profile] ?? '', unit: 'nanoseconds', startValue: 0, endValue };
      out.add(`${separator}${jsonText(head).slice(0, -1)},"events":[`);
      const from = starts[profile] as number, to = from + (this.counts[profile] as number);
      for (let i = from; i < to; i++) {
        const event = order[i] as number, frame = this.frame[event] as number, at = Math.min(endValue, Math.max(0, (this.at[event] as number) - first));
        out.add(`${i === from ? '' : ','}{"type":"${frame < 0 ? 'C' : 'O'}","frame":${frame < 0 ? ~frame : frame},"at":${at}}`);
        if (i % eventsPerStep === 0) yield;
      }
      out.add(']}');
      separator = ',';
    }
  }

  /** The profiles by trace, service and lane, and the events by profile; sets where those of each begin. */
  private sorted(starts: number[]): { readonly order: Uint32Array; readonly list: readonly number[] } {
    const list = [...this.places.keys()].sort((left, right) => {
      const [a, b] = [this.places[left] ?? [0, 0, 0], this.places[right] ?? [0, 0, 0]];
      return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
    });
    let from = 0;
    for (const profile of list) {
      starts[profile] = from;
      from += this.counts[profile] as number;
    }
    const order = new Uint32Array(this.count), next = [...starts];
    for (let event = 0; event < this.count; event++) {
      const profile = this.profile[event] as number;
      order[(next[profile] as number)] = event;
      next[profile] = (next[profile] as number) + 1;
    }
    return { order, list };
  }

  private beginTrace(traceId: string): void {
    this.endTrace();
    this.traceId = traceId;
    this.trace++;
  }

  private endTrace(): void {
    for (const { lanes } of this.groups.values()) lanes.end();
    this.groups = new Map();
  }

  private groupOf(service: string): Group {
    let group = this.groups.get(service);
    if (group === undefined) {
      const profiles: number[] = [];
      const lanes = new Lanes<number>((lane, end, frame) => { this.push(profiles[lane] as number, ~frame, this.placed(end)); });
      this.groups.set(service, group = { number: this.groups.size, lanes, profiles });
    }
    return group;
  }

  private profileOf({ number, profiles }: Group, service: string, lane: number): number {
    let profile = profiles[lane];
    if (profile === undefined) {
      profiles[lane] = profile = this.names.push(lane === 0 ? service : `${service}, lane ${lane + 1}`) - 1;
      this.places.push([this.trace, number, lane]);
      this.counts.push(0);
    }
    return profile;
  }

  /** A time as the columns hold it: that of open spans lies behind all others, that of spans without a start before. */
  private placed(time: bigint): number {
    if (time <= 0n) return -Infinity;
    if (time >= 1n << 64n) return Infinity;
    return Number(time - (this.zero ??= time));
  }

  private push(profile: number, frame: number, at: number): void {
    if (this.count === this.at.length) this.grow();
    this.profile[this.count] = profile;
    this.frame[this.count] = frame;
    this.at[this.count] = at;
    this.count++;
    this.counts[profile] = (this.counts[profile] as number) + 1;
  }

  private grow(): void {
    const { profile, frame, at } = this, room = this.count * 2;
    this.profile = new Int32Array(room);
    this.profile.set(profile);
    this.frame = new Int32Array(room);
    this.frame.set(frame);
    this.at = new Float64Array(room);
    this.at.set(at);
  }
}
