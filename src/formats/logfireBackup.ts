import { DecodeError } from './format.ts';
import type { Format, Sniff } from './format.ts';
import { OtlpRequestReader } from './otlpRequest.ts';

const header = new TextEncoder().encode('LOGFIRE BACKUP FILE\n');
/** `VERSION 1` and a line break follow. */
const versionBytes = 10;

/**
 * The file `logfire_spans.bin` to which Logfire's SDK wrote what it could not send (up to version 1 of the SDK): two lines of
 * text, and then OTLP requests in protobuf, each after its length in 4 bytes, the highest first.
 * Layout: pydantic/logfire, logfire/_internal/exporters/file.py.
 */
export const logfireBackup: Format = {
  id: 'logfire-backup',
  label: 'Logfire backup file',
  pieces: 'whole',
  isBinary: true,
  sniff: (head): Sniff => (begins(head) ? { score: 1, reason: 'begins with "LOGFIRE BACKUP FILE"' } : { score: 0, reason: 'does not begin with "LOGFIRE BACKUP FILE"' }),
  decode(bytes, batch, options): void {
    if (!begins(bytes)) throw new DecodeError('notThisFormat', 'does not begin with "LOGFIRE BACKUP FILE"', { offset: 0 });
    const reader = new OtlpRequestReader(bytes, batch, { ...options, signal: 'traces' }), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = header.length + versionBytes; at < bytes.length;) {
      const start = at + 4, end = start > bytes.length ? start : start + view.getUint32(at);
      if (end > bytes.length) {
        batch.report(`the request at byte ${at} is cut off`);
        return;
      }
      reader.read(start, end);
      at = end;
    }
  },
};

const begins = (bytes: Uint8Array): boolean => header.every((byte, i) => bytes[i] === byte);
