import type { AttributeValue } from '../../model/attributes.ts';
import { hexHalf, isHex } from '../../model/ids.ts';
import { pendingName } from '../../model/pendingResource.ts';
import { markBit } from '../../model/span.ts';
import type { Resource } from '../../model/span.ts';
import { operationCode, present } from '../../model/spanBatch.ts';
import type { BatchLog } from '../../model/spanBatch.ts';
import { highOf, joinHalves, lowOf } from '../../model/time.ts';
import { metaIsRepeated, metaKind, metaRole, metaSentStatus, withFailure, withKindAndStatus, withRepeated, withRole } from '../../model/traceRows.ts';
import type { ByteRange } from './contentArena.ts';
import { mayTellFailure, tellsFailure } from './failures.ts';
import { ParentLinks } from './parentLinks.ts';
import { newPlaceholder, timelessMarks, widen, widenByChild, widenByTimes } from './placeholders.ts';
import type { Placeholder } from './placeholders.ts';
import type { RowChanges } from './rowChanges.ts';
import { RowColumns } from './rowColumns.ts';
import type { RowInput } from './rowInput.ts';
import { RowTimes, timeMarks } from './rowTimes.ts';
import { SameCalls } from './sameCalls.ts';
import { SpanIds } from './spanIds.ts';
import { decodeStepContent } from './stepContent.ts';
import { StepSums } from './stepSums.ts';
import { noStep, readStep } from './steps.ts';
import type { Step } from './steps.ts';
import { TextTable } from './textTable.ts';
import { TraceContent } from './traceContent.ts';
import { TraceLogs } from './traceLogs.ts';
import { TraceTotals } from './traceTotals.ts';
import { witnessBits } from './witness.ts';

const openMark = markBit('open'), orphanMark = markBit('orphan'), duplicateMark = markBit('duplicate'), cycleMark = markBit('cycle');
const badParentMark = markBit('badParent'), lostMark = markBit('lost'), placeholderMark = markBit('placeholder');
/** Marks that follow from where a span hangs, not from its own record. */
const linkMarks = orphanMark | cycleMark | badParentMark;
/** Marks that a decoder gives to a span's record. */
const recordMarks = markBit('cut') | markBit('repaired') | markBit('derived');
/** Beside bits of `present`: that an update has content. */
const saidContent = 0x100;
/** Containers, strings and typed arrays of a trace without any row. */
const fixedBytes = 5_000;
const noWatchers: readonly RowChanges[] = [];

/** Tells traces apart that were read into memory at different times, in this process and in earlier ones. */
let lastEpoch = Date.now();
export const nextEpoch = (): number => ++lastEpoch;

/**
 * One trace in memory: rows as columns, content as bytes, and everything that is derived from them on arrival. Spans
 * may come in any order, more than once, before their parents, without an end and in cycles; nothing is dropped. The
 * same rows in the same order always give the same trace.
 */
export class TraceColumns extends RowColumns {
  readonly traceId: string;
  epoch = nextEpoch();
  /** Counts the changes. */
  revision = 0;
  /** Whether spans of it are on disk alone, because it is too large for the memory. */
  isCut = false;
  /** How many spans that have ended were not taken in since; one that came twice counts twice. */
  leftOut = 0;
  readonly texts = new TextTable();
  readonly times = new RowTimes();
  readonly contents = new TraceContent();
  readonly logs = new TraceLogs(this.contents);
  readonly sums = new StepSums();
  private readonly sameCalls = new SameCalls();
  readonly totals = new TraceTotals();
  readonly spanIds = new SpanIds();
  private readonly links = new ParentLinks();
  private placeholders: Map<number, Placeholder> | undefined;
  /** Ids of parents that spans name and do not hang below: malformed, their own, or closing a cycle. */
  private cutParents: Map<number, string> | undefined;
  /** Spans that a live connection began and that have not ended. */
  private running: Set<number> | undefined;
  /** Rows whose resource is pending, by the name of it. */
  private pendingRows: Map<AttributeValue, number[]> | undefined;
  /** Rows whose step must be read again because updates came. */
  private staleSteps: Set<number> | undefined;
  private watchers: readonly RowChanges[] = noWatchers;
  private textsReplaced = 0;

  constructor(traceId: string) {
    super();
    this.traceId = traceId;
  }

