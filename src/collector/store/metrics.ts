import { plainAttributes } from '../../export/plainValues.ts';
import type { BatchMetricPoint, SpanBatch } from '../../model/spanBatch.ts';
import { attributesKey } from './origins.ts';

/** Bounds of what is kept in memory; everything is on disk as it arrived. */
const mostSeries = 10_000, mostPoints = 512;
const bytesPerSeries = 600, bytesPerPoint = 48;

interface Point { readonly timeUnixNano: bigint; readonly value: number }

interface Series {
  readonly service: string;
  readonly first: BatchMetricPoint;
  last: BatchMetricPoint;
  /** By time. */
  readonly points: Point[];
}

/** A metric's last value and its recent points, in the form that goes to the host. */
export interface SeriesRecord {
  readonly service: string;
  readonly instrument: string;
  readonly unit: string;
  readonly description: string;
  readonly type: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly lastValue: number | string;
  readonly points: readonly { readonly timeUnixNano: string; readonly value: number }[];
}

/** The metrics that arrived: one series per instrument, attributes and resource. */
export class MetricStore {
  private readonly series = new Map<string, Series>();
  private pointCount = 0;
  /** Points of series beyond the bound, which are on disk only. */
  droppedPoints = 0;

  get byteLength(): number { return this.series.size * bytesPerSeries + this.pointCount * bytesPerPoint; }

  add(batch: SpanBatch): void {
    for (const point of batch.metrics) this.addPoint(batch, point);
  }

  clear(): void {
    this.series.clear();
    this.pointCount = 0;
  }

  /** All series by service and instrument. */
  records(): SeriesRecord[] {
    return [...this.series.values()].map(({ service, first, last, points }) => ({
      service, instrument: first.instrument, unit: last.unit, description: last.description, type: last.type,
      attributes: plainAttributes(first.attributes),
      lastValue: typeof last.value === 'bigint' && !Number.isSafeInteger(Number(last.value)) ? last.value.toString() : Number(last.value),
      points: points.map(({ timeUnixNano, value }) => ({ timeUnixNano: timeUnixNano.toString(), value })),
    })).sort((a, b) => compare(a.service, b.service) || compare(a.instrument, b.instrument));
  }

  private addPoint(batch: SpanBatch, point: BatchMetricPoint): void {
    const resource = batch.resources[point.resource];
    const key = JSON.stringify([
      point.instrument, point.unit, point.type, batch.scopes[point.scope]?.name ?? '',
      attributesKey(resource?.attributes ?? new Map()), attributesKey(point.attributes),
    ]);
    let series = this.series.get(key);
    if (series === undefined) {
      if (this.series.size >= mostSeries) { this.droppedPoints++; return; }
      const service = resource?.attributes.get('service.name');
      series = { service: typeof service === 'string' ? service : '', first: point, last: point, points: [] };
      this.series.set(key, series);
    }
    if (point.timeUnixNano >= series.last.timeUnixNano) series.last = point;
    this.insert(series.points, { timeUnixNano: point.timeUnixNano, value: Number(point.value) });
  }

  private insert(points: Point[], point: Point): void {
    let at = points.length;
    while (at > 0 && (points[at - 1] as Point).timeUnixNano > point.timeUnixNano) at--;
    if (at > 0 && points[at - 1]?.timeUnixNano === point.timeUnixNano) { points[at - 1] = point; return; }
    points.splice(at, 0, point);
    if (points.length > mostPoints) points.shift(); else this.pointCount++;
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
