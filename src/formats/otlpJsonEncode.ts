import { spanKinds, statusCodes } from '../model/span.ts';
import type { Resource, Scope } from '../model/span.ts';
import { contentFields } from '../model/spanContent.ts';
import { WireReader } from '../model/wire.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { contentBytes, logBytes } from './decodedFrom.ts';
import type { ByteRange } from './decodedFrom.ts';
import { groupSpans } from './encodeGroups.ts';
import type { SpanGroup } from './encodeGroups.ts';
import type { EncodeSpan } from './format.ts';
import { logRecord, resource as resourceFields, scope as scopeFields, span as spanFields } from './otlpJsonFields.ts';
import type { Fields } from './otlpJsonFields.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';
import { printMembers } from './otlpJsonPrinter.ts';
import { writeResource, writeScope } from './otlpResource.ts';
import { TextBytes } from './textBytes.ts';

/** Lines of more spans are cut, so that readers of lines need not hold all of a file. */
const mostSpansPerLine = 1000;

const contentNumbers = new Set<number>(Object.values(contentFields));
/** The fields of a span that its content holds. */
const content: Fields = new Map([...spanFields].filter(([, { number }]) => contentNumbers.has(number)));

type Signal = 'Spans' | 'Logs';

/** One request with all spans, and beside them their logs. */
export function encodeOtlpJson(spans: readonly EncodeSpan[]): Uint8Array {
  const out = new TextBytes(), groups = groupSpans(spans), logs = withLogs(groups);
  out.add('{"resourceSpans":');
  addGroups(out, groups, 'Spans');
  if (logs.length > 0) {
    out.add(',"resourceLogs":');
    addGroups(out, logs, 'Logs');
  }
  out.add('}\n');
  return out.finish();
}

/** Requests of one resource each, a line each; logs have lines of their own. */
export function encodeOtlpJsonLines(spans: readonly EncodeSpan[]): Uint8Array {
  const out = new TextBytes();
  for (const group of groupSpans(spans).flatMap(partsOf)) {
    out.add('{"resourceSpans":');
    addGroups(out, [group], 'Spans');
    out.add('}\n');
    const logs = withLogs([group]);
    if (logs.length === 0) continue;
    out.add('{"resourceLogs":');
    addGroups(out, logs, 'Logs');
    out.add('}\n');
  }
  return out.finish();
}

/** A group in parts of as many spans as a line has at most. */
function partsOf({ resource, scopes }: SpanGroup): SpanGroup[] {
  if ([...scopes.values()].reduce((sum, members) => sum + members.length, 0) <= mostSpansPerLine) return [{ resource, scopes }];
  return [...scopes].flatMap(([scope, members]) => Array.from({ length: Math.ceil(members.length / mostSpansPerLine) }, (_, part) => (
    { resource, scopes: new Map([[scope, members.slice(part * mostSpansPerLine, (part + 1) * mostSpansPerLine)]]) }
  )));
}

/** What of groups has logs. */
function withLogs(groups: readonly SpanGroup[]): SpanGroup[] {
  return groups
    .map(({ resource, scopes }) => ({ resource, scopes: new Map([...scopes].filter(([, members]) => members.some(({ logs }) => logs.length > 0))) }))
    .filter(({ scopes }) => scopes.size > 0);
}

function addGroups(out: TextBytes, groups: readonly SpanGroup[], signal: Signal): void {
  out.addList(groups, ({ resource, scopes }) => {
    out.add(`{"resource":${resourceText(resource)},"scope${signal}":`);
    out.addList(scopes, ([scope, members]) => {
      out.add(`{"scope":${scopeText(scope)},"${signal === 'Spans' ? 'spans' : 'logRecords'}":`);
      if (signal === 'Spans') out.addList(members, (span) => { out.add(spanText(span)); });
      else out.addList(members.flatMap(({ logs }) => logs), (log) => { out.add(`{${membersOf(logRecord, logBytes(log))}}`); });
      out.add(`${schemaUrlMember(scope.schemaUrl)}}`);
    });
    out.add(`${schemaUrlMember(resource.schemaUrl)}}`);
  });
}

const schemaUrlMember = (url: string): string => (url === '' ? '' : `,"schemaUrl":${JSON.stringify(url)}`);

const membersOf = (fields: Fields, { bytes, start, end }: ByteRange): string => printMembers(fields, new WireReader(bytes, start, end));

const resourceText = (resource: Resource): string => messageText(resourceFields, (writer) => { writeResource(writer, resource); });
const scopeText = (scope: Scope): string => messageText(scopeFields, (writer) => { writeScope(writer, scope); });

/** The object for the message that `write` writes as a field. */
function messageText(fields: Fields, write: (writer: WireWriter) => void): string {
  const writer = new WireWriter();
  write(writer);
  const reader = new WireReader(writer.bytes, 0, writer.length);
  reader.next();
  const end = reader.valueEnd();
  return `{${membersOf(fields, { bytes: writer.bytes, start: reader.position, end })}}`;
}

function spanText(span: EncodeSpan): string {
  const { parentSpanId, startUnixNano, endUnixNano, status, statusMessage } = span;
  const members = membersOf(content, contentBytes(span.content));
  return [
    `{"traceId":"${traceIdHex(span.traceId)}","spanId":"${spanIdHex(span.spanId)}"`,
    parentSpanId === '' ? '' : `,"parentSpanId":"${spanIdHex(parentSpanId)}"`,
    `,"name":${JSON.stringify(span.name)},"kind":${spanKinds.indexOf(span.kind)},"startTimeUnixNano":"${startUnixNano}"`,
    endUnixNano === 0n ? '' : `,"endTimeUnixNano":"${endUnixNano}"`,
    members === '' ? '' : `,${members}`,
    `,"status":{${[
      ...(statusMessage === '' ? [] : [`"message":${JSON.stringify(statusMessage)}`]), ...(status === 'unset' ? [] : [`"code":${statusCodes.indexOf(status)}`]),
    ].join(',')}}}`,
  ].join('');
}
