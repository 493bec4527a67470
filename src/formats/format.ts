import type { SpanBatch } from '../model/spanBatch.ts';
import type { SpanContent, LogRecord, Resource, Scope, SpanKind, StatusCode } from '../model/span.ts';
import { joined } from './textBytes.ts';
import type { WriteBytes } from './textBytes.ts';

/** Bounds that every decoder keeps (threat model, section 4). */
export interface DecodeLimits {
  readonly maxElements: number;
  readonly maxSpans: number;
  readonly maxDepth: number;
  readonly maxNameBytes: number;
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
  readonly maxItemsPerSpan: number;
  readonly maxArrayItems: number;
}

/** Why a whole input was refused. `offset` is in bytes, `line` counts from 1. */
export class DecodeError extends Error {
  readonly reason: 'undecodable' | 'tooDeep' | 'tooManyElements' | 'notThisFormat';
  readonly offset: number | undefined;
  readonly line: number | undefined;
  constructor(reason: DecodeError['reason'], message: string, position: { offset?: number; line?: number } = {}) {
    super(message);
    this.name = 'DecodeError';
    this.reason = reason;
    this.offset = position.offset;
    this.line = position.line;
  }
}

export type Signal = 'traces' | 'logs' | 'metrics';

export interface DecodeOptions {
  readonly limits: DecodeLimits;
  /**
   * strict: bytes from the network, refused as a whole when they are not what was promised.
   * lenient: a file; what can be read is kept and the rest reported in `batch.problems`.
   */
  readonly mode: 'strict' | 'lenient';
  /** Which OTLP request this is; receivers know it from the path, files leave it out. */
  readonly signal?: Signal;
  /** Bytes of the input before these, for the places that problems name; 0 when left out. */
  readonly offset?: number;
  /**
   * Decoders of inputs that cannot be cut call this between records, when the batch holds many rows that are complete and
   * not looked at again: `DraftWriter.handOver` does it. The batch may be without rows and texts afterwards.
   */
  readonly onRows?: () => void;
  /**
   * Decoders of records say by it where one breaks off: where it begins, where it cannot be read, and whether something of it was
   * kept. When it gives a range, that is left out, and what stands behind it is read later: the decoder is done with its bytes.
   */
  readonly onBreak?: (start: number, stop: number, isKept: boolean) => { readonly from: number; readonly to: number } | undefined;
  /** How records are known behind a broken one on the same line (`Format.records`). */
  readonly records?: ItemKeys;
}

/** Rows and bytes of content after which decoders call `onRows`: few, because who takes them in has other things to do meanwhile. */
export const rowsToHandOver = 1024, bytesToHandOver = 1024 * 1024;

/**
 * Where an input may be cut, so that its pieces are decoded one after the other.
 * - whole: nowhere
 * - values: after any JSON object at the top, or in an array at the top; other text between them belongs to what follows
 * - lines: after any line
 * - messages: after any message, as `framing` finds them
 */
export type Pieces = 'whole' | 'values' | 'lines' | 'messages';

/** How messages follow one another in an input. */
export interface Framing {
  /** Behind the message that begins at a place, which may lie behind the bytes; undefined while that is not known, or there is none. */
  end(bytes: Uint8Array, at: number): number | undefined;
  /** Takes the message apart that begins with these bytes and goes on behind them; undefined where none does. */
  open(bytes: Uint8Array): OpenMessage | undefined;
}

/** A message that is too long to be held, of which parts are given as messages of their own. */
export interface OpenMessage {
  /** What is whole of the bytes, which follow on those that were taken before. `isEnd`: nothing more comes. */
  take(bytes: Uint8Array, isEnd: boolean): OpenMessagePart;
}

/** `bytes`, where there is something to give, of which the first `front` say again what earlier parts did; how much was `taken` of what there was. */
export interface OpenMessagePart { readonly bytes: Uint8Array | undefined; readonly front: number; readonly taken: number; readonly isOver: boolean }

/**
 * Members, by their keys, whose lists may be cut between any two items where one object is too long to be held: `inner` are those
 * of the items, or of the member if it is an object. Each piece then has the items of its part alone, with what stands in front of
 * the list. `after`: of these, one should stand in front, because all items need it; it is waited for. `items`: how its items are
 * known, with which reading goes on behind what is broken.
 */
export type Opens = ReadonlyMap<string, { readonly inner?: Opens; readonly after?: readonly string[]; readonly items?: ItemKeys }>;

/** By which keys an item is known where something in front of it cannot be read: it has all of one of these lists, and nothing in it has. */
export type ItemKeys = readonly (readonly string[])[];

/**
 * Decodes the pieces of one input in order and remembers what later ones need: no texts and rows of the batch, which are
 * taken out between pieces (`SpanBatch.forgetRows`), but resources and scopes. All throw DecodeError.
 */
