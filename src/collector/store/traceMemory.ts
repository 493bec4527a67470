import type { TraceColumns } from './traceColumns.ts';

interface Held { readonly trace: TraceColumns; bytes: number }

/** The traces in memory and what they take together, the one used longest ago first. */
export class TraceMemory {
  private readonly held = new Map<string, Held>();
  private readonly pins = new Map<string, number>();
  /** About how many bytes the traces take. */
  byteLength = 0;

  get size(): number { return this.held.size; }

  get(traceId: string): TraceColumns | undefined { return this.held.get(traceId)?.trace; }

  values(): TraceColumns[] { return [...this.held.values()].map(({ trace }) => trace); }

  /** Adds a trace, or notes that it was used and may have grown. */
  use(trace: TraceColumns): void {
    const before = this.held.get(trace.traceId);
    const held = before?.trace === trace ? before : { trace, bytes: 0 };
    this.held.delete(trace.traceId);
    this.held.set(trace.traceId, held);
    this.measure(trace);
  }

  /** Notes what a trace takes now. */
  measure(trace: TraceColumns): void {
    const held = this.held.get(trace.traceId);
    if (held === undefined) return;
    const bytes = trace.bytesInMemory;
    this.byteLength += bytes - held.bytes;
    held.bytes = bytes;
  }

  remove(traceId: string): void {
    this.byteLength -= this.held.get(traceId)?.bytes ?? 0;
    this.held.delete(traceId);
  }

  clear(): void {
    this.held.clear();
    this.byteLength = 0;
  }

  /** Keeps a trace in memory until it is unpinned as often. */
  pin(traceId: string): void { this.pins.set(traceId, (this.pins.get(traceId) ?? 0) + 1); }

  unpin(traceId: string): void {
    const pins = (this.pins.get(traceId) ?? 0) - 1;
    if (pins > 0) this.pins.set(traceId, pins); else this.pins.delete(traceId);
  }

  isPinned(traceId: string): boolean { return this.pins.has(traceId); }

  /** What a trace takes now, together with all others that are pinned. */
  bytesWithPinned(trace: TraceColumns): number {
    let bytes = trace.bytesInMemory;
    for (const traceId of this.pins.keys()) if (traceId !== trace.traceId) bytes += this.held.get(traceId)?.bytes ?? 0;
    return bytes;
  }

  /** Removes whole traces, the one used longest ago first, until all take no more than `bytes`; gives those removed. */
  evict(bytes: number, mayGo: (trace: TraceColumns) => boolean): TraceColumns[] {
    const gone: TraceColumns[] = [];
    for (const { trace } of this.held.values()) {
      if (this.byteLength <= bytes) break;
      if (this.isPinned(trace.traceId) || !mayGo(trace)) continue;
      this.remove(trace.traceId);
      gone.push(trace);
    }
    return gone;
  }
}
