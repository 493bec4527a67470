import { hexHalf, hexOfHalves, isHex, isNoId } from '../../model/ids.ts';
import { isTellingName, keyPrefixes } from '../../model/conventions/registry.ts';
import type { Attributes } from '../../model/attributes.ts';
import { operationCode, present } from '../../model/spanBatch.ts';
import type { SpanBatch } from '../../model/spanBatch.ts';
import { keyScanOf } from './keyScan.ts';
import type { Origin, OriginTable } from './origins.ts';
import { decodeStepContent } from './stepContent.ts';
import type { StepContent } from './stepContent.ts';
import type { TextTable } from './textTable.ts';

export const pendingTypeKey = 'logfire.span_type';
export const pendingParentKey = 'logfire.pending_parent_id';
/** Whether the content of a span has an attribute that a convention, or the reading of pending spans, looks at. */
export const hasTellingKey = keyScanOf([...keyPrefixes, pendingTypeKey]);
const pendingSuffix = ' (pending)';
const opaqueSpan = 1, opaqueParent = 2;
const unknown = 0, telling = 1, plain = 2;
const emptyBytes = new Uint8Array(0);

/**
 * One row of a batch, as a trace takes it in. One object serves all rows of a batch: `read` points it at the next one.
 * A placeholder that Logfire sends for a span that has begun becomes the beginning of that span here.
 */
export class RowInput {
  readonly batch: SpanBatch;
  row = 0;
  operation = 0;
  present = 0;
  idHigh = 0;
  idLow = 0;
  /** The span id when it is no 16 hex digits, else ''. */
  idText = '';
  parentHigh = 0;
  parentLow = 0;
  parentText = '';
  parentIsBad = false;
  endHigh = 0;
  endLow = 0;
  name = '';
  /** Whether the span is reported while it runs, by a connection that may end before the span does. */
  isLive = false;
  /** Only when the span may be an agent's step. */
  content: StepContent | undefined;

  private readonly originTable: OriginTable;
  private readonly originsByPair = new Map<string, Origin>();
  private lastResource = 0;
  private lastScope = 0;
  private lastOrigin: Origin | undefined;
  private readonly tellingNames: Uint8Array;
  private readonly textIndexes: Uint32Array;
  private readonly textOwners: (TextTable | undefined)[];

  constructor(batch: SpanBatch, originTable: OriginTable) {
    this.batch = batch;
    this.originTable = originTable;
    this.tellingNames = new Uint8Array(batch.texts.length);
    this.textIndexes = new Uint32Array(batch.texts.length);
    this.textOwners = Array.from({ length: batch.texts.length });
  }

  read(row: number): void {
    const { batch } = this;
    const opaque = batch.opaque[row] as number;
    this.row = row;
    this.operation = batch.operation[row] as number;
    this.present = batch.present[row] as number;
    this.idHigh = batch.idHigh[row] as number;
    this.idLow = batch.idLow[row] as number;
    this.idText = (opaque & opaqueSpan) === 0 ? '' : batch.texts[this.idLow] as string;
    this.parentHigh = batch.parentHigh[row] as number;
    this.parentLow = batch.parentLow[row] as number;
    this.parentText = (opaque & opaqueParent) === 0 ? '' : batch.texts[this.parentLow] as string;
    this.parentIsBad = (this.present & present.parentIsBad) !== 0;
    this.endHigh = batch.endHigh[row] as number;
    this.endLow = batch.endLow[row] as number;
    this.name = batch.texts[batch.name[row] as number] as string;
    this.isLive = this.operation === operationCode.start;
    const { contentBytes: bytes, contentStart: start, contentEnd: end } = this;
    const mayBeStep = this.nameIsTelling(batch.name[row] as number) || hasTellingKey(bytes, start, end);
    this.content = mayBeStep ? decodeStepContent({ bytes, start, end }) : undefined;
    if (this.content !== undefined && this.content.attributes.get(pendingTypeKey) === 'pending_span') this.becomePending(this.content.attributes);
  }

