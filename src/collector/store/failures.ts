import { takeKeyValue } from '../../model/anyValue.ts';
import type { AttributeValue } from '../../model/attributes.ts';
import { failureKeys, isFailedResult, toldFailure } from '../../model/conventions/failure.ts';
import { agentOf } from '../../model/conventions/registry.ts';
import { roles } from '../../model/role.ts';
import { spanKinds } from '../../model/span.ts';
import type { SpanEvent } from '../../model/span.ts';
import { decodeContent, takeEvent } from '../../model/spanContent.ts';
import { WireReader } from '../../model/wire.ts';
import type { ByteRange } from './contentArena.ts';
import { keyScanOf } from './keyScan.ts';

const attributeTag = 0x4a, eventTag = 0x5a;
const toolRole = roles.indexOf('tool');
const mayTell = keyScanOf(failureKeys, true), isFailureKey = keyScanOf(failureKeys);
/** Keys by which results say that they are failures. */
const resultKeys = ['isError', 'is_error'];

/** What a row says of its span; kind and role as indexes. */
export interface ToldSpan {
  readonly name: string;
  readonly kind: number;
  readonly scopeName: string;
  readonly role: number;
}

/** Whether a content may change what its span tells of a failure. */
export const mayTellFailure = ({ bytes, start, end }: ByteRange): boolean => mayTell(bytes, start, end);

/** Whether the content of a span tells of a failure. For every span without a status that arrives, so most are passed over after a look at their keys. */
export function tellsFailure(span: ToldSpan, content: ByteRange): boolean {
  if (mayTellFailure(content) && toldFailure({ name: span.name, kind: spanKinds[span.kind] ?? 'unspecified', ...telling(content) }) !== undefined) return true;
  return span.role === toolRole && mayBeFailedResult(content) && hasFailedResult(span, content);
}

/** Failure attributes and the events; other values are not decoded: they may be long. */
function telling({ bytes, start, end }: ByteRange): { attributes: Map<string, AttributeValue>; events: SpanEvent[] } {
  const attributes = new Map<string, AttributeValue>(), events: SpanEvent[] = [], reader = new WireReader(bytes, start, end);
  for (let field = start; reader.next(); field = reader.position) {
    if (reader.tag === eventTag) { events.push(takeEvent(reader)); continue; }
    if (reader.tag !== attributeTag) { reader.skip(); continue; }
    const value = reader.position, after = reader.valueEnd();
    reader.position = after;
    if (!isFailureKey(bytes, field, after)) continue;
    reader.position = value;
    takeKeyValue(reader, 0, attributes);
  }
  return { attributes, events };
}

function mayBeFailedResult({ bytes, start, end }: ByteRange): boolean {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  return resultKeys.some((key) => content.includes(key));
}

function hasFailedResult({ name, kind, scopeName }: ToldSpan, { bytes, start, end }: ByteRange): boolean {
  const { attributes, events } = decodeContent(bytes, start, end);
  return isFailedResult(agentOf({ name, kind: spanKinds[kind] ?? 'unspecified', scopeName, attributes, events, logs: [] })?.toolResult);
}
