import { Problems } from '../model/problems.ts';
import { SpanBatch } from '../model/spanBatch.ts';
import { concatenated } from './concatenated.ts';
import { detect } from './detect.ts';
import type { Detection } from './detect.ts';
import { DecodeError } from './format.ts';
import type { DecodeLimits, DecodeOptions, Format, PieceDecoder } from './format.ts';
import { LinePrefixes } from './linePrefixes.ts';
import { longValueBytes, PieceBuffer } from './pieceBuffer.ts';
import type { Piece } from './pieceBuffer.ts';
import { PieceMender } from './pieceMender.ts';
import { Transcoder } from './transcoder.ts';
import type { TextEncoding } from './transcoder.ts';

const headBytes = 64 * 1024, space = 0x20, openBracket = 0x5b, openBrace = 0x7b, closeBracket = 0x5d, closeBrace = 0x7d, newline = 0x0a;
const beginsValue: ReadonlySet<number> = new Set([openBrace, openBracket, 0x22]);
/** Programs may print much before their first span: so much of a log is looked at, and so much of it is held where the front of a span may be. */
const mostFrontBytes = 16 * 1024 * 1024, keptOfFront = 16 * 1024;
/** A list breaks off behind an item or a comma, and nothing else tells it. */
const betweenItems: ReadonlySet<number> = new Set([0x7d, 0x2c]);
/** The first rows are to be there early; after that, larger pieces cost less. */
const firstPieceBytes = 64 * 1024, pieceBytes = 1024 * 1024;

export interface InputOptions {
  readonly formats: readonly Format[];
  readonly limits: DecodeLimits;
  /** The most of a text that is held at once: of a value, a line, or the whole, where the format cannot be cut. */
  readonly mostBytes: number;
  /** How long a value is opened from, that its items are read before it is whole; tests make it smaller. */
  readonly longValueBytes?: number;
  /** How much is likely to come; 0 when nobody knows. */
  readonly expectedBytes: number;
  /** Takes the rows, logs and metrics of a batch. They are gone afterwards. */
  readonly onBatch: (batch: SpanBatch) => void;
}

/** What was found so far. */
export interface InputFindings {
  readonly detection: Detection | undefined;
  readonly encoding: TextEncoding;
  /** Bytes of content, as UTF-8; places in problems count these. */
  readonly bytes: number;
  readonly spanCount: number;
  readonly logCount: number;
  readonly metricPointCount: number;
  readonly rejectedCount: number;
  readonly problems: Problems;
  /** Where the input had to be left, and why. */
  readonly cut: { readonly byte: number; readonly reason: string } | undefined;
}

/**
 * Reads one input, in whatever chunks it comes: finds its encoding and its format, cuts it into pieces where the format
 * allows, and has them decoded one after the other. Memory is bounded by the largest value or line (of formats that open long
 * values, by the largest item of their lists), or by `mostBytes` for formats that cannot be cut. Nothing of it throws: what is wrong is among the problems.
 */
export class InputReader implements InputFindings {
  readonly problems = new Problems();
  detection: Detection | undefined;
  spanCount = 0;
  logCount = 0;
  metricPointCount = 0;
  rejectedCount = 0;
  cut: InputFindings['cut'];
  private readonly options: InputOptions;
  private readonly transcoder = new Transcoder();
  private held: PieceBuffer;
  /** Takes away what stands in front of every line. */
  private lines: LinePrefixes | undefined;
  private batch = new SpanBatch();
  private decoder: PieceDecoder | undefined;
  /** For formats whose long values are opened. */
  private mender: PieceMender | undefined;
  /** How much is held when it is next worth looking for a place to cut. */
  private nextLook = headBytes;
  private isEnded = false;
  /** The input begins as a list of objects. */
  private isList = false;
  /** Of an input in whose front no format was found: that front, and how many lines were passed over. */
  private front: Uint8Array | undefined;
  private frontLines = 0;
  /** The last byte that is no white space. */
  private lastByte = 0;

  constructor(options: InputOptions) {
    this.options = options;
    this.held = this.newBuffer();
  }

  get encoding(): TextEncoding { return this.transcoder.encoding; }
  get bytes(): number { return this.transcoder.skipped + this.held.position; }
  /** Nothing more is taken: the input is too large for its format, or is none of a known format. */
  get isDone(): boolean { return this.isEnded; }
  /** The front of an input that no format recognised. */
  get head(): Uint8Array { return this.front ?? this.held.peek().subarray(0, headBytes); }

  /** Where that begins which has come and waits for its end; undefined when nothing does. */
  get unfinishedFrom(): number | undefined { return this.isEnded || this.held.peek().every((byte) => byte <= space) ? undefined : this.bytes - this.held.length; }

