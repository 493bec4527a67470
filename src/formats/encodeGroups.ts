import { hexOfBytes } from '../model/ids.ts';
import type { Resource, Scope } from '../model/span.ts';
import { WireWriter } from '../model/wireWriter.ts';
import type { EncodeSpan } from './format.ts';
import { writeResource, writeScope } from './otlpResource.ts';

/** Spans of one resource, by scope. */
export interface SpanGroup { readonly resource: Resource; readonly scopes: ReadonlyMap<Scope, readonly EncodeSpan[]> }

/** Puts spans that share a resource and a scope together, or have equal ones, in the order in which these first occur. */
export function groupSpans(spans: readonly EncodeSpan[]): SpanGroup[] {
  const resources = new Map<Resource, Map<Scope, EncodeSpan[]>>();
  const resourceOf = firstEqual<Resource>((writer, resource) => { writeResource(writer, resource); });
  const scopeOf = firstEqual<Scope>((writer, scope) => { writeScope(writer, scope); });
  for (const span of spans) {
    const resource = resourceOf(span.resource), scope = scopeOf(span.scope);
    let scopes = resources.get(resource);
    if (scopes === undefined) resources.set(resource, scopes = new Map());
    const group = scopes.get(scope);
    if (group === undefined) scopes.set(scope, [span]); else group.push(span);
  }
  return [...resources].map(([resource, scopes]) => ({ resource, scopes }));
}

/** Gives for each of the objects the first that has the same schema and is written as the same bytes. */
function firstEqual<T extends { readonly schemaUrl: string }>(write: (writer: WireWriter, value: T) => void): (value: T) => T {
  const known = new Map<T, T>(), byBytes = new Map<string, T>();
  return (value) => {
    let first = known.get(value);
    if (first === undefined) {
      const writer = new WireWriter();
      write(writer, value);
      const key = `${hexOfBytes(writer.bytes, 0, writer.length)} ${value.schemaUrl}`;
      first = byBytes.get(key) ?? value;
      byBytes.set(key, first);
      known.set(value, first);
    }
    return first;
  };
}