  /** About how much memory the trace takes, content included. */
  get bytesInMemory(): number {
    return fixedBytes + this.byteLength + this.spanIds.byteLength + this.texts.byteLength + this.times.byteLength + this.contents.byteLength
      + this.logs.byteLength + this.sums.byteLength + this.sameCalls.byteLength + this.links.byteLength + ((this.cutParents?.size ?? 0) + (this.running?.size ?? 0)) * 60 + (this.placeholders?.size ?? 0) * 150;
  }

  roleOf(row: number): number { return metaRole(this.meta[row] as number); }
  isRepeated(row: number): boolean { return metaIsRepeated(this.meta[row] as number); }
  isPlaceholder(row: number): boolean { return ((this.marks[row] as number) & placeholderMark) !== 0; }
  spanIdOf(row: number): string { return this.spanIds.idOf(this.ids, row); }
  /** The row of a span id as people write it, or -1. */
  rowOf(spanId: string): number { return this.spanIds.findText(this.ids, spanId); }

  /** The id of the parent that a span names, also where it does not hang below it; '' when it names none. */
  parentIdOf(row: number): string {
    const parent = this.parent[row] as number;
    return parent >= 0 ? this.spanIdOf(parent) : this.cutParents?.get(row) ?? '';
  }

  /** Notes changes for a subscriber from now on; everything there is counts as new to it. */
  watch(changes: RowChanges): void { this.watchers = [...this.watchers, changes]; }
  unwatch(changes: RowChanges): void { this.watchers = this.watchers.filter((each) => each !== changes); }

  /** Makes room for so many more spans, with so many bytes of content in all. */
  reserveSpans(spans: number, contentBytes: number): void {
    this.reserve(this.count + spans);
    this.spanIds.reserve(this.ids, spans);
    this.contents.reserve(spans, contentBytes);
    this.sums.reserve(this.count + spans);
  }

  override trim(): void {
    super.trim();
    this.contents.arena.trim();
    this.spanIds.trim(this.ids);
  }

  /** Takes in one row of a batch; once the trace is cut only what completes the spans that it has, also as parents that had not come. */
  take(input: RowInput): void {
    if (!this.isCut || this.spanIds.find(this.ids, input.idHigh, input.idLow, input.idText) >= 0) this.append(input);
    else if (!input.isWitness && (input.operation === operationCode.whole || input.operation === operationCode.end)) this.leftOut++;
  }

  /** Takes in one row of a batch. */
  append(input: RowInput): void {
    const known = this.spanIds.find(this.ids, input.idHigh, input.idLow, input.idText);
    const isNew = known < 0;
    const row = isNew ? this.addSpan(input.idHigh, input.idLow, input.idText) : known;
    const wasSpan = !isNew && !this.isPlaceholder(row);
    const start = this.start[row], duration = this.duration[row] as number, parent = this.parent[row] as number, marks = this.marks[row] as number;
    if (wasSpan) this.totals.count(marks, this.meta[row] as number, parent, -1);
    const isChanged = this.merge(row, input, isNew);
    this.totals.count(this.marks[row] as number, this.meta[row] as number, this.parent[row] as number, 1);
    if (!isChanged) return;
    this.totals.include(this, row);
    const isElsewhere = start !== this.start[row] || parent !== this.parent[row] || (duration >= 0 && !((this.duration[row] as number) >= duration)) || ((marks ^ (this.marks[row] as number)) & timelessMarks) !== 0;
    if (wasSpan && isElsewhere) this.totals.isStale = true;
    this.touch(row);
  }

  /** Takes in a log record of the batch that `input` reads. */
  appendLog(input: RowInput, log: BatchLog): void {
    let row = -1;
    if (log.spanId !== '') {
      row = this.rowOf(log.spanId);
      if (row < 0) row = this.addPlaceholderOf(log.spanId);
      const placeholder = this.placeholders?.get(row);
      if (placeholder !== undefined && widen(this, row, placeholder, this.times.relative(highOf(log.timeUnixNano), lowOf(log.timeUnixNano)))) this.touch(row);
    }
    if (this.logs.add(row, input, log) && row >= 0) this.touch(row);
    this.revision++;
  }