  push(chunk: Uint8Array): void {
    if (!this.isEnded) this.take(this.transcoder.push(chunk));
  }

  /** Reads everything that is whole, for inputs that are still being written. */
  readSoFar(): void {
    if (this.isEnded || this.held.length === 0 || !this.recognise()) return;
    while (this.readPiece(false));
  }

  /** The input has ended. */
  end(): void {
    if (this.isEnded) return;
    this.take(this.transcoder.end());
    while (!this.isEnded && this.held.length > headBytes && !this.recognise() && this.passFront());
    if (this.held.length > 0 && !this.isEnded) this.recognise();
    if (this.lines !== undefined) this.add(this.lines.end());
    if (!this.isEnded) this.finish();
  }

  private take(text: Uint8Array): void { this.add(this.lines === undefined ? text : this.lines.push(text)); }

  private add(text: Uint8Array): void {
    const last = text.findLastIndex((byte) => byte > space);
    if (last >= 0) this.lastByte = text[last] as number;
    for (let rest = text; rest.length > 0 && !this.isEnded;) {
      rest = rest.subarray(this.held.add(rest));
      const { lines } = this;
      if (this.held.length >= this.nextLook || this.held.isFull) this.look();
      if (this.held.isFull) this.leaveRest();
      if (this.lines !== lines && this.lines !== undefined) rest = this.lines.push(rest);
    }
  }

  private newBuffer(): PieceBuffer { return new PieceBuffer(this.options.mostBytes, this.options.longValueBytes); }

  private look(): void {
    while (!this.recognise()) {
      const isAllSeen = this.held.length <= headBytes;
      this.isEnded = !this.passFront();
      if (this.isEnded || isAllSeen) return;
    }
    this.readPiece(true);
  }

  /** Leaves the front of a log in which no format is found yet, but for its last lines, in which something may begin; false when it is no log, or enough of it was looked at. */
  private passFront(): boolean {
    const held = this.held.peek().subarray(0, headBytes), cut = held.subarray(0, headBytes - keptOfFront).lastIndexOf(newline) + 1;
    if (this.held.position > mostFrontBytes || cut === 0 || !isLog(held)) return false;
    this.front ??= held.slice();
    this.frontLines += held.subarray(0, cut).reduce((count, byte) => (byte === newline ? count + 1 : count), 0);
    this.held.skip(cut);
    this.nextLook = this.held.length + headBytes;
    return true;
  }

  /** False when nothing can be cut off. */
  private readPiece(isForced: boolean): boolean {
    const { detection } = this;
    const piece = detection === undefined ? undefined : this.held.take(detection.format, isForced);
    if (piece !== undefined) this.decode(piece);
    else if (this.held.length > longValueBytes && detection?.format.opens === undefined && detection?.format.framing === undefined) this.held.reserve(this.options.expectedBytes);
    this.nextLook = this.held.length + (this.spanCount === 0 && this.held.position < pieceBytes ? firstPieceBytes : pieceBytes);
    return piece !== undefined;
  }

  private recognise(): boolean {
    if (this.detection === undefined) {
      this.detection = this.detectBare(detect(this.held.peek(), this.options.formats));
      this.isList = beginsList(this.held.peek());
    }
    const { detection, decoder, options: { expectedBytes } } = this;
    if (detection === undefined) return false;
    if (this.frontLines > 0) this.problems.tally(this.frontLines, 'lines in front of the first span were passed over');
    this.frontLines = 0;
    if (decoder === undefined) {
      if (detection.format.opens !== undefined) this.mender ??= new PieceMender(detection.format.opens, (from, to) => { this.problems.add(`bytes ${from + this.transcoder.skipped} to ${to + this.transcoder.skipped} were left out`); });
      this.decoder = detection.format.open?.(this.batch, this.decodeOptions(0));
      if (detection.format.pieces === 'whole') this.held.reserve(expectedBytes);
    }
    return true;
  }

