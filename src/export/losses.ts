import type { Loss } from '../formats/format.ts';
import { isHex } from '../model/ids.ts';
import { marks as markNames, markBit } from '../model/span.ts';
import type { ExportSpan } from './exporter.ts';

/** Marks that say what was noticed and cannot be noticed again in what was written. */
const tellingMarks = markNames.filter((mark) => !['open', 'orphan', 'endBeforeStart', 'placeholder', 'noStart'].includes(mark)).reduce((bits, mark) => bits | markBit(mark), 0);

interface LossKind { readonly one: string; readonly many: string; count(span: ExportSpan): number }

const kinds: Readonly<Record<Loss, LossKind>> = {
  open: { one: 'that 1 span has no end', many: 'that $ spans have no end', count: ({ endUnixNano }) => Number(endUnixNano === 0n) },
  nanoseconds: {
    one: 'the nanoseconds of 1 span', many: 'the nanoseconds of $ spans',
    count: ({ startUnixNano, endUnixNano, content }) => Number(startUnixNano % 1000n !== 0n || endUnixNano % 1000n !== 0n || content.events.some(({ timeUnixNano }) => timeUnixNano % 1000n !== 0n)),
  },
  ids: { one: '1 id that is not of W3C size', many: '$ ids that are not of W3C size', count: ({ traceId, spanId }) => Number(!isHex(traceId, 32)) + Number(!isHex(spanId, 16)) },
  kind: { one: '1 kind of span', many: '$ kinds of spans', count: ({ kind }) => Number(kind !== 'unspecified' && kind !== 'internal') },
  status: { one: '1 status', many: '$ statuses', count: ({ status }) => Number(status !== 'unset') },
  attributes: { one: '1 attribute', many: '$ attributes', count: ({ content }) => content.attributes.size },
  types: {
    one: 'the type of 1 value that is no text', many: 'the types of $ values that are no texts',
    count: ({ content }) => [...content.attributes.values()].filter((value) => typeof value !== 'string').length,
  },
  events: { one: '1 event', many: '$ events', count: ({ content }) => content.events.length },
  eventAttributes: { one: 'the attributes of 1 event', many: 'the attributes of $ events', count: ({ content }) => content.events.filter(({ attributes }) => attributes.size > 0).length },
  links: { one: '1 link', many: '$ links', count: ({ content }) => content.links.length },
  logs: { one: '1 log record', many: '$ log records', count: ({ logs }) => logs.length },
  scope: { one: 'the scope of 1 span', many: 'the scopes of $ spans', count: ({ scope }) => Number(scope.name !== '') },
  resource: {
    one: 'the resource of 1 span but for its service', many: 'the resources of $ spans but for their service',
    count: ({ resource }) => Number([...resource.attributes.keys()].some((key) => key !== 'service.name')),
  },
  traceState: { one: '1 trace state or set of flags', many: '$ trace states and flags', count: ({ content }) => Number(content.traceState !== '' || content.flags > 1) },
  dropped: {
    one: 'how much was dropped from 1 span', many: 'how much was dropped from $ spans',
    count: ({ content }) => Number(content.droppedAttributesCount + content.droppedEventsCount + content.droppedLinksCount > 0),
  },
  marks: { one: 'what was noticed about 1 span', many: 'what was noticed about $ spans', count: ({ marks }) => Number((marks & tellingMarks) !== 0) },
};

/** Counts what a format loses of the spans that it writes. */
export class LossCounter {
  readonly #counts: Map<Loss, number>;

  constructor(losses: readonly Loss[]) {
    this.#counts = new Map(losses.map((loss) => [loss, 0]));
  }

  add(span: ExportSpan): void {
    for (const [loss, count] of this.#counts) {
      const more = kinds[loss].count(span);
      if (more > 0) this.#counts.set(loss, count + more);
    }
  }

  /** What was lost, in words for the user: `12 log records`, `the nanoseconds of 40 spans`. */
  report(): readonly string[] {
    return [...this.#counts].filter(([, count]) => count > 0).map(([loss, count]) => (count === 1 ? kinds[loss].one : kinds[loss].many.replace('$', count.toLocaleString('en'))));
  }
}