  /** The connection that reported a span has ended (`heardUntil`, ns since 1970), or goes on (`isLost` false); marks the span when it has no end. False when that changes nothing. */
  markLost(row: number, isLost = true, heardUntil?: bigint): boolean {
    const marks = this.marks[row] as number, meta = this.meta[row] as number, parent = this.parent[row] as number;
    if ((marks & (openMark | lostMark | placeholderMark)) !== (isLost ? openMark : openMark | lostMark)) return false;
    this.totals.count(marks, meta, parent, -1);
    this.marks[row] = marks ^ lostMark;
    this.totals.count(marks ^ lostMark, meta, parent, 1);
    if (!isLost) this.times.writeEnd(this, row, 0, 0);
    else if (heardUntil !== undefined) this.times.hear(this, row, heardUntil);
    this.totals.isStale ||= !isLost;
    this.totals.include(this, row);
    this.touch(row);
    return true;
  }

  /** Spans that live connections began and that have not ended. */
  runningSpans(): { readonly traceId: string; readonly spanId: string }[] {
    return [...(this.running ?? [])].map((row) => ({ traceId: this.traceId, spanId: this.spanIdOf(row) }));
  }

  /** All live connections have ended: those of an earlier run of the program. */
  markRunningLost(): void {
    for (const row of this.running ?? []) this.markLost(row);
  }

  /** Brings derived values up to date; to be called before rows or sums are read. */
  settle(): void {
    for (const row of this.staleSteps ?? []) this.readStepOf(row);
    this.staleSteps?.clear();
    for (const row of this.sameCalls.settle(this, this.sums.figures)) this.setRepeated(row, !this.isRepeated(row));
    const isMoved = this.times.needsRebase && this.times.rebase(this);
    if (isMoved || this.textsReplaced !== this.texts.replaced) this.beginEpoch();
    this.sums.settle(this);
    this.totals.settle(this);
  }

  /** False when nothing changed. */
  private merge(row: number, input: RowInput, isNew: boolean): boolean {
    const isUnseen = isNew || this.isPlaceholder(row);
    const marks = this.marks[row] as number, isOpen = (marks & openMark) !== 0, isProvisional = (marks & witnessBits.provisional) !== 0;
    if (input.isWitness) return this.mergeWitness(row, input, isNew);
    switch (input.operation) {
      case operationCode.whole:
        if (!isUnseen && ((!isOpen && !input.isComplete) || (!isProvisional && this.isSame(row, input)))) return false;
        this.fill(row, input, isNew);
        if (!isUnseen && !isOpen && !isProvisional) this.mark(row, duplicateMark);
        return true;
      case operationCode.start:
        if (isUnseen) this.begin(row, input, isNew);
        else if (!isOpen || this.contents.holds(this, row, input)) return false;
        else this.update(row, input, isProvisional ? 0 : duplicateMark);
        return true;
      default:
        if (isNew) this.becomePlaceholder(row);
        this.update(row, input, !isUnseen && !isOpen && !isProvisional && this.isOtherEnd(row, input) ? duplicateMark : 0);
        return true;
    }
  }

  /**
   * What a bystander saw counts as long as the exporter of the program has told nothing, or not yet how the span ended; of a
   * span that the exporter has told it adds what only a witness knows. Never marks a duplicate. False when nothing changed.
   */
  private mergeWitness(row: number, input: RowInput, isNew: boolean): boolean {
    const marks = this.marks[row] as number, isOpen = (marks & openMark) !== 0;
    const isUnseen = isNew || this.isPlaceholder(row), isProvisional = (marks & witnessBits.provisional) !== 0;
    const isStart = input.operation === operationCode.start, isRecord = isStart || input.operation === operationCode.whole;
    if (!isUnseen && !isProvisional && (isRecord || !isOpen)) {
      this.mark(row, witnessBits.told);
      const isOriginNews = isRecord && this.contents.addWitnessed(this, row, input.origin);
      return this.contents.addReserved(this, row, input) || isOriginNews;
    }
    if (isRecord && !isUnseen && ((!isOpen && !input.isComplete) || this.isSame(row, input))) return false;
    if (!isRecord) {
      if (isNew) this.becomePlaceholder(row);
      this.update(row, input, 0);
    } else if (isStart) this.begin(row, input, isNew);
    else this.fill(row, input, isNew);
    this.mark(row, witnessBits.told | witnessBits.provisional);
    return true;
  }