  /** The format of what stands behind the prefixes of the lines, and without colours, where that is surer. */
  private detectBare(plain: Detection | undefined): Detection | undefined {
    const held = this.held.peek(), head = held.subarray(0, headBytes), candidates = LinePrefixes.of(head), hasParts = candidates.some((lines) => lines.hasParts);
    if (plain !== undefined && plain.score > 0.9 && !hasParts && plain.format.pieces !== 'lines') return plain;
    let best: { readonly lines: LinePrefixes; readonly bare: Uint8Array; readonly detection: Detection } | undefined;
    for (const lines of candidates) {
      const bare = lines.push(head), detection = detect(bare, this.options.formats);
      if (detection !== undefined && detection.score > (best?.detection.score ?? 0)) best = { lines, bare, detection };
    }
    if (best === undefined || (!hasParts && !isSurer(best.detection, plain, best.lines))) return plain;
    const { lines, bare, detection } = best;
    this.lines = lines;
    this.held = this.newBuffer();
    this.held.add(concatenated(bare, lines.push(held.subarray(head.length))));
    if (lines.name !== undefined) this.problems.add(`lines are read without what ${lines.name} wrote in front of them; bytes are counted without it`);
    return detection;
  }

  private finish(): void {
    this.isEnded = true;
    if (this.held.length > 0 && this.detection === undefined && !this.recognise()) return;
    while (this.held.isUnfinished) this.decode(this.held.takeAll());
    this.attempt(this.bytes, () => this.decoder?.end());
    const { detection } = this;
    if (this.isList && detection?.format.pieces === 'values' && detection.format.isOpenEnded !== true && betweenItems.has(this.lastByte)) this.problems.add('the list is not closed: what follows may be missing');
  }

  private leaveRest(): void {
    if (this.isEnded) return;
    const byte = this.bytes;
    this.finish();
    this.cut = { byte, reason: `no more than ${mebibytes(this.options.mostBytes)} of one ${this.detection?.format.pieces === 'values' ? 'value' : 'text'} are read` };
  }

  private decode(piece: Piece): void { for (const each of this.mender?.pieces(piece) ?? [piece]) this.decodeOne(each); }

  private decodeOne({ bytes, offset: place, goesOn, isCutIn }: Piece): void {
    const { decoder, detection } = this, offset = place + this.transcoder.skipped;
    this.attempt(offset, () => {
      if (decoder === undefined) detection?.format.decode(bytes, this.batch, this.decodeOptions(offset));
      else decoder.read(bytes, offset, goesOn, isCutIn);
    });
    // Nobody holds on to the batch of a format that knows nothing of earlier pieces.
    if (decoder === undefined) this.batch = new SpanBatch();
  }

  private attempt(offset: number, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.problems.add(`${placeOf(error, offset)}: ${error.message}`);
    }
    this.handOver();
  }

  private decodeOptions(offset: number): DecodeOptions {
    const { mender, detection, options: { limits } } = this, records = detection?.format.records;
    return { limits, mode: 'lenient', offset, onRows: () => this.handOver(), ...(mender === undefined ? {} : { onBreak: mender.onBreak }), ...(records === undefined ? {} : { records }) };
  }

  private handOver(): void {
    const { batch } = this;
    this.problems.merge(batch.takeProblems());
    this.rejectedCount += batch.rejectedCount;
    batch.rejectedCount = 0;
    if (batch.count + batch.logs.length + batch.metrics.length === 0) return;
    this.spanCount += batch.count;
    this.logCount += batch.logs.length;
    this.metricPointCount += batch.metrics.length;
    this.options.onBatch(batch);
    batch.forgetRows();
  }
}

/** Whether a format is to be read without prefixes: lines that many formats pass over mean nothing else without what is in front of them. */
const isSurer = ({ score }: Detection, plain: Detection | undefined, { name }: LinePrefixes): boolean => score > (plain?.score ?? 0) || (score === plain?.score && name !== undefined);

/** Whether bytes are text in lines that stand for themselves: not one long JSON value, and nothing binary. */
function isLog(text: Uint8Array): boolean {
  const begin = text.findIndex((byte) => byte > space), lineEnd = text.indexOf(newline, begin), end = text.subarray(0, lineEnd).findLastIndex((byte) => byte > space);
  if (begin < 0 || lineEnd < 0 || text.includes(0)) return false;
  if (text[begin] === openBrace) return text[end] === closeBrace;
  return text[begin] !== openBracket || (text.subarray(begin, lineEnd).includes(closeBracket) && !beginsValue.has(text[begin + 1] as number));
}

/** Whether text begins with a list whose first item is an object. */
function beginsList(text: Uint8Array): boolean {
  const first = text.findIndex((byte) => byte > space), second = text[first] === openBracket ? text.subarray(first + 1, first + 1000).find((byte) => byte > space) : undefined;
  return second === openBrace;
}

const mebibytes = (bytes: number): string => (bytes < 1 << 20 ? `${bytes} bytes` : `${Math.floor(bytes / (1 << 20))} MiB`);

function placeOf({ line, offset }: DecodeError, before: number): string {
  return line === undefined ? `at byte ${before + (offset ?? 0)}` : `at line ${line}`;
}
