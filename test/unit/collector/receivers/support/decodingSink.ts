import { RefusedError } from '../../../../../src/collector/receivers/receiver.ts';
import type { Accepted, Payload } from '../../../../../src/collector/receivers/receiver.ts';
import { DecodeError } from '../../../../../src/formats/format.ts';
import { requestLimits } from '../../../../../src/formats/limits.ts';
import { formatById } from '../../../../../src/formats/registry.ts';
import { hexOfHalves } from '../../../../../src/model/ids.ts';
import { spanKinds, statusCodes } from '../../../../../src/model/span.ts';
import type { Resource, Scope, SpanContent, SpanKind, StatusCode } from '../../../../../src/model/span.ts';
import { SpanBatch } from '../../../../../src/model/spanBatch.ts';
import { decodeContent } from '../../../../../src/model/spanContent.ts';
import { RecordingSink } from './recordingSink.ts';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startUnixNano: bigint;
  readonly endUnixNano: bigint;
  readonly status: StatusCode;
  readonly statusMessage: string;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly content: SpanContent;
}

/** A sink that decodes with the real decoders and keeps what it got as objects, in place of the store. */
export class DecodingSink extends RecordingSink {
  readonly batches: SpanBatch[] = [];
  override answer = (payload: Payload): Accepted => this.#decode(payload);

  get spans(): ReceivedSpan[] {
    return this.batches.flatMap((batch) => Array.from({ length: batch.count }, (_, row) => spanAt(batch, row)));
  }

  get spanCount(): number { return this.batches.reduce((count, batch) => count + batch.count, 0); }

  #decode({ format, signal, bytes }: Payload): Accepted {
    const decoder = formatById(format);
    if (decoder === undefined) throw new RefusedError('internal', `no format ${format}`);
    const batch = new SpanBatch();
    try {
      decoder.decode(bytes, batch, { limits: requestLimits, mode: 'strict', signal });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new RefusedError(error.reason === 'tooManyElements' ? 'tooManyElements' : 'undecodable', error.message);
    }
    this.batches.push(batch);
    const [problem] = batch.problems;
    return { accepted: batch.count + batch.logs.length + batch.metrics.length, rejected: batch.rejectedCount, ...(problem === undefined ? {} : { message: problem }) };
  }
}

function spanAt(batch: SpanBatch, row: number): ReceivedSpan {
  const cell = (column: ArrayLike<number>): number => column[row] as number;
  const text = (column: ArrayLike<number>): string => batch.texts[cell(column)] as string;
  const time = (high: ArrayLike<number>, low: ArrayLike<number>): bigint => (BigInt(cell(high)) << 32n) | BigInt(cell(low));
  const id = (high: ArrayLike<number>, low: ArrayLike<number>, opaqueBit: number): string => {
    if ((cell(batch.opaque) & opaqueBit) !== 0) return text(low);
    return cell(high) === 0 && cell(low) === 0 ? '' : hexOfHalves(cell(high), cell(low));
  };
  return {
    traceId: text(batch.traceId),
    spanId: id(batch.idHigh, batch.idLow, 1),
    parentSpanId: id(batch.parentHigh, batch.parentLow, 2),
    name: text(batch.name),
    kind: spanKinds[cell(batch.kind)] as SpanKind,
    startUnixNano: time(batch.startHigh, batch.startLow),
    endUnixNano: time(batch.endHigh, batch.endLow),
    status: statusCodes[cell(batch.status)] as StatusCode,
    statusMessage: text(batch.statusMessage),
    resource: batch.resources[cell(batch.resource)] as Resource,
    scope: batch.scopes[cell(batch.scope)] as Scope,
    content: decodeContent(batch.buffers[cell(batch.buffer)] as Uint8Array, cell(batch.contentStart), cell(batch.contentEnd)),
  };
}