  get hasParent(): boolean { return this.parentHigh !== 0 || this.parentLow !== 0 || this.parentText !== ''; }
  /** The parent's id as people write it, '' when there is none. */
  get parentId(): string { return this.hasParent ? this.parentText || hexOfHalves(this.parentHigh, this.parentLow) : ''; }
  /** Whether a bystander saw it, and the program's own exporter may send the same span. */
  get isWitness(): boolean { return (this.present & present.witness) !== 0; }
  get isComplete(): boolean { return this.endHigh !== 0 || this.endLow !== 0; }
  get contentBytes(): Uint8Array { return this.batch.buffers[this.batch.buffer[this.row] as number] ?? emptyBytes; }
  get contentStart(): number { return this.batch.contentStart[this.row] as number; }
  get contentEnd(): number { return this.batch.contentEnd[this.row] as number; }
  get statusMessage(): string { return this.batch.texts[this.batch.statusMessage[this.row] as number] as string; }

  get origin(): Origin { return this.originOf(this.batch.resource[this.row] as number, this.batch.scope[this.row] as number); }

  /** The origin that a resource and a scope of the batch make. */
  originOf(resource: number, scope: number): Origin {
    if (resource !== this.lastResource || scope !== this.lastScope || this.lastOrigin === undefined) {
      this.lastResource = resource;
      this.lastScope = scope;
      this.lastOrigin = this.internOrigin(resource, scope);
    }
    return this.lastOrigin;
  }

  /** The end is known from elsewhere. */
  setEnd(high: number, low: number): void {
    this.endHigh = high;
    this.endLow = low;
  }

  /** The index of the span's name in a trace's texts. */
  nameIn(table: TextTable): number {
    const text = this.batch.name[this.row] as number;
    if (this.name !== this.batch.texts[text]) return table.indexOf(this.name);
    if (this.textOwners[text] === table) return this.textIndexes[text] as number;
    this.textOwners[text] = table;
    return this.textIndexes[text] = table.indexOf(this.name);
  }

  private internOrigin(resource: number, scope: number): Origin {
    const pair = `${resource} ${scope}`;
    let origin = this.originsByPair.get(pair);
    if (origin === undefined) {
      origin = this.originTable.intern(this.batch.resources[resource] ?? noResource, this.batch.scopes[scope] ?? noScope);
      this.originsByPair.set(pair, origin);
    }
    return origin;
  }

  private nameIsTelling(text: number): boolean {
    let known = this.tellingNames[text] as number;
    if (known === unknown) known = this.tellingNames[text] = isTellingName(this.name) ? telling : plain;
    return known === telling;
  }

  /**
   * Logfire sends, when a span begins, a record with an id of its own whose parent is the span that has begun; the
   * parent of that span is an attribute (logfire/_internal/tracer.py, PendingSpanProcessor). Older releases add a suffix
   * to the name.
   */
  private becomePending(attributes: Attributes): void {
    if (!this.hasParent) return;
    this.operation = operationCode.start;
    this.idHigh = this.parentHigh;
    this.idLow = this.parentLow;
    this.idText = this.parentText;
    this.endHigh = this.endLow = 0;
    if (this.name.endsWith(pendingSuffix)) this.name = this.name.slice(0, -pendingSuffix.length);
    const parent = attributes.get(pendingParentKey);
    const text = typeof parent === 'string' && !isNoId(parent) ? parent : '';
    const isHalves = isHex(text, 16);
    this.parentHigh = isHalves ? hexHalf(text, 0) : 0;
    this.parentLow = isHalves ? hexHalf(text, 8) : 0;
    this.parentText = isHalves ? '' : text;
  }
}

const noResource = { attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
const noScope = { name: '', version: '', attributes: new Map(), schemaUrl: '', droppedAttributesCount: 0 };