export interface PieceDecoder {
  /**
   * Adds what a piece says; its first byte is byte `offset` of the input. What it gave is in the batch afterwards, and the bytes are
   * gone. `goesOn`: so many of the objects and lists in its front, the outermost first, began in earlier pieces and were opened;
   * `isCutIn`: so many at its end go on in the next one.
   */
  read(piece: Uint8Array, offset: number, goesOn?: number, isCutIn?: number): void;
  /** The input has ended: adds what waited for more. */
  end(): void;
}

/** Files that go on with what an input tells: in which folder beside it they lie, what they are called, and what stands in their front. */
export interface Beside { readonly folder: string; readonly name: RegExp; readonly holds: string }

/** How sure a format is that bytes are its own: 0 (no) to 1 (certain), and why, for the user. */
export interface Sniff { readonly score: number; readonly reason: string }

export interface EncodeSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly startUnixNano: bigint;
  /** 0 when the span has not ended. */
  readonly endUnixNano: bigint;
  readonly status: StatusCode;
  readonly statusMessage: string;
  readonly service: string;
  readonly resource: Resource;
  readonly scope: Scope;
  readonly content: SpanContent;
  readonly logs: readonly LogRecord[];
}

/** What is known of all spans before the first one comes. */
export interface EncodeScope {
  readonly traceCount: number;
  /** When the earliest of them begins that says so; 0 where nobody knows. */
  readonly firstUnixNano: bigint;
}

/** Writes one file in pieces, of which none is much larger than what was added last. */
export interface SpanEncoder {
  /** Takes the next spans; those of a trace follow one another, by start. */
  add(spans: readonly EncodeSpan[]): void;
  /** Takes log records that name no span, where the format has a place for them. */
  addLogs?(logs: readonly LogRecord[]): void;
  /** Nothing more comes. Writes what was held until now, a step at a time; `end` does what is left of it. */
  rest?(): Iterable<void>;
  /** Nothing more comes: the file is whole. */
  end(): void;
}

/** What of a span a format may have no place for. */
export type Loss =
  | 'open' | 'nanoseconds' | 'ids' | 'kind' | 'status' | 'attributes' | 'types' | 'events' | 'eventAttributes' | 'links' | 'logs' | 'scope' | 'resource'
  | 'traceState' | 'dropped' | 'marks';

/** One trace format: a file of this folder and a line in the registry. */
export interface Format {
  readonly id: string;
  /** What people call it, e.g. `OTLP/JSON`. */
  readonly label: string;
  /** Looks at the first bytes of an input (at most 64 KiB). */
  sniff(head: Uint8Array): Sniff;
  readonly pieces: Pieces;
  /** Whether lists at the top are as a rule not closed. */
  readonly isOpenEnded?: boolean;
  /** For pieces that are messages: how those of an input follow one another that begins with these bytes. */
  framing?(head: Uint8Array): Framing;
  /** For pieces that are values: where a long one is cut. */
  readonly opens?: Opens;
  /** For pieces that are values: how those are known behind one that is broken, on the same line. */
  readonly records?: ItemKeys;
  /** Adds the spans, logs and metrics of `bytes` to `batch`. Throws DecodeError. */
  decode(bytes: Uint8Array, batch: SpanBatch, options: DecodeOptions): void;
  /** For formats whose records refer to earlier ones. Without it, `decode` reads each piece. */
  open?(batch: SpanBatch, options: DecodeOptions): PieceDecoder;
  /** Further files of an input whose name without its ending is `stem`; their lines are read behind its own. */
  beside?(stem: string): readonly Beside[];
  /** The bytes of a file that holds these spans. What the format cannot hold is said in its docstring. */
  encode?(spans: readonly EncodeSpan[]): Uint8Array;
  /** The same for files of any size. Whatever has `encode` has it. */
  encoder?(write: WriteBytes, scope: EncodeScope): SpanEncoder;
  /** File name ending of `encode`, e.g. `.otlp.json`. */
  readonly extension?: string;
  /** What `encode` cannot hold. */
  readonly losses?: readonly Loss[];
  /** Whether what `encode` gives is bytes and not text. */
  readonly isBinary?: boolean;
}

/** `decode` of a format that has `open`. */
export function decodeWhole(decoder: PieceDecoder, bytes: Uint8Array, offset = 0): void {
  decoder.read(bytes, offset);
  decoder.end();
}

/** `encode` of a format that has `encoder`. */
export function encodeWhole(encoder: (write: WriteBytes, scope: EncodeScope) => SpanEncoder, spans: readonly EncodeSpan[]): Uint8Array {
  const pieces: Uint8Array[] = [];
  const firstUnixNano = spans.reduce((first, { startUnixNano: start }) => (start > 0n && (first === 0n || start < first) ? start : first), 0n);
  const writer = encoder((bytes) => { pieces.push(bytes); }, { traceCount: new Set(spans.map(({ traceId }) => traceId)).size, firstUnixNano });
  writer.add(spans);
  writer.end();
  return joined(pieces);
}