  /** Writes a whole record, or the beginning of a span, over whatever is known. */
  private fill(row: number, input: RowInput, isNew: boolean): void {
    const { batch, row: from } = input;
    const kind = batch.kind[from] as number, { origin } = input;
    const placeholder = this.placeholders?.get(row);
    const before = this.marks[row] as number, isStart = input.operation === operationCode.start;
    const kept = before & (linkMarks | duplicateMark | witnessBits.told | (isStart ? witnessBits.provisional : 0));
    const isTold = (before & witnessBits.told) !== 0;
    const reserved = isTold ? this.contents.reservedOf(this, row) : undefined, told = isTold ? this.contents.originOf(this, row) : undefined;
    const timeBits = this.times.write(this, row, batch.startHigh[from] as number, batch.startLow[from] as number, input.endHigh, input.endLow);
    this.marks[row] = kept | ((batch.marks[from] as number) & recordMarks) | timeBits;
    this.setMeta(row, kind, batch.status[from] as number);
    this.setName(row, input.nameIn(this.texts));
    const service = this.texts.serviceIndexOf(origin.service);
    this.service[row] = service;
    this.totals.addService(service);
    this.contents.setStatusMessage(row, input.statusMessage);
    if (isStart && (isNew || placeholder !== undefined)) this.contents.setBefore(this, row, input); else this.contents.set(this, row, input, reserved);
    if (told !== undefined) this.contents.addWitnessed(this, row, told);
    this.notePending(row, origin.resource);
    this.running?.delete(row);
    this.writeStep(row, input.content === undefined ? noStep : readStep(input.name, kind, origin.scope.name, input.content));
    this.writeFailure(row, input.name, origin.scope.name, { bytes: input.contentBytes, start: input.contentStart, end: input.contentEnd });
    this.link(row, input, isNew);
    if (placeholder !== undefined) this.resolve(row, placeholder);
  }

  private notePending(row: number, resource: Resource): void {
    const name = pendingName(resource), rows = name === undefined ? undefined : this.pendingRows?.get(name);
    if (rows !== undefined) rows.push(row);
    else if (name !== undefined) (this.pendingRows ??= new Map()).set(name, [row]);
  }

  /** A span has begun. What updates said before that was known stays on top. */
  private begin(row: number, input: RowInput, isNew: boolean): void {
    const placeholder = this.placeholders?.get(row);
    const name = this.name[row] as number, meta = this.meta[row] as number, message = this.contents.statusMessageOf(row);
    if (placeholder !== undefined && (placeholder.endHigh !== 0 || placeholder.endLow !== 0)) {
      input.setEnd(placeholder.endHigh, placeholder.endLow);
    }
    this.fill(row, input, isNew);
    const said = placeholder?.said ?? 0;
    if ((said & present.name) !== 0) this.setName(row, name);
    if ((said & present.kind) !== 0) this.setMeta(row, metaKind(meta), metaSentStatus(this.meta[row] as number));
    if ((said & present.status) !== 0) {
      this.setMeta(row, metaKind(this.meta[row] as number), metaSentStatus(meta));
      this.contents.setStatusMessage(row, message);
    }
    if (said !== 0) (this.staleSteps ??= new Set()).add(row);
    if (input.isLive && ((this.marks[row] as number) & openMark) !== 0) (this.running ??= new Set()).add(row);
  }

  /** Merges what an update or an end says into what is known. */
  private update(row: number, input: RowInput, extraMarks: number): void {
    const { batch, row: from, present: says } = input;
    const placeholder = this.placeholders?.get(row);
    if ((says & present.name) !== 0) this.setName(row, input.nameIn(this.texts));
    if ((says & present.kind) !== 0) this.setMeta(row, batch.kind[from] as number, metaSentStatus(this.meta[row] as number));
    if ((says & present.status) !== 0) {
      this.setMeta(row, metaKind(this.meta[row] as number), batch.status[from] as number);
      this.contents.setStatusMessage(row, input.statusMessage);
    }
    this.completeResource(row, input);
    const isAdded = this.contents.add(this, row, input);
    this.mark(row, ((batch.marks[from] as number) & recordMarks) | extraMarks);
    if (placeholder === undefined) this.updateTimes(row, input);
    else {
      placeholder.said |= (says & (present.name | present.kind | present.status)) | (isAdded ? saidContent : 0);
      if (widenByTimes(this, row, placeholder, this.times, input)) this.touch(row);
    }
    if ((says & present.parent) !== 0) this.link(row, input, false);
    const mayChangeStep = input.content !== undefined || this.roleOf(row) !== 0 || (says & (present.name | present.kind | present.status)) !== 0
      || mayTellFailure({ bytes: input.contentBytes, start: input.contentStart, end: input.contentEnd });
    if (placeholder === undefined && mayChangeStep) (this.staleSteps ??= new Set()).add(row);
  }

