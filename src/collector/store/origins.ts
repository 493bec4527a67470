import type { AttributeValue, Attributes } from '../../model/attributes.ts';
import type { Resource, Scope } from '../../model/span.ts';

/** What a span came with: its resource and its instrumentation scope, each kept once however many spans share it. */
export interface Origin {
  readonly resource: Resource;
  readonly scope: Scope;
  /** `service.name` of the resource, '' when it has none. */
  readonly service: string;
  /** Equal for equal origins. */
  readonly key: string;
}

/** Beyond this many different origins the table starts anew; what is in use stays with its traces. */
const mostOrigins = 5_000;

/** Makes equal resources and scopes of different batches one object. */
export class OriginTable {
  private readonly origins = new Map<string, Origin>();

  intern(resource: Resource, scope: Scope): Origin {
    const key = JSON.stringify([
      attributesKey(resource.attributes), resource.schemaUrl, resource.droppedAttributesCount,
      scope.name, scope.version, attributesKey(scope.attributes), scope.schemaUrl, scope.droppedAttributesCount,
    ]);
    let origin = this.origins.get(key);
    if (origin === undefined) {
      const service = resource.attributes.get('service.name');
      origin = { resource, scope, service: typeof service === 'string' ? service : '', key };
      if (this.origins.size >= mostOrigins) this.origins.clear();
      this.origins.set(key, origin);
    }
    return origin;
  }
}

/** JSON that differs when attributes differ, also in their order. */
export const attributesKey = (attributes: Attributes): unknown[] => [...attributes].map(([key, value]) => [key, valueKey(value)]);

/** JSON that differs when values differ; values are at most 64 levels deep. */
function valueKey(value: AttributeValue): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return { n: String(Object.is(value, -0) ? '-0' : value) };
  if (typeof value === 'bigint') return { i: value.toString() };
  if (value instanceof Uint8Array) return { b: Array.from(value) };
  if (Array.isArray(value)) return value.map(valueKey);
  return { m: attributesKey(value as Attributes) };
}
