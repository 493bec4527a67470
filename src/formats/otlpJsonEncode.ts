import { spanKinds, statusCodes } from '../model/span.ts';
import type { LogRecord, Resource, Scope } from '../model/span.ts';
import { contentFields } from '../model/spanContent.ts';
import { WireReader } from '../model/wire.ts';
import { WireWriter } from '../model/wireWriter.ts';
import { contentBytes, logBytes, originOf } from './decodedFrom.ts';
import type { ByteRange } from './decodedFrom.ts';
import { groupByOrigin } from './encodeGroups.ts';
import type { Origin, OriginGroup } from './encodeGroups.ts';
import type { EncodeSpan, SpanEncoder } from './format.ts';
import { Fields, logRecord, resource as resourceFields, scope as scopeFields, span as spanFields } from './otlpJsonFields.ts';
import { spanIdHex, traceIdHex } from './otlpIds.ts';
import { printMembers } from './otlpJsonPrinter.ts';
import { writeResource, writeScope } from './otlpResource.ts';
import { TextBytes } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';

/** Lines of more spans or logs are cut, so that readers of lines need not hold all of a file. */
const mostPerLine = 1000;

const contentNumbers = new Set<number>(Object.values(contentFields));
/** The fields of a span that its content holds. */
const content = new Fields([...spanFields.values()].filter(({ number }) => contentNumbers.has(number)));

/** One request with all spans, and behind them their logs, which are kept as bytes until then. */
export function otlpJsonEncoder(write: WriteBytes): SpanEncoder {
  const out = new TextBytes(write), kept: Uint8Array[] = [], logs = new TextBytes((bytes) => { kept.push(bytes); });
  let hasSpans = false, hasLogs = false;
  const addLogs = (added: readonly Log[]): void => {
    for (const group of groupByOrigin(added)) {
      logs.add(hasLogs ? ',' : ',"resourceLogs":[');
      hasLogs = true;
      addGroup(logs, group, 'scopeLogs', 'logRecords', logText);
    }
  };
  return {
    add(spans): void {
      const groups = groupByOrigin(spans);
      for (const group of groups) {
        out.add(hasSpans ? ',' : '{"resourceSpans":[');
        hasSpans = true;
        addGroup(out, group, 'scopeSpans', 'spans', spanText);
      }
      addLogs(logsOf(groups));
    },
    addLogs: (records) => { addLogs(records.map(looseLog)); },
    end(): void {
      out.add(hasSpans ? ']' : '{"resourceSpans":[]');
      out.flush();
      if (hasLogs) logs.add(']');
      logs.flush();
      for (const bytes of kept) write(bytes);
      out.add('}\n');
      out.flush();
    },
  };
}

/** Requests of one resource each, a line each; logs have lines of their own. */
export function otlpJsonLinesEncoder(write: WriteBytes): SpanEncoder {
  const out = new TextBytes(write);
  const addLogs = (logs: readonly Log[]): void => {
    for (const group of groupByOrigin(logs).flatMap(partsOf)) {
      out.add('{"resourceLogs":[');
      addGroup(out, group, 'scopeLogs', 'logRecords', logText);
      out.add(']}\n');
    }
  };
  return {
    add(spans): void {
      const groups = groupByOrigin(spans);
      for (const group of groups.flatMap(partsOf)) {
        out.add('{"resourceSpans":[');
        addGroup(out, group, 'scopeSpans', 'spans', spanText);
        out.add(']}\n');
      }
      addLogs(logsOf(groups));
    },
    addLogs: (records) => { addLogs(records.map(looseLog)); },
    end: () => { out.flush(); },
  };
}

interface Log extends Origin { readonly log: LogRecord }

const unknownOrigin: Origin = { resource: { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 }, scope: { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 } };
const looseLog = (log: LogRecord): Log => ({ ...(originOf(log) ?? unknownOrigin), log });

/** The logs of spans in the order of these, each with what it came with. */
const logsOf = (groups: readonly OriginGroup<EncodeSpan>[]): Log[] =>
  groups.flatMap(({ scopes }) => [...scopes.values()].flat()).flatMap(({ resource, scope, logs }) => logs.map((log) => ({ ...(originOf(log) ?? { resource, scope }), log })));

/** A group in parts of as many members as a line has at most. */
function partsOf<T>({ resource, scopes }: OriginGroup<T>): OriginGroup<T>[] {
  if ([...scopes.values()].reduce((sum, members) => sum + members.length, 0) <= mostPerLine) return [{ resource, scopes }];
  return [...scopes].flatMap(([scope, members]) => Array.from({ length: Math.ceil(members.length / mostPerLine) }, (_, part) => (
    { resource, scopes: new Map([[scope, members.slice(part * mostPerLine, (part + 1) * mostPerLine)]]) }
  )));
}

function addGroup<T>(out: TextBytes, { resource, scopes }: OriginGroup<T>, scopesKey: string, membersKey: string, textOf: (member: T) => string): void {
  out.add(`{"resource":${resourceText(resource)},"${scopesKey}":`);
  out.addList(scopes, ([scope, members]) => {
    out.add(`{"scope":${scopeText(scope)},"${membersKey}":`);
    out.addList(members, (member) => { out.add(textOf(member)); });
    out.add(`${schemaUrlMember(scope.schemaUrl)}}`);
  });
  out.add(`${schemaUrlMember(resource.schemaUrl)}}`);
}

const logText = ({ log }: Log): string => `{${membersOf(logRecord, logBytes(log))}}`;

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