  /** An update may tell the resource that spans came with, in place of its name. */
  private completeResource(row: number, input: RowInput): void {
    const name = this.pendingRows === undefined ? undefined : pendingName(this.contents.originOf(this, row).resource);
    if (name === undefined || !this.contents.completeOrigins(name, input.origin)) return;
    const service = this.texts.serviceIndexOf(input.origin.service);
    this.totals.addService(service);
    for (const other of this.pendingRows?.get(name) ?? []) {
      // It may have come again meanwhile, with a resource of its own.
      if (this.contents.originOf(this, other).resource !== input.origin.resource) continue;
      this.service[other] = service;
      this.touch(other);
    }
    this.pendingRows?.delete(name);
  }

  private updateTimes(row: number, input: RowInput): void {
    const { batch, row: from } = input;
    const hasStart = (input.present & present.start) !== 0 && ((batch.startHigh[from] as number) !== 0 || (batch.startLow[from] as number) !== 0);
    let bits = (this.marks[row] as number) & timeMarks;
    if (hasStart) {
      const end = this.times.endOf(this, row);
      bits = this.times.write(this, row, batch.startHigh[from] as number, batch.startLow[from] as number, highOf(end), lowOf(end));
    }
    if (input.isComplete) bits = this.times.writeEnd(this, row, input.endHigh, input.endLow);
    else if (!hasStart && ((this.marks[row] as number) & lostMark) !== 0) this.times.writeEnd(this, row, 0, 0);
    this.marks[row] = ((this.marks[row] as number) & ~(timeMarks | lostMark)) | bits;
    if ((bits & openMark) === 0) this.running?.delete(row);
    const parent = this.parent[row] as number;
    const holder = parent < 0 ? undefined : this.placeholders?.get(parent);
    if (holder !== undefined && widenByChild(this, parent, holder, row)) this.touch(parent);
  }

  /** Hangs a row below the parent that the input names. */
  private link(row: number, input: RowInput, isNew: boolean): void {
    const before = this.parent[row] as number;
    let parent = -1, bits = 0;
    if (input.hasParent && !input.parentIsBad) {
      parent = this.spanIds.find(this.ids, input.parentHigh, input.parentLow, input.parentText);
      if (parent < 0) parent = this.addPlaceholder(input.parentHigh, input.parentLow, input.parentText);
    }
    if (input.parentIsBad || parent === row) {
      bits = badParentMark;
      parent = -1;
    }
    if (parent !== before) {
      if (before >= 0) this.unlink(row);
      if (parent >= 0 && !isNew && this.links.closesCycle(this, row, parent)) {
        bits = cycleMark;
        parent = -1;
      }
    }
    if (bits !== 0) (this.cutParents ??= new Map()).set(row, input.parentId);
    else this.cutParents?.delete(row);
    this.marks[row] = ((this.marks[row] as number) & ~linkMarks) | bits;
    if (parent >= 0) this.hang(row, parent, parent !== before);
  }

  private hang(row: number, parent: number, isNews: boolean): void {
    if (isNews) {
      this.parent[row] = parent;
      this.links.attached(this, row, parent);
      this.sums.attached(this, row);
    }
    const holder = this.placeholders?.get(parent);
    if (holder === undefined) return;
    this.mark(row, orphanMark);
    if (isNews) holder.children.push(row);
    if (widenByChild(this, parent, holder, row)) this.touch(parent);
  }

  private unlink(row: number): void {
    this.sums.detached(row);
    this.links.detached();
    this.parent[row] = -1;
  }

