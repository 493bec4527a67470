import { noAttributes } from '../model/attributes.ts';
import type { AttributeValue, Attributes } from '../model/attributes.ts';
import { pendingResource } from '../model/pendingResource.ts';
import { jsonText } from './jsonText.ts';
import type { RecordSpans } from './recordSpans.ts';

const closeBrace = 0x7d, closeBracket = 0x5d, space = 0x20;
const levelsPerContainer = 2;

/** How a piece begins and ends: of so many objects and lists in its front earlier pieces told, and so many at its end go on. */
interface PieceEdges { readonly goesOn: number; readonly isCutIn: number }

/** What is said of a trace: for the resource of its spans, and what is repeated at each of them. */
interface Said { readonly resource: Attributes; readonly atSpans: Attributes }

/** What stands behind a trace in its piece. */
export interface Behind { readonly bytes: Uint8Array; readonly position: number }

interface Awaited { readonly traceId: string; readonly spanId: string; readonly own: Attributes; readonly name: string }

/**
 * What stands around the spans of a trace and is said of all of them, also where they come in several pieces and it stands behind
 * them: until the last piece, their resource is one that is pending. What each span repeats is then told at the roots.
 */
export class SaidOfTraces {
  private readonly spans: RecordSpans;
  private edges: PieceEdges = { goesOn: 0, isCutIn: 0 };
  private isFirst = false;
  private isOpen = false;
  private resource: Attributes = noAttributes;
  private readonly atSpans = new Map<string, AttributeValue>();
  private readonly awaited = new Map<string, Awaited>();
  /** Resources of the trace at hand, by whose spans they are. */
  private readonly indexes = new Map<string, number>();
  private readonly roots = new Map<string, string>();
  private late: Attributes = noAttributes;
  private names = 0;

  constructor(spans: RecordSpans) { this.spans = spans; }

  /** Another piece comes. */
  nextPiece(goesOn = 0, isCutIn = 0): void {
    this.edges = { goesOn, isCutIn };
    this.isFirst = true;
  }

  /** A trace was found in so many containers. `leave` must follow when its spans were added. */
  begin({ resource, atSpans }: Said, behind: Behind, containers: number): void {
    const { goesOn, isCutIn } = this.edges, levels = containers * levelsPerContainer, continues = this.isFirst && goesOn > levels;
    if (!continues) this.tell();
    this.isFirst = false;
    this.indexes.clear();
    this.isOpen = isCutIn > levels && endsWithClosers(behind);
    this.resource = continues ? new Map([...this.resource, ...resource]) : resource;
    this.late = continues ? new Map([...this.late, ...[...atSpans].filter(([key]) => !this.atSpans.has(key))]) : noAttributes;
    for (const [key, value] of atSpans) this.atSpans.set(key, value);
  }

  /** The resource of a span of this trace, which may say something of its own. */
  resourceOf(traceId: string, spanId: string, isRoot: boolean, own: Attributes = noAttributes): number {
    if (isRoot && this.isOpen) this.roots.set(spanId, traceId);
    const key = own.size === 0 ? traceId : `${traceId} ${jsonText(own)}`;
    let index = this.indexes.get(key);
    if (index === undefined) this.indexes.set(key, index = this.spans.resourceOf(new Map([...this.resource, ...own, ...this.isOpen ? this.pending(key, { traceId, spanId, own }) : noAttributes])));
    return index;
  }

  private pending(key: string, span: Omit<Awaited, 'name'>): Attributes {
    const known = this.awaited.get(key), name = known?.name ?? `trace ${++this.names}`;
    if (known === undefined) this.awaited.set(key, { ...span, name });
    return pendingResource(name);
  }

  /** The spans of the trace were added, as far as the piece has them. */
  leave(): void { if (!this.isOpen) this.tell(); }

  /** Nothing more comes. */
  end(): void { this.tell(); }

  private tell(): void {
    for (const { traceId, spanId, own } of this.awaited.values()) {
      this.spans.add({ traceId, spanId, operation: 'update', present: 0, resource: this.spans.resourceOf(new Map([...this.resource, ...own])) });
    }
    if (this.late.size > 0) for (const [spanId, traceId] of this.roots) this.spans.add({ traceId, spanId, operation: 'update', present: 0, attributes: this.late });
    this.awaited.clear();
    this.roots.clear();
    this.atSpans.clear();
    this.late = noAttributes;
    this.isOpen = false;
  }
}

/** Whether nothing but closing brackets follows. */
function endsWithClosers({ bytes, position }: Behind): boolean {
  for (let at = position; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte !== closeBrace && byte !== closeBracket && byte > space) return false;
  }
  return true;
}
