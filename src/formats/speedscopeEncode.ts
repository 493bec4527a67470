import type { AttributeValue } from '../model/attributes.ts';
import type { EncodeSpan } from './format.ts';
import { jsonText } from './jsonText.ts';
import type { Writable } from './jsonText.ts';
import { endOf, placeOnLanes } from './spanLanes.ts';
import type { Placed } from './spanLanes.ts';
import { bytesOfText } from './textBytes.ts';

/** Evented profiles in ns after the first start. */
export function encodeSpeedscope(spans: readonly EncodeSpan[]): Uint8Array {
  const first = spans.reduce((least, { startUnixNano }) => (startUnixNano > 0n && (least === 0n || startUnixNano < least) ? startUnixNano : least), 0n);
  const last = spans.reduce((most, { startUnixNano, endUnixNano }) => [most, startUnixNano, endUnixNano].reduce((a, b) => (a > b ? a : b)), first);
  const frames = new Frames(), profiles: Profile[] = [];
  for (const ofTrace of Map.groupBy(spans, ({ traceId }) => traceId).values()) {
    for (const [service, members] of Map.groupBy(ofTrace, (span) => span.service)) {
      for (const [lane, placed] of Map.groupBy(placeOnLanes(members), (each) => each.lane)) {
        profiles.push(profileOf(lane === 0 ? service : `${service}, lane ${lane + 1}`, placed, frames, { first, last }));
      }
    }
  }
  const head = { $schema: 'https://www.speedscope.app/file-format-schema.json', exporter: 'spanscope', name: spans[0]?.name ?? '', activeProfileIndex: 0 };
  return bytesOfText((out) => {
    out.add(`${jsonText(head).slice(0, -1)},"shared":{"frames":`);
    out.addList(frames.list, (frame) => { out.add(jsonText(frame)); });
    out.add('},"profiles":');
    out.addList(profiles, ({ events, ...profile }) => {
      out.add(`${jsonText(profile).slice(0, -1)},"events":`);
      out.addList(events, (event) => { out.add(jsonText(event)); });
      out.add('}');
    });
    out.add('}\n');
  });
}

interface Profile {
  readonly type: 'evented';
  readonly name: string;
  readonly unit: 'nanoseconds';
  readonly startValue: number;
  readonly endValue: number;
  readonly events: readonly { readonly type: 'O' | 'C'; readonly frame: number; readonly at: number }[];
}

/** Frames that are the same are written once. */
class Frames {
  readonly list: Writable[] = [];
  private readonly known = new Map<string, number>();

  indexOf({ name, content: { attributes } }: EncodeSpan): number {
    const given = (...keys: string[]): AttributeValue | undefined => keys.map((key) => attributes.get(key)).find((value) => value !== undefined);
    const file = given('code.file.path', 'code.filepath'), line = given('code.line.number', 'code.lineno'), col = given('code.column.number', 'code.column');
    const frame = {
      name, file: typeof file === 'string' ? file : undefined,
      line: typeof line === 'number' ? line : undefined, col: typeof col === 'number' ? col : undefined,
    };
    const key = jsonText(frame), index = this.known.get(key) ?? this.list.push(frame) - 1;
    this.known.set(key, index);
    return index;
  }
}

function profileOf(name: string, placed: readonly Placed[], frames: Frames, { first, last }: { readonly first: bigint; readonly last: bigint }): Profile {
  const events: Profile['events'][number][] = [], open: { readonly frame: number; readonly end: bigint }[] = [];
  const at = (time: bigint): number => (time <= first ? 0 : Number(time - first));
  const closeUntil = (time: bigint | undefined): void => {
    for (let top = open.at(-1); top !== undefined && (time === undefined || top.end <= time); top = open.at(-1)) {
      events.push({ type: 'C', frame: top.frame, at: at(top.end > last ? last : top.end) });
      open.pop();
    }
  };
  for (const { span } of placed) {
    closeUntil(span.startUnixNano);
    const frame = frames.indexOf(span);
    events.push({ type: 'O', frame, at: at(span.startUnixNano) });
    open.push({ frame, end: endOf(span) });
  }
  closeUntil(undefined);
  return { type: 'evented', name, unit: 'nanoseconds', startValue: 0, endValue: at(last), events };
}