  /** The span of a placeholder has come: its children are no orphans any more. */
  private resolve(row: number, placeholder: Placeholder): void {
    this.placeholders?.delete(row);
    for (const child of placeholder.children) {
      const marks = this.marks[child] as number;
      if (this.parent[child] !== row || (marks & orphanMark) === 0) continue;
      this.marks[child] = marks & ~orphanMark;
      if ((marks & placeholderMark) === 0) this.totals.orphanCount--;
      this.touch(child);
    }
  }

  private addSpan(high: number, low: number, text: string): number {
    const row = this.addRow();
    this.spanIds.add(this.ids, row, high, low, text);
    this.links.added(this, row);
    return row;
  }

  private addPlaceholder(high: number, low: number, text: string): number {
    const row = this.addSpan(high, low, text);
    this.becomePlaceholder(row);
    this.touch(row);
    return row;
  }

  private addPlaceholderOf(spanId: string): number {
    const isHalves = isHex(spanId, 16);
    return isHalves ? this.addPlaceholder(hexHalf(spanId, 0), hexHalf(spanId, 8), '') : this.addPlaceholder(0, 0, spanId);
  }

  private becomePlaceholder(row: number): void {
    this.marks[row] = placeholderMark;
    (this.placeholders ??= new Map()).set(row, newPlaceholder());
  }

  private writeStep(row: number, step: Step): void {
    const meta = this.meta[row] as number;
    this.meta[row] = withRole(meta, step.role);
    this.setSubject(row, step.subject === '' ? 0 : this.texts.indexOf(step.subject));
    this.sums.set(this, row, metaRole(meta), step.figures);
    this.sameCalls.set(row, step.answerId);
  }

  private setRepeated(row: number, isRepeated: boolean): void {
    this.meta[row] = withRepeated(this.meta[row] as number, isRepeated);
    this.sums.set(this, row, this.roleOf(row), this.sums.figures.get(row));
    this.touch(row);
  }

  /** Notes whether attributes tell of a failure; where a status was sent, that says it. */
  private writeFailure(row: number, name: string, scopeName: string, content: ByteRange): void {
    const meta = this.meta[row] as number, span = { name, kind: metaKind(meta), scopeName, role: metaRole(meta) };
    this.meta[row] = withFailure(meta, metaSentStatus(meta) === 0 && tellsFailure(span, content));
  }

  private readStepOf(row: number): void {
    const meta = this.meta[row] as number, marks = this.marks[row] as number, parent = this.parent[row] as number;
    const name = this.texts.texts[this.name[row] as number] as string, scopeName = this.contents.originOf(this, row).scope.name, content = this.contents.bytesOf(this, row);
    this.totals.count(marks, meta, parent, -1);
    this.writeStep(row, readStep(name, metaKind(meta), scopeName, decodeStepContent(content)));
    this.writeFailure(row, name, scopeName, content);
    this.totals.count(marks, this.meta[row] as number, parent, 1);
    this.touch(row);
  }

  private setMeta(row: number, kind: number, status: number): void {
    this.meta[row] = withKindAndStatus(this.meta[row] as number, kind, status);
  }

  private mark(row: number, bits: number): void { this.marks[row] = (this.marks[row] as number) | bits; }

  /** Whether a whole record says what is known already. */
  private isSame(row: number, input: RowInput): boolean {
    const { batch, row: from } = input;
    const meta = this.meta[row] as number;
    return this.times.endOf(this, row) === joinHalves(input.endHigh, input.endLow)
      && this.times.startOf(this, row) === joinHalves(batch.startHigh[from] as number, batch.startLow[from] as number)
      && metaKind(meta) === batch.kind[from] && metaSentStatus(meta) === batch.status[from]
      && this.texts.texts[this.name[row] as number] === input.name
      && this.contents.statusMessageOf(row) === input.statusMessage
      && this.parentIdOf(row) === input.parentId
      && this.contents.isSame(this, row, input, ((this.marks[row] as number) & witnessBits.told) !== 0);
  }

  private isOtherEnd(row: number, input: RowInput): boolean {
    return input.isComplete && this.times.endOf(this, row) !== joinHalves(input.endHigh, input.endLow);
  }

  private touch(row: number): void {
    this.revision++;
    for (const changes of this.watchers) changes.note(row);
  }

  private beginEpoch(): void {
    this.textsReplaced = this.texts.replaced;
    this.totals.isStale = true;
    this.epoch = nextEpoch();
    for (const changes of this.watchers) changes.reset();
  }
}
