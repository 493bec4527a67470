import type { LogRecord, SpanContent } from '../model/span.ts';
import { encodeContent } from '../model/spanContent.ts';
import { encodeLogRecord } from '../model/wireLogRecord.ts';
import type { Origin } from './encodeGroups.ts';

/** bytes[start..end). */
export interface ByteRange { readonly bytes: Uint8Array; readonly start: number; readonly end: number }

const sources = new WeakMap<SpanContent | LogRecord, ByteRange>(), origins = new WeakMap<LogRecord, Origin>();

/**
 * Notes the bytes that a content or a log record was decoded from; gives it back. They say more than what was decoded: whether a whole number
 * is a double, and which keys repeat. Whoever changes a content makes a new one, which has no such bytes.
 */
export function decodedFrom<T extends SpanContent | LogRecord>(decoded: T, { bytes, start, end }: ByteRange): T {
  sources.set(decoded, { bytes, start, end });
  return decoded;
}

/** Notes the resource and the scope that a log record came with, which need not be those of its span; gives the record back. */
export function withOrigin(log: LogRecord, { resource, scope }: Origin): LogRecord {
  origins.set(log, { resource, scope });
  return log;
}

/** The resource and the scope that a log record came with, if they are known. */
export const originOf = (log: LogRecord): Origin | undefined => origins.get(log);

/** A content as the fields of an OTLP protobuf Span message, among which others may stand: those it was decoded from, if they are known. */
export const contentBytes = (content: SpanContent): ByteRange => sources.get(content) ?? wholeOf(encodeContent(content));

/** The same of a log record, as an OTLP protobuf LogRecord message. */
export const logBytes = (log: LogRecord): ByteRange => sources.get(log) ?? wholeOf(encodeLogRecord(log));

const wholeOf = (bytes: Uint8Array): ByteRange => ({ bytes, start: 0, end: bytes.length });
